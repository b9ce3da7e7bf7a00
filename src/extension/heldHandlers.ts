/** What a page may ask about held messages and breakpoints. */
import { filterLike } from './breakpointText';
import type { Breakpoints } from './breakpoints';
import type { Handlers } from './bridge';
import type { HeldQueue } from './heldQueue';
import type { TraceModel } from './traceModel';

export interface HeldHandlerOptions {
  held: HeldQueue;
  breakpoints: Breakpoints;
  model: TraceModel;
}

export function heldHandlers({
  held,
  breakpoints,
  model,
}: HeldHandlerOptions): Pick<
  Handlers,
  'heldBody' | 'keepHeld' | 'decideHeld' | 'releaseAllHeld' | 'switchBreakpoint' | 'toggleBreakpoint'
> {
  const done = { done: true } as const;
  return {
    heldBody: ({ id }) => Promise.resolve().then(() => held.body(id)),
    keepHeld: async ({ id }) => {
      await held.keep(id);
      return done;
    },
    decideHeld: async ({ id, decision, text }) => {
      if (decision === 'answer') await held.decide(id, { kind: 'answer', text: text ?? '' });
      else if (decision === 'drop') await held.decide(id, { kind: 'drop' });
      else await held.decide(id, { kind: 'release', ...(text === undefined ? {} : { text }) });
      return done;
    },
    releaseAllHeld: async ({ session }) => {
      await held.releaseAll(session);
      return done;
    },
    switchBreakpoint: async ({ id, enabled }) => {
      breakpoints.change(id, { enabled });
      await breakpoints.settled();
      return done;
    },
    toggleBreakpoint: async ({ row }) => ({ said: await toggleLike(model, breakpoints, row) }),
  };
}

/** The filter of messages like a row, and its type; undefined for a row that is no message. */
export async function likeRow(model: TraceModel, row: number): Promise<{ filter: string; type: string } | undefined> {
  const { head, format } = await (await model.document()).body(row, false);
  const { kind, from } = head;
  if (kind !== 'event' || (from !== 'client' && from !== 'server')) return undefined;
  const type = typeof head['type'] === 'string' ? head['type'] : '';
  const filter = filterLike(type, from, format === 'base64');
  return filter === undefined ? undefined : { filter, type };
}

/** Sets a breakpoint on messages like a row, or takes it away; says what was done. Rejects, for people, for other rows. */
export async function toggleLike(model: TraceModel, breakpoints: Breakpoints, row: number): Promise<string> {
  const filter = (await likeRow(model, row))?.filter;
  if (filter === undefined) throw new Error('A breakpoint can be set on events that have a type.');
  const there = breakpoints.find(filter);
  if (!there) breakpoints.add(filter);
  else if (there.enabled) breakpoints.remove(there.id);
  else breakpoints.change(there.id, { enabled: true });
  await breakpoints.settled();
  if (there?.enabled) return `No breakpoint on ${filter} any more.`;
  return `Messages of ${filter} are held ${breakpoints.running ? 'from now on' : 'once the proxy runs'}.`;
}
