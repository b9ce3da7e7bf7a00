/** The queue of messages held at breakpoints, above the composer: it comes and goes by itself and never takes the focus. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { formatBytes } from '../logic/format';
import type { HeldRow, SettledRow } from '../heldMessages';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';
import './heldEditor';
import type { HeldEditor } from './heldEditor';
import { interceptStyles } from './heldStyles';
import { ageWords, announcement, behind, leftWords, nameOf, settledWords } from './heldWords';

/** Ages tick this often, ms. */
const tick = 500;
/** A loss that is older than this when a page first hears of it is no news, ms. */
const newsFor = 30_000;

@customElement('rti-intercept')
export class InterceptView extends View {
  protected override readonly topics: readonly Topic[] = ['status', 'rows'];
  /** The messages can be looked at; else only a line says that there are some. */
  @property({ type: Boolean }) open = true;
  @state() private selected = '';
  @state() private said = '';
  /** Lost while nobody had it in hand. */
  @state() private lost: SettledRow | undefined;
  @query('rti-held-editor') private editor!: HeldEditor | null;
  @query('.list') private list!: HTMLElement | null;
  /** The host's wall clock is so much ahead of this page's, ms. */
  #ahead = 0;
  #of: unknown;
  /** Ids held at the last look, and of settled messages that were seen. */
  #known = new Set<string>();
  #seen = new Set<string>();
  /** The message in hand, also when it has gone. */
  #message: HeldRow | null = null;
  #gone: SettledRow | undefined;
  /** Decided here, so that its end is no news: with its text in hand, or from the list, whatever was written about it. */
  readonly #decided = new Map<string, 'in hand' | 'from the list'>();
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [sharedStyles, interceptStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Held messages');
    this.addEventListener('keydown', this.#escape);
    this.#timer = setInterval(() => {
      if (this.isShown) this.requestUpdate();
    }, tick);
    this.#look();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }
  protected override storeChanged(): void {
    this.#look();
    this.requestUpdate();
  }

  /** There is something to show. */
  get isShown(): boolean {
    return this.#held.length > 0 || this.#gone !== undefined || this.lost !== undefined;
  }
  /** It is open and has a message in hand: then it needs room. */
  get isTall(): boolean {
    return this.open && (this.#held.length > 0 || this.#gone !== undefined);
  }

  get #state() {
    return this.store.status?.intercept;
  }
  get #held(): readonly HeldRow[] {
    return this.#state?.held ?? [];
  }
  get #now(): number {
    return Date.now() + this.#ahead;
  }

  /** What is held has changed, perhaps. */
  #look(): void {
    const intercept = this.#state;
    if (intercept === this.#of) return;
    const isFirst = this.#of === undefined;
    this.#of = intercept;
    if (intercept !== undefined) this.#ahead = intercept.now - Date.now();
    const held = this.#held;
    const ids = new Set(held.map(({ id }) => id));
    const before = this.#known;
    this.#known = ids;
    const news = held.findLast(({ id }) => !before.has(id));
    if (news !== undefined || (ids.size === 0 && before.size > 0)) this.said = announcement(held, news);
    this.#hearOfEnds(intercept?.settled ?? [], isFirst);
    const { id } = this.#message ?? {};
    const current = held.find((each) => each.id === id);
    if (current !== undefined) this.#message = current;
    else if (this.#message !== null && this.#gone === undefined) this.#leave(this.#message);
    if (this.#message === null) this.#select(held[0]?.id ?? '');
    const kept = new Set(ids);
    if (this.#message !== null) kept.add(this.#message.id);
    this.editor?.forget(kept);
    // The last one has gone, and with it what had the focus.
    if (!this.isShown && this.#hasFocus) this.dispatchEvent(new CustomEvent('rti-leave'));
    this.dispatchEvent(new CustomEvent('rti-room'));
  }

  #hearOfEnds(settled: readonly SettledRow[], isFirst: boolean): void {
    for (const end of settled) {
      if (this.#seen.has(end.id)) continue;
      if (end.outcome !== 'lost' || (isFirst && this.#now - end.at > newsFor)) continue;
      if (end.id === this.#message?.id) continue;
      this.lost = end;
      this.said = settledWords(end);
    }
    this.#seen = new Set(settled.map(({ id }) => id));
  }

  /** The message in hand is not held any more. What was written about it stays until it has been seen. */
  #leave(message: HeldRow): void {
    const end = this.#state?.settled.findLast(({ id }) => id === message.id);
    const decided = this.#decided.get(message.id);
    this.#decided.delete(message.id);
    const isNews = decided === undefined && end !== undefined && end.outcome !== 'released';
    // Its draft goes only when the host has answered; until then it is what has just been sent, or given up.
    const isDone = decided === 'in hand' && end?.outcome !== 'lost' && end?.outcome !== 'timed out';
    if ((isNews || (this.editor?.changed === true && !isDone)) && end !== undefined) {
      this.#gone = end;
      this.said = settledWords(end);
      return;
    }
    this.#message = null;
  }
  #goneSeen(): void {
    this.#gone = undefined;
    this.#select(this.#held[0]?.id ?? '');
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent('rti-room'));
  }

  #select(id: string): void {
    this.selected = id;
    this.#gone = undefined;
    this.#message = this.#held.find((each) => each.id === id) ?? null;
  }
  #step(by: number): void {
    const held = this.#held;
    const at = held.findIndex(({ id }) => id === this.selected);
    const next = held[Math.max(0, Math.min(held.length - 1, at + by))];
    if (next === undefined) return;
    this.#select(next.id);
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector('.held[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }),
    );
  }

  // ---- what keys, commands and buttons do ----

  /** Opens the queue and takes the focus: only ever asked for by the user. */
  show(): void {
    this.#setOpen(true);
    void this.updateComplete.then(() => this.list?.focus());
  }
  act(action: 'showHeld' | 'releaseHeld' | 'dropHeld' | 'answerHeld'): void {
    if (this.#held.length === 0) {
      this.store.tell({ kind: 'info', text: 'Nothing is held.' });
      return;
    }
    if (action === 'showHeld') this.show();
    else if (action === 'answerHeld') this.#answer();
    else void this.#decide(action === 'releaseHeld' ? 'release' : 'drop');
  }
  #answer(): void {
    this.#setOpen(true);
    void this.updateComplete.then(() => this.editor?.updateComplete).then(() => this.editor?.answer());
  }
  /** Decides about the message in hand: in the open editor with what stands there. */
  async #decide(what: 'release' | 'drop'): Promise<void> {
    const message = this.#message;
    if (message === null || this.#gone !== undefined) return;
    if (this.open && this.editor !== null) return what === 'drop' ? this.editor.drop() : this.editor.release();
    this.#decided.set(message.id, 'from the list');
    await this.store.ask('decideHeld', { id: message.id, decision: what });
  }
  /** Its end is on its way. The keys of the list go on with the next one: what is typed must never reach another message. */
  #deciding(id: string): void {
    this.#decided.set(id, 'in hand');
    if (this.#hasFocus) this.list?.focus();
  }
  get #hasFocus(): boolean {
    return this.renderRoot instanceof ShadowRoot && this.renderRoot.activeElement !== null;
  }
  async #releaseAll(): Promise<void> {
    for (const { id } of this.#held) this.#decided.set(id, 'from the list');
    await this.store.ask('releaseAllHeld', {});
  }
  async #switchOff(): Promise<void> {
    const id = this.#message?.breakpoint;
    if (id !== undefined) await this.store.ask('switchBreakpoint', { id, enabled: false });
  }
  #setOpen(open: boolean): void {
    this.open = open;
    this.dispatchEvent(new CustomEvent('rti-open', { detail: open }));
  }

  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    const isInList = this.renderRoot instanceof ShadowRoot && this.renderRoot.activeElement === this.list;
    if (!isInList && this.open && this.list !== null) this.list.focus();
    else {
      this.#setOpen(false);
      this.dispatchEvent(new CustomEvent('rti-leave'));
    }
  };
  readonly #listKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const run = this.#keys[event.key];
    if (run === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };
  readonly #keys: Readonly<Record<string, () => void>> = {
    ArrowUp: () => this.#step(-1),
    ArrowDown: () => this.#step(1),
    Home: () => this.#step(-Infinity),
    End: () => this.#step(Infinity),
    Enter: () => this.editor?.focus(),
    r: () => void this.#decide('release'),
    Delete: () => void this.#decide('drop'),
    Backspace: () => void this.#decide('drop'),
    a: () => this.#answer(),
    d: () => void this.#switchOff(),
    R: () => void this.#releaseAll(),
  };

  // ---- drawing ----

  protected override render() {
    const held = this.#held;
    const total = this.#state?.total ?? 0;
    const isTall = this.isTall;
    const isHeaded = held.length > 0 || this.#gone !== undefined;
    return html`
      <div class="unseen" role="status" aria-live="polite">${this.said}</div>
      ${isHeaded || this.lost === undefined ? nothing : html`<div class="lost">${this.#lostWords(this.lost)}</div>`}
      ${isHeaded ? this.#head(held, total) : nothing}
      ${
        isTall
          ? html`<div class="work">
              <div
                class="list"
                role="listbox"
                tabindex="0"
                aria-label="Held messages, oldest first"
                aria-activedescendant=${this.selected === '' ? nothing : `held-${this.selected}`}
                @keydown=${this.#listKey}
              >
                ${this.#rows(held)}
                ${total > held.length ? html`<div class="held dim">and ${total - held.length} more</div>` : nothing}
              </div>
              <rti-held-editor
                .store=${this.store}
                .message=${this.#message}
                .gone=${this.#gone}
                ?breaks=${this.#state?.breakpoints.some(({ id, enabled }) => enabled && id === this.#message?.breakpoint) ?? false}
                @rti-deciding=${({ detail }: CustomEvent<string>) => this.#deciding(detail)}
                @rti-undecided=${({ detail }: CustomEvent<string>) => this.#decided.delete(detail)}
                @rti-gone-seen=${() => this.#goneSeen()}
                @rti-switch-off=${() => void this.#switchOff()}
              ></rti-held-editor>
            </div>`
          : nothing
      }
    `;
  }

  #head(held: readonly HeldRow[], total: number) {
    const [oldest] = held;
    const icon = (name: string, words: string, title: string, run: () => void) =>
      html`<button class="icon" title=${title} aria-label=${words} @click=${run}>
        <vscode-icon name=${name}></vscode-icon><span class="words">${words}</span>
      </button>`;
    return html`<div class="head">
      <vscode-icon class="pause" name="debug-pause"></vscode-icon>
      <h2 class="num">${total} held</h2>
      ${
        this.lost === undefined
          ? html`<span class="what dim num"
              >${
                this.open || oldest === undefined
                  ? nothing
                  : html`${arrow(oldest)} ${nameOf(oldest)} of ${oldest.session},
                    ${ageWords(this.#now - oldest.at)}${this.#left(oldest)}`
              }</span
            >`
          : html`<span class="what lost">${this.#lostWords(this.lost)}</span>`
      }
      ${
        this.open || oldest === undefined
          ? nothing
          : icon('debug-continue', 'Release', 'Let the oldest go as it came (F10)', () => this.act('releaseHeld'))
      }
      ${held.length === 0 ? nothing : icon('run-all', 'Let everything go', 'Let everything go as it came (Ctrl+F10)', () => void this.#releaseAll())}
      <button
        class="icon"
        aria-expanded=${this.open ? 'true' : 'false'}
        title=${this.open ? 'Fold to a line; they stay held (Escape)' : 'Look at them (H)'}
        aria-label=${this.open ? 'Fold the held messages to a line' : 'Look at the held messages'}
        @click=${() => this.#setOpen(!this.open)}
      >
        <vscode-icon name=${this.open ? 'chevron-down' : 'chevron-up'}></vscode-icon>
      </button>
    </div>`;
  }

  /** In the line that is there already, where there is one: what stands below it stays where it is. */
  #lostWords(lost: SettledRow) {
    const words = settledWords(lost);
    return html`<vscode-icon name="debug-disconnect"></vscode-icon><span title=${words}>${words}</span>
      <button class="icon" title="Dismiss" aria-label="Dismiss" @click=${() => this.#dismissLost()}>
        <vscode-icon name="close"></vscode-icon>
      </button>`;
  }

  #rows(held: readonly HeldRow[]) {
    const waits = behind(held, this.#state?.waiting ?? []);
    return held.map((row) => {
      const count = waits.get(row.id) ?? 0;
      return html`<div
        class="held"
        role="option"
        id="held-${row.id}"
        aria-selected=${row.id === this.selected ? 'true' : 'false'}
        @click=${() => this.#select(row.id)}
        @dblclick=${() => this.editor?.focus()}
      >
        <div>
          <span title=${row.from === 'client' ? 'to the server' : 'to the client'}>${arrow(row)}</span>
          <span class="name" title=${nameOf(row)}>${nameOf(row)}</span>
          <span class="cut dim">${row.summary}</span>
          <span class="num" title="Held for">${ageWords(this.#now - row.at)}</span>
        </div>
        <div class="dim">
          <span>${row.session}</span>
          <span class="num">${formatBytes(row.bytes)}</span>
          <span class="cut" title="Held at this breakpoint">${row.filter || 'every message'}</span>
          ${count === 0 ? nothing : html`<span class="num">${count} wait behind</span>`}
          ${row.until === undefined ? nothing : html`<span class="num soon">goes in ${leftWords(row.until - this.#now)}</span>`}
        </div>
      </div>`;
    });
  }
  #left({ until }: HeldRow): string {
    return until === undefined ? '' : `, goes in ${leftWords(until - this.#now)}`;
  }
  #dismissLost(): void {
    this.lost = undefined;
    this.dispatchEvent(new CustomEvent('rti-room'));
  }
}

const arrow = ({ from }: Pick<HeldRow, 'from'>): string => (from === 'client' ? '→' : '←');
