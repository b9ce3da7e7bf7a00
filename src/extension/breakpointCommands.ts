/** Commands about breakpoints and about what they hold. */
import * as vscode from 'vscode';
import { filterProblemOf, timeoutOf, type BreakpointChange } from './breakpoints';
import type { BreakpointsView } from './breakpointsView';
import { toggleLike } from './heldHandlers';
import type { Host } from './host';
import { label, plain } from './plainText';
import { messageOf } from './signal';
import type { TraceEditors } from './traceEditor';

/** The handlers by the names of their commands. */
export function breakpointCommands(
  host: Host,
  editors: TraceEditors,
  view: BreakpointsView,
): Record<string, (argument?: unknown) => unknown> {
  const { breakpoints, held } = host;
  const nodeOf = (argument: unknown): string | undefined => {
    const given = (argument as { breakpoint?: unknown } | undefined)?.breakpoint;
    return typeof given === 'string' ? given : view.selected;
  };
  const needed = () => {
    if (breakpoints.all.length === 0) throw new Error('There is no breakpoint yet: Add Breakpoint sets one.');
    return breakpoints;
  };
  const change = (id: string, what: BreakpointChange): Promise<void> => {
    breakpoints.change(id, what);
    return breakpoints.settled();
  };
  /** The one a menu or key is about, or one that is chosen. */
  const chosen = async (argument: unknown, title: string) => {
    const id = nodeOf(argument);
    const known = id === undefined ? undefined : breakpoints.get(id);
    if (known) return known;
    const items = needed().all.map(({ id: value, filter }) => ({ label: label(filter) || 'every message', value }));
    const picked = await vscode.window.showQuickPick(items, { title });
    return picked && breakpoints.get(picked.value);
  };
  /** In the page that is looked at, which knows the message in hand and its edited text; else about the oldest. */
  const inHand = async (action: 'releaseHeld' | 'dropHeld', otherwise: (id: string) => Promise<void>) => {
    if (held.count === 0) throw new Error('Nothing is held.');
    if (editors.actLive(action)) return;
    const { first } = held;
    if (first) await otherwise(first.id);
  };
  const showHeld = async (action: 'showHeld' | 'answerHeld') => {
    const { engine } = host.proxy;
    if (!engine || held.count === 0) throw new Error('Nothing is held.');
    await host.openTrace(engine.file);
    editors.wish(engine.file, action);
  };

  return {
    addBreakpoint: async (argument) => {
      const filter = typeof argument === 'string' ? argument : await askFilter('New Breakpoint', '');
      if (filter === undefined) return undefined;
      const there = breakpoints.find(filter.trim());
      if (there) breakpoints.change(there.id, { enabled: true });
      const id = there?.id ?? breakpoints.add(filter);
      await breakpoints.settled();
      return id;
    },
    editBreakpoint: async (argument) => {
      const breakpoint = await chosen(argument, 'Edit which breakpoint?');
      const filter = breakpoint && (await askFilter('Edit Breakpoint', breakpoint.filter));
      if (breakpoint && filter !== undefined) await change(breakpoint.id, { filter });
    },
    breakpointOnce: async (argument) => {
      const breakpoint = await chosen(argument, 'Hold only once at which breakpoint?');
      if (breakpoint) await change(breakpoint.id, { once: !breakpoint.once, enabled: true });
    },
    breakpointTimeout: async (argument) => {
      const breakpoint = await chosen(argument, 'Set the time-out of which breakpoint?');
      if (!breakpoint) return;
      const text = await vscode.window.showInputBox({
        title: 'Time-out of the Breakpoint',
        prompt: 'Seconds after which a held message goes on as it came. Empty: it waits until you let it go.',
        value: breakpoint.timeoutMs === undefined ? '' : String(breakpoint.timeoutMs / 1000),
        validateInput: (value) => {
          try {
            timeoutOf(value);
            return undefined;
          } catch (error) {
            return messageOf(error);
          }
        },
      });
      if (text !== undefined) await change(breakpoint.id, { timeoutMs: timeoutOf(text) });
    },
    removeBreakpoint: async (argument) => {
      const breakpoint = await chosen(argument, 'Remove which breakpoint?');
      if (!breakpoint) return;
      breakpoints.remove(breakpoint.id);
      await breakpoints.settled();
    },
    removeBreakpoints: () => {
      needed().removeAll();
      return breakpoints.settled();
    },
    enableBreakpoints: () => {
      needed().enableAll(true);
      return breakpoints.settled();
    },
    disableBreakpoints: () => {
      needed().enableAll(false);
      return breakpoints.settled();
    },
    toggleBreakpoint: async (context) => {
      const at = editors.rowUnder(context);
      // Without a menu it is the page that knows which row is selected.
      if (!at) return editors.act('toggleBreakpoint', context);
      vscode.window.setStatusBarMessage(label(await toggleLike(at.model, breakpoints, at.row)), 4000);
    },
    compareArrived: (context) => editors.act('compareArrived', context),
    showHeld: () => showHeld('showHeld'),
    answerHeld: () => (editors.actLive('answerHeld') ? undefined : showHeld('answerHeld')),
    releaseHeld: () => inHand('releaseHeld', (id) => held.decide(id, { kind: 'release' })),
    dropHeld: () => inHand('dropHeld', (id) => held.decide(id, { kind: 'drop' })),
    releaseAllHeld: () => {
      if (held.count === 0) throw new Error('Nothing is held.');
      return held.releaseAll();
    },
  };
}

function askFilter(title: string, value: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    value,
    prompt: 'Messages that match are held, in the language of the filter. Empty: every message.',
    placeHolder: 'type:response.create from:client',
    validateInput: (text) => plain(filterProblemOf(text)) || undefined,
  });
}
