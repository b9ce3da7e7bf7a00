/**
 * The messages held at breakpoints, as pages are told of them and decide about them. Secrets are taken out of what is shown and
 * come back into what is sent on. Free of `vscode`.
 */
import type { HeldRow, InterceptState, SettledRow } from '../../webview/heldMessages';
import { summarise } from '../analysis/summary';
import type { Engine, HeldMessage, WaitingCount } from '../proxy';
import { redactEvent } from '../trace/redact';
import type { Breakpoints } from './breakpoints';
import { restoreSecrets } from './heldSecrets';
import { Signal } from './signal';

/** What of the engine the queue needs. */
export type HeldEngine = Pick<Engine, 'held' | 'on' | 'keep' | 'release' | 'drop' | 'answer' | 'releaseAll'>;

/** Longest text that a page edits, characters; of a longer one it sees so much of the beginning. */
const MOST_EDITABLE = 2_000_000;
const CUT = 100_000;
/** A longer message has no summary: it would be parsed for that. */
const MOST_SUMMARISED = 200_000;
/** Held messages that pages are told of; the others are counted. */
const MOST_TOLD = 200;
const MOST_SETTLED = 20;

/** A held message's text as a page gets it. */
export interface HeldBody {
  text: string;
  /** Characters of the whole when `text` is only its beginning, else 0. */
  cutFrom: number;
  /** Why it can only be let go or dropped; '' when it can be edited. */
  readOnly: string;
}

/** What becomes of a held message. */
export type HeldDecision = { kind: 'release'; text?: string } | { kind: 'drop' } | { kind: 'answer'; text: string };

export class HeldQueue {
  /** A message is held, or one no longer. */
  readonly onDidChange = new Signal<void>();
  /** A message was lost: its connection ended while it was held. */
  readonly onDidLose = new Signal<SettledRow>();

  #engine: HeldEngine | undefined;
  #deaf: (() => void)[] = [];
  #held: readonly HeldMessage[] = [];
  #waiting: readonly WaitingCount[] = [];
  #settled: SettledRow[] = [];
  readonly #rows = new Map<string, HeldRow>();

  constructor(
    private readonly breakpoints: Pick<Breakpoints, 'all' | 'get' | 'onDidChange'>,
    private readonly now: () => number = Date.now,
  ) {
    breakpoints.onDidChange.on(() => {
      if (this.#held.length > 0) this.onDidChange.fire();
    });
  }

  begin(engine: HeldEngine): void {
    this.end();
    this.#engine = engine;
    this.#deaf = [
      engine.on('held', (messages, waiting) => {
        this.#held = messages;
        this.#waiting = waiting;
        const isHeld = new Set(messages.map(({ id }) => id));
        for (const id of this.#rows.keys()) if (!isHeld.has(id)) this.#rows.delete(id);
        this.onDidChange.fire();
      }),
      engine.on('settled', (message, outcome) => {
        const { id, session, from, type } = this.#rowOf(message);
        const settled: SettledRow = { id, session, from, type, outcome, at: this.now() };
        this.#settled = [...this.#settled, settled].slice(-MOST_SETTLED);
        if (outcome === 'lost') this.onDidLose.fire(settled);
      }),
    ];
  }

  /** The proxy is gone, and what it held with it: it has let everything go. */
  end(): void {
    for (const deaf of this.#deaf) deaf();
    this.#deaf = [];
    this.#engine = undefined;
    this.#held = [];
    this.#waiting = [];
    this.#settled = [];
    this.#rows.clear();
    this.onDidChange.fire();
  }

  get count(): number {
    return this.#held.length;
  }

  /** The oldest. */
  get first(): HeldRow | undefined {
    const [first] = this.#held;
    return first && this.#rowOf(first);
  }

  /** What pages are told; undefined where nothing is held and nothing ever was. */
  get state(): InterceptState | undefined {
    if (this.#held.length === 0 && this.#settled.length === 0) return undefined;
    return {
      now: this.now(),
      held: this.#held.slice(0, MOST_TOLD).map((message) => this.#rowOf(message)),
      total: this.#held.length,
      waiting: this.#waiting.map(({ session, from, messages }) => ({ session, from, messages })),
      settled: this.#settled,
      breakpoints: this.breakpoints.all.map(({ id, filter, enabled }) => ({ id, filter, enabled })),
    };
  }

  /** A held message's text, without its secrets. Throws, for people, when it is not held any more. */
  body(id: string): HeldBody {
    const { text, bytes } = this.#messageOf(id);
    if (text === undefined)
      return { text: '', cutFrom: 0, readOnly: `A binary message of ${bytes} bytes, which cannot be shown or edited.` };
    if (text.length > MOST_EDITABLE)
      return {
        text: shown(text.slice(0, CUT)),
        cutFrom: text.length,
        readOnly: 'Too large to be edited here; this is its beginning. It can be let go as it came, or dropped.',
      };
    return { text: shown(text), cutFrom: 0, readOnly: '' };
  }

  /** Decides about a held message. Rejects, for people: it is not held any more, or a secret cannot be put back. */
  async decide(id: string, decision: HeldDecision): Promise<void> {
    const engine = this.#running();
    const { text } = this.#messageOf(id);
    switch (decision.kind) {
      case 'drop':
        return engine.drop(id);
      case 'answer':
        return engine.answer(id, decision.text);
      case 'release': {
        // What was not changed goes on byte for byte.
        if (decision.text === undefined || decision.text === text) return engine.release(id);
        if (text === undefined || text.length > MOST_EDITABLE)
          throw new Error('This message can only be let go as it came, or dropped.');
        return engine.release(id, restoreSecrets(decision.text, shown(text), text));
      }
    }
  }

  /** Somebody writes about a held message: no time-out lets it go any more. Rejects, for people, when it is not held any more. */
  async keep(id: string): Promise<void> {
    await this.#running().keep(id);
    const { until, ...row } = this.#rowOf(this.#messageOf(id));
    if (until === undefined) return;
    this.#rows.set(id, row);
    this.onDidChange.fire();
  }

  /** Lets everything go as it came, of one session or of all. */
  async releaseAll(session?: string): Promise<void> {
    await this.#engine?.releaseAll(session);
  }

  #running(): HeldEngine {
    if (!this.#engine) throw new Error('The proxy is stopped: nothing is held any more.');
    return this.#engine;
  }

  #messageOf(id: string): HeldMessage {
    const message = this.#running()
      .held()
      .find((each) => each.id === id);
    if (!message)
      throw new Error('That message is not held any more: it was let go, dropped, or its connection has ended.');
    return message;
  }

  #rowOf(message: HeldMessage): HeldRow {
    const known = this.#rows.get(message.id);
    if (known) return known;
    const { id, session, from, at, bytes, binary, breakpoint } = message;
    const { filter = '', timeoutMs } = this.breakpoints.get(breakpoint) ?? {};
    const row: HeldRow = {
      ...{ id, session, from, at, bytes, binary, breakpoint, filter },
      ...describe(message),
      ...(timeoutMs === undefined ? {} : { until: at + timeoutMs }),
    };
    this.#rows.set(id, row);
    return row;
  }
}

function shown(text: string): string {
  return redactEvent(text)?.text ?? text;
}

/** Type and summary of what is held; what is no event has no type. */
function describe({ text, from, session, bytes }: HeldMessage): Pick<HeldRow, 'type' | 'summary'> {
  if (text === undefined) return { type: '', summary: 'binary' };
  if (text.length > MOST_SUMMARISED) {
    const type = /^\s*\{\s*"type"\s*:\s*"([\w.]{1,128})"/.exec(text.slice(0, 400))?.[1] ?? '';
    return { type, summary: '' };
  }
  const safe = shown(text);
  try {
    const event: unknown = JSON.parse(safe);
    const named = typeof event === 'object' && event !== null ? (event as { type?: unknown }).type : undefined;
    const type = typeof named === 'string' ? named.slice(0, 128) : '';
    return {
      type,
      summary: summarise({ kind: 'event', seq: 0, session, t: 0, from, bytes, event, ...(type && { type }) }),
    };
  } catch {
    return { type: '', summary: safe.slice(0, 200) };
  }
}
