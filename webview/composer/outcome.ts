/** What became of an event that was sent: handed over, then what the server said to it. */
import { html, nothing } from 'lit';
import { ANSWERS, sentEvent, type SentEvent } from '../logic/answers';
import type { Refusal } from '../logic/refusals';
import { AnswerWatch, type Answer } from '../state/answerWatch';
import type { Store } from '../state/store';

/** How the last attempt to send stands. */
export type Outcome =
  | { kind: 'none' }
  /** It was not sent. */
  | { kind: 'failed'; text: string }
  | {
      kind: 'sent';
      as: 'client' | 'server';
      session: string;
      event: SentEvent;
      /** The event id that it was given on its way; '' for none. */
      givenId: string;
      row: number | null;
      /** What was sent, as it stood in the editor, and whether it stands there no longer. */
      text: string;
      isEdited: boolean;
    };

/** What was sent: the editor's text, and what it is told by. */
export interface Sent {
  as: 'client' | 'server';
  session: string;
  text: string;
  event: SentEvent;
  givenId: string;
}

export class OutcomeWatch {
  outcome: Outcome = { kind: 'none' };
  readonly #store: Store;
  readonly #changed: () => void;
  readonly #watch: AnswerWatch;

  constructor(store: Store, changed: () => void) {
    this.#store = store;
    this.#changed = changed;
    this.#watch = new AnswerWatch(async (row) => (await store.body(row))?.text, changed);
  }

  get answer(): Answer {
    return this.#watch.answer;
  }
  /** The server (or the host) has refused it: this stays until something else is sent. */
  get isRefusal(): boolean {
    return this.outcome.kind === 'failed' || this.answer.kind === 'refused';
  }

  /** What the server refused of the text as it stands; undefined when nothing. */
  get refusal(): Refusal | undefined {
    const { outcome, answer } = this;
    if (outcome.kind !== 'sent' || outcome.isEdited || answer.kind !== 'refused') return undefined;
    return { step: 0, param: answer.error.param, message: answer.error.message };
  }

  clear(): void {
    this.#watch.stop();
    this.#set({ kind: 'none' });
  }
  /** The text is another: an answer to an event of another type tells nothing of it. */
  edited(text: string): void {
    const { outcome } = this;
    if (outcome.kind !== 'sent' || this.answer.kind !== 'refused') return;
    const { type } = sentEvent(text);
    if (type !== '' && type !== outcome.event.type) this.clear();
    else if (outcome.isEdited !== (text !== outcome.text)) this.#set({ ...outcome, isEdited: !outcome.isEdited });
  }
  failed(text: string): void {
    this.#watch.stop();
    this.#set({ kind: 'failed', text });
  }
  /** It is on its way; its row may be here already. */
  sent({ as, session, text, event, givenId }: Sent): void {
    this.#watch.stop();
    this.#set({ kind: 'sent', as, session, event, givenId, row: null, text, isEdited: false });
    this.look();
  }

  /** Rows may have come. */
  look(): void {
    const { outcome } = this;
    const { sentRow, rows } = this.#store;
    if (outcome.kind !== 'sent') return;
    if (outcome.row === null && sentRow !== null) {
      this.#set({ ...outcome, row: sentRow });
      if (outcome.as === 'client') this.#watch.start(outcome.event, outcome.session, sentRow);
    }
    if (outcome.as === 'client') void this.#watch.look(rows);
  }

  #set(outcome: Outcome): void {
    this.outcome = outcome;
    this.#changed();
  }
}

/** What the line's links do. */
export interface OutcomeLinks {
  showRow(row: number): void;
  /** Goes to what a parameter of an error names. */
  goToParam(param: string): void;
  /** False for a parameter that does not stand in the text. */
  hasParam(param: string): boolean;
}

/** The line that says it; `nothing` when nothing was sent. */
export function outcomeLine({ outcome, answer }: OutcomeWatch, store: Store, links: OutcomeLinks) {
  if (outcome.kind === 'none') return nothing;
  if (outcome.kind === 'failed') return html`<span class="line error">${outcome.text}</span>`;
  const rowLink = (row: number, words = `#${store.rows.seq.at(row) ?? 0}`) =>
    html`<button class="link" title="Show it in the list" @click=${() => links.showRow(row)}>${words}</button>`;
  if (answer.kind === 'refused') {
    const { message, param, ours } = answer.error;
    const goTo =
      param !== '' && links.hasParam(param)
        ? html` <button class="link" title="Go to its place in the text" @click=${() => links.goToParam(param)}>
              Go to ${param}</button
            >,`
        : nothing;
    const begins = outcome.isEdited
      ? 'What was sent before: '
      : ours === 'yes'
        ? 'Refused: '
        : 'An error followed, which may be the answer: ';
    return html`<span class="line ${outcome.isEdited ? 'dim' : 'error'}"
      >${begins}${message}${goTo} ${rowLink(answer.row)}</span
    >`;
  }
  const to = outcome.as === 'client' ? 'server' : 'client';
  const as = outcome.row === null ? nothing : html` as ${rowLink(outcome.row)}`;
  const given = outcome.givenId === '' ? nothing : html` with event_id <span class="mono">${outcome.givenId}</span>`;
  const sent = html`Sent to the ${to} of ${outcome.session}${as}${given}.`;
  if (answer.kind === 'taken')
    return html`<span class="line">${sent} Answered by ${rowLink(answer.row, answer.type)}.</span>`;
  if (answer.kind === 'closed')
    return html`<span class="line warning"
      >${sent} The session closed before an answer: ${rowLink(answer.row, answer.type)}.</span
    >`;
  const waits = outcome.as === 'client' && outcome.row !== null && ANSWERS[outcome.event.type] !== undefined;
  return html`<span class="line"
    >${sent}${waits ? html` <span class="dim">Waiting for the answer.</span>` : nothing}</span
  >`;
}
