/** Where the composer writes to: the session it stays with, what is known of it, and how it is chosen and closed. */
import { html, nothing } from 'lit';
import type { SessionSnapshot } from '../../src/document/sessionSnapshot';
import { targetOf, type Target } from '../logic/target';
import type { Store } from '../state/store';
import { TargetState } from '../state/targetState';

export class ComposerTarget {
  /** The session it writes to, and whether that was ever open. */
  #held = '';
  #wasOpen = false;
  readonly #store: Store;
  readonly #state: TargetState;

  /** @param learned More is known of the session. */
  constructor(store: Store, learned: () => void) {
    this.#store = store;
    this.#state = new TargetState((session) => store.bridge.request('sessionState', { session }), learned);
  }

  get now(): Target {
    const shown = this.#isLive ? this.#store.session : '';
    return targetOf({ held: this.#held, wasOpen: this.#wasOpen, shown, live: this.#live });
  }
  /** What its session has come to; null while that is not known. */
  get known(): SessionSnapshot | null {
    return this.#state.known;
  }
  /** Its server names the event that an error is about, where that has an id: OpenAI's and Azure's do. */
  get namesEvents(): boolean {
    const dialect = this.known?.dialect ?? this.known?.state.dialect;
    return dialect === 'openai' || dialect === 'azure';
  }
  get session(): string {
    return this.#held;
  }

  /** Writes to that session from now on; '' for the one that is shown, or the newest. */
  hold(session: string, wasOpen = false): void {
    this.#held = session;
    this.#wasOpen = session !== '' && (wasOpen || this.#live.includes(session));
    this.follow();
  }
  /** The session of a row, also when that has closed; of a trace that is not the live one none, so as for ''. */
  holdThatOf(row: number): void {
    this.hold(this.#isLive ? this.#store.rows.sessionOf(row) : '', true);
  }
  /** Sessions may have come or gone: stays with the one it has, and keeps up with it while the composer is in view. */
  follow(): void {
    const { now } = this;
    const isOpen = now.kind === 'open' && this.#store.composer !== null;
    if (isOpen) {
      this.#held = now.session;
      this.#wasOpen = true;
    }
    this.#state.watch(isOpen && this.#isLive ? now.session : '', this.#store.rows);
  }
  /** Rows may have come. */
  grown(): void {
    this.#state.grown();
  }
  stop(): void {
    this.#state.watch('', this.#store.rows);
  }

  get #live(): string[] {
    return this.#store.status?.liveSessions ?? [];
  }
  /** The trace shown is the one being written: its names of sessions are those of the open ones. */
  get #isLive(): boolean {
    return this.#store.status?.live === true;
  }
  #label(session: string): string {
    const sessions = this.#isLive ? (this.#store.document?.sessions ?? []) : [];
    const label = sessions.find((candidate) => candidate.id === session)?.label ?? '';
    return label === '' ? session : `${session} · ${label}`;
  }

  /** The choice of sessions, and the button that closes the chosen one. */
  picker(choose: (session: string) => void) {
    const { now } = this;
    if (now.kind === 'none') return nothing;
    return html`<select
        class=${now.kind}
        aria-label="Session to send to"
        @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
      >
        ${
          now.kind === 'open'
            ? nothing
            : html`<option value=${now.session} .selected=${true} disabled>${now.session} (${now.kind})</option>`
        }
        ${this.#live.map((id) => html`<option value=${id} .selected=${id === now.session}>${this.#label(id)}</option>`)}
      </select>
      <button
        class="icon"
        title="Close this session"
        aria-label="Close this session"
        ?disabled=${now.kind !== 'open'}
        @click=${() => void this.#store.ask('closeSession', { session: now.session })}
      >
        <vscode-icon name="debug-disconnect"></vscode-icon>
      </button>`;
  }
  /** Why nothing can be sent, and what to do; `nothing` when it can. */
  note() {
    const { kind, session } = this.now;
    if (kind === 'none') return html`<span class="dim">No open session to send to.</span>`;
    if (kind === 'opening') return html`<span class="dim">${session} is not open yet.</span>`;
    if (kind !== 'closed') return nothing;
    const next = this.#live.length > 0 ? 'choose where to send' : 'open another with +';
    return html`<span class="warning">${session} has closed: ${next}.</span>`;
  }
}
