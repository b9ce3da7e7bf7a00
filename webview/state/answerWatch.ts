/** Finds, among the rows that follow an event sent from here, what the server said to it. */
import { isAnswer, readError, type SentEvent, type ServerError } from '../logic/answers';
import { FLAG, FROM, KIND_EVENT } from '../logic/rowSource';
import type { Rows } from './rows';

/** What became of it so far. `row` is that of the answer. */
export type Answer =
  | { kind: 'waiting' }
  | { kind: 'taken'; row: number; type: string }
  | { kind: 'refused'; row: number; error: ServerError }
  | { kind: 'closed'; row: number; type: string };

/** An error that names no event is taken for an answer this long after it at most, ms. */
const maybeFor = 5000;
/** After this nothing is looked for any more, ms of the trace. */
const watchFor = 120_000;

export class AnswerWatch {
  answer: Answer = { kind: 'waiting' };
  #sent: { event: SentEvent; session: string; row: number } | undefined;
  #next = 0;
  #looking = false;

  /** @param body Text of a row's body; undefined when it cannot be read. @param changed Told when `answer` is another. */
  constructor(
    private readonly body: (row: number) => Promise<string | undefined>,
    private readonly changed: () => void,
  ) {}

  /** Looks for the answer to what stands in `row`. */
  start(event: SentEvent, session: string, row: number): void {
    this.#sent = { event, session, row };
    this.#next = row + 1;
    this.answer = { kind: 'waiting' };
  }
  stop(): void {
    this.#sent = undefined;
    this.answer = { kind: 'waiting' };
  }

  /** Looks at the rows that are new. */
  async look(rows: Rows): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#sent !== undefined && this.#next < rows.count) {
        const sent = this.#sent;
        const row = this.#next;
        this.#next += 1;
        const found = await this.#judge(rows, row, sent);
        // Another event may have been sent while a body was read.
        if (this.#sent !== sent || found === undefined) continue;
        this.answer = found;
        // Only an error that names the event outweighs the answer that seemed to be its own.
        if (found.kind !== 'taken' || sent.event.eventId === undefined) this.#sent = undefined;
        this.changed();
      }
    } finally {
      this.#looking = false;
    }
  }

  #judge(
    rows: Rows,
    row: number,
    sent: { event: SentEvent; session: string; row: number },
  ): Answer | undefined | Promise<Answer | undefined> {
    if (rows.sessionOf(row) !== sent.session) return undefined;
    const after = (rows.t.at(row) ?? 0) - (rows.t.at(sent.row) ?? 0);
    if (after > watchFor) {
      this.#sent = undefined;
      return undefined;
    }
    const type = rows.typeOf(row);
    if (rows.kind.at(row) !== KIND_EVENT)
      return type.startsWith('close') && this.answer.kind === 'waiting' ? { kind: 'closed', row, type } : undefined;
    // What the inspector itself told the client is no word of the server's.
    if (rows.from.at(row) !== FROM.server || rows.has(row, FLAG.injected)) return undefined;
    if (type === 'error') return this.#judgeError(row, sent.event, after);
    if (this.answer.kind !== 'waiting') return undefined;
    return isAnswer(sent.event, type, rows.itemOf(row), rows.responseOf(row))
      ? { kind: 'taken', row, type }
      : undefined;
  }

  async #judgeError(row: number, event: SentEvent, after: number): Promise<Answer | undefined> {
    const text = await this.body(row);
    const error = text === undefined ? undefined : readError(text, event);
    if (error === undefined || error.ours === 'no') return undefined;
    if (error.ours === 'maybe' && (after > maybeFor || this.answer.kind !== 'waiting')) return undefined;
    return { kind: 'refused', row, error };
  }
}
