/** Which recorded session a client gets: of those of its kind and model the next one, and after the last the first again. */
import { UnreadableFileError } from '../../trace/unreadable';
import type { RecordedSession, Recording } from '../recording';
import { scriptOf, type ServerScript } from './script';

/** A session, with those it may turn out to be instead by how the client begins; or a handshake that was refused. */
export type Choice =
  | { kind: 'session'; script: ServerScript; others: ServerScript[]; problem: string }
  | { kind: 'refusal'; session: RecordedSession };

type Entry = { kind: 'session'; session: RecordedSession; script: ServerScript } | Extract<Choice, { kind: 'refusal' }>;

export class Chooser {
  readonly #given = new Map<string, number>();

  private constructor(private readonly entries: readonly Entry[]) {}

  /**
   * Of all sessions of a recording, or of those with these ids. Rejects with an `UnreadableFileError` when it has none of them, or
   * nothing in them that a server sent.
   */
  static async of(recording: Recording, wanted?: string | readonly string[]): Promise<Chooser> {
    const known = recording.handshakes;
    const ids = wanted === undefined ? undefined : [wanted].flat();
    const missing = ids?.find((id) => known.every((session) => session.id !== id));
    if (missing !== undefined) {
      const there = known.map(({ id }) => id || 'one without an id').join(', ');
      throw new UnreadableFileError(`${recording.file} has no session ${missing}; it has ${there}.`);
    }
    const entries: Entry[] = [];
    for (const session of known.filter(({ id }) => ids?.includes(id) ?? true)) {
      const { open, frames } = session;
      if (frames.length === 0 && open !== undefined && open.status !== 101) entries.push({ kind: 'refusal', session });
      else entries.push({ kind: 'session', session, script: await scriptOf(recording, session) });
    }
    if (entries.every((entry) => entry.kind === 'session' && entry.script.server.length === 0))
      throw new UnreadableFileError(
        `${recording.file} holds nothing a server sent: there is nothing to serve. To send what its client sent, replay it.`,
      );
    return new Chooser(entries);
  }

  choose(url: URL): Choice {
    const levels = [
      (session: URL) => kindOf(session) === kindOf(url) && modelOf(session) === modelOf(url),
      (session: URL) => kindOf(session) === kindOf(url),
      () => true,
    ];
    // A file without handshakes does not say what its sessions were asked for.
    const fits = (test: (session: URL) => boolean) =>
      this.entries.filter(({ session }) => !URL.canParse(session.url) || test(new URL(session.url)));
    const level = levels.findIndex((test) => fits(test).length > 0);
    const near = fits(levels[level] ?? (() => true));
    // Another model's refusal says nothing of this one's, so a session of it is the better answer.
    const sessions = near.filter(({ kind }) => kind === 'session');
    const found = level > 0 && sessions.length > 0 ? sessions : near;
    const key = found.map(({ session }) => session.id).join(' ');
    const nth = this.#given.get(key) ?? 0;
    this.#given.set(key, nth + 1);
    const entry = found[nth % found.length] as Entry;
    if (entry.kind === 'refusal') return entry;
    const { script } = entry;
    const others = found.flatMap((one) => (one.kind === 'session' && one !== entry ? [one.script] : []));
    const recorded = URL.canParse(script.session.url) ? what(new URL(script.session.url)) : 'another session';
    const problem = level === 0 ? '' : `The client asked for ${what(url)}, the recording has ${recorded}`;
    return { kind: 'session', script, others, problem };
  }
}

function kindOf({ pathname, searchParams }: URL): string {
  if (/\/translations$/.test(pathname)) return 'translation';
  if (searchParams.get('intent') === 'transcription') return 'transcription';
  return searchParams.has('call_id') ? 'call' : 'realtime';
}

function modelOf({ searchParams }: URL): string {
  return searchParams.get('model') ?? searchParams.get('deployment') ?? '';
}

function what(url: URL): string {
  const model = modelOf(url);
  return `a ${kindOf(url)} session${model === '' ? ' without a model' : ` of ${JSON.stringify(model.slice(0, 80))}`}`;
}
