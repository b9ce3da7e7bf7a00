/** The dialogue as the server has it: what was said, called and answered, and what of it was heard. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ConversationEntry } from '../../src/analysis/conversation/model';
import type { Playback, Turn } from '../../src/analysis/model';
import { ConversationPages, pageSize } from '../logic/conversationPages';
import { sessionWords, shownSession } from '../logic/shownSession';
import { answersToRequest, answerToCall, type Answerable } from '../logic/prefilled';
import type { Topic } from '../state/store';
import { WaveThumbs } from '../state/waveThumbs';
import { rowContext } from './eventRow';
import { entryBody, entryTitle, turnHeader } from './conversationEntry';
import { conversationStyles } from './conversationStyles';
import { sharedStyles, View } from './view';

/** News of a live session are asked for at most this often, ms. */
const askAgainAfter = 250;
/** So near to the end counts as at it, pixels. */
const atEndWithin = 24;

@customElement('rti-conversation')
export class ConversationView extends View {
  protected override readonly topics: readonly Topic[] = ['rows', 'spans', 'selection', 'status', 'filter'];
  @query('.scroller') private scroller!: HTMLElement | null;
  #pages = new ConversationPages();
  #session = '';
  /** Of the rows the pages belong to: after a reconnect everything is asked for again. */
  #of: unknown = null;
  #askTimer: ReturnType<typeof setTimeout> | undefined;
  #analysed = -1;
  /** Place of the entry the selected event belongs to; -1 for none. */
  #selectedAt = -1;
  #selectedRow: number | null = null;
  /** Place to bring into view as soon as its page is here. */
  #goTo: number | null = null;
  /** Give that entry the keyboard too. */
  #focusIt = false;
  #isAtEnd = true;
  #known = false;
  #waves!: WaveThumbs;
  #resize: ResizeObserver | undefined;

  static override styles = [sharedStyles, conversationStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#waves = new WaveThumbs(
      (params) => this.store.bridge.request('peaks', params),
      (selector) => this.store.bridge.request('audio', selector),
      () => this.requestUpdate(),
    );
    this.#resize = new ResizeObserver(() => this.requestUpdate());
    this.#resize.observe(this);
    this.storeChanged();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize?.disconnect();
    clearTimeout(this.#askTimer);
    this.#askTimer = undefined;
  }
  override focus(): void {
    const entry =
      this.renderRoot.querySelector<HTMLElement>('article[aria-current="true"]') ??
      this.renderRoot.querySelector<HTMLElement>('article');
    (entry ?? this.scroller)?.focus();
  }

  protected override storeChanged(): void {
    const { store } = this;
    const session = shownSession(store);
    if (session !== this.#session || store.rows !== this.#of) {
      this.#session = session;
      this.#of = store.rows;
      this.#pages = new ConversationPages();
      this.#waves.clear();
      this.#analysed = -1;
      this.#selectedRow = null;
      this.#selectedAt = -1;
      this.#known = false;
      this.#isAtEnd = store.status?.live === true;
    }
    const analysed = store.document?.analysed ?? 0;
    if (analysed !== this.#analysed && this.#askTimer === undefined) {
      this.#analysed = analysed;
      this.#pages.spoil();
      void this.#askLength();
      this.#askTimer = setTimeout(() => {
        this.#askTimer = undefined;
        this.storeChanged();
      }, askAgainAfter);
    }
    if (store.selected !== this.#selectedRow) void this.#findSelected();
    this.requestUpdate();
  }

  /** How long the conversation is now. */
  async #askLength(): Promise<void> {
    const pages = this.#pages;
    const answer = await this.store.ask('conversation', { session: this.#session, from: 0, count: 0 });
    if (answer === undefined || pages !== this.#pages) return;
    this.#known = true;
    pages.total = answer.total;
    this.requestUpdate();
  }

  async #findSelected(): Promise<void> {
    const { store } = this;
    const row = store.selected;
    this.#selectedRow = row;
    const isHere = row !== null && store.rows.sessionOf(row) === this.#session;
    if (!isHere) {
      this.#selectedAt = -1;
      this.requestUpdate();
      return;
    }
    const { rows } = store;
    const near = { row, item: rows.itemOf(row), response: rows.responseOf(row), call: rows.callOf(row) };
    const answer = await store.ask('conversation', { session: this.#session, from: 0, count: 0, near });
    if (answer === undefined || store.selected !== row) return;
    if (answer.at !== this.#selectedAt) {
      this.#selectedAt = answer.at;
      if (answer.at >= 0) this.#goTo = answer.at;
    }
    this.requestUpdate();
  }

  async #ask(page: number): Promise<void> {
    const pages = this.#pages;
    if (pages.asking.has(page) || this.#session === '') return;
    pages.asking.add(page);
    const answer = await this.store.ask('conversation', { session: this.#session, ...pages.question(page) });
    pages.asking.delete(page);
    if (answer === undefined || pages !== this.#pages) return;
    this.#known = true;
    pages.put(page, answer.total, answer.entries);
    this.requestUpdate();
  }

  protected override render() {
    const { store } = this;
    const pages = this.#pages;
    const top = this.scroller?.scrollTop ?? 0;
    const height = this.scroller?.clientHeight ?? 600;
    const { first, last } = pages.within(top, top + height);
    const wanted = new Set<number>();
    for (let page = first; page <= last; page += 1) wanted.add(page);
    if (this.#goTo !== null) wanted.add(Math.floor(this.#goTo / pageSize));
    pages.keepNear(first, last);
    for (const page of wanted) if (page >= 0 && pages.get(page)?.stale !== false) void this.#ask(page);
    const which = sessionWords(store, this.#session);
    const list = Array.from({ length: pages.count }, (_, page) => page);
    return html`
      ${which === '' || store.session !== '' ? nothing : html`<div class="which">Session ${which}</div>`}
      <div class="frame">
        <div
          class="scroller"
          role="region"
          aria-label="Conversation"
          aria-busy=${pages.asking.size > 0 ? 'true' : 'false'}
          tabindex=${pages.total === 0 ? 0 : -1}
          @scroll=${this.#scrolled}
          @keydown=${this.#key}
        >
          ${
            pages.total === 0
              ? this.#empty()
              : repeat(
                  list,
                  (page) => page,
                  (page) =>
                    html`<div class="page" data-page=${page}>${wanted.has(page) ? this.#page(page) : nothing}</div>`,
                )
          }
        </div>
        ${
          store.status?.live === true && !this.#isAtEnd && pages.total > 0
            ? html`<button class="end" @click=${() => this.#toEnd()}>
                <vscode-icon name="arrow-down" size="14"></vscode-icon> Follow the end
              </button>`
            : nothing
        }
      </div>
    `;
  }

  #empty() {
    const { store } = this;
    const document = store.document;
    const isReading = document !== null && document.analysed < document.rows;
    if (!this.#known || isReading) return html`<div class="empty">Reading the conversation…</div>`;
    return html`<div class="empty">
      Nothing has been said in this session. Items of the conversation, tool calls and answers are shown here as soon as
      the trace has them.
    </div>`;
  }

  #page(page: number) {
    const shown = this.#pages.get(page);
    if (shown === undefined) return nothing;
    const { meanings } = this.store;
    let before = shown.before && meanings.turnOf(shown.before);
    return repeat(
      shown.entries,
      (entry) => entry.key,
      (entry, index) => {
        const turn = meanings.turnOf(entry);
        const begins = turn !== undefined && turn !== before ? turn : undefined;
        before = turn ?? before;
        return this.#entry(entry, page * pageSize + index, turn, begins);
      },
    );
  }

  #entry(entry: ConversationEntry, at: number, turn: Turn | undefined, begins: Turn | undefined) {
    const { store } = this;
    const playback = this.#playback(entry);
    const isSelected = at === this.#selectedAt;
    const select = (row: number) => {
      this.#selectedAt = row === entry.row ? at : this.#selectedAt;
      store.select(row);
    };
    return html`${begins === undefined ? nothing : turnHeader(begins)}
      <article
        class=${classMap({
          [entry.role || 'nobody']: true,
          [entry.kind]: true,
          aside: entry.aside,
          deleted: entry.deleted,
        })}
        id="entry-${at}"
        tabindex=${isSelected || (this.#selectedAt < 0 && at === 0) ? 0 : -1}
        aria-current=${isSelected ? 'true' : 'false'}
        aria-posinset=${at + 1}
        aria-setsize=${this.#pages.total}
        aria-label="${entryTitle(entry)}${begins === undefined ? '' : `, turn ${begins.number}`}"
        data-vscode-context=${rowContext(store.rows, entry.row)}
        @click=${() => {
          // Marking text is no choice of an event.
          if (getSelection()?.isCollapsed !== false) select(entry.row);
        }}
        @dblclick=${() => store.setPanel({ detailOpen: true })}
      >
        ${entryBody({
          entry,
          playback,
          begins,
          turn,
          wave: this.#wave(entry, playback),
          answers: this.#answers(entry),
          onAnswer: ({ text }) => store.compose({ request: Date.now(), session: entry.session, text }),
          onSelect: (row) => store.select(row),
          onPlay: () => {
            select(entry.row);
            this.dispatchEvent(new CustomEvent('rti-play-selection', { bubbles: true, composed: true }));
          },
        })}
      </article>`;
  }

  /** What can be answered now: a call, or a request for approval, of a session that is open. */
  #answers(entry: ConversationEntry): Answerable[] {
    const { status } = this.store;
    const { kind, call, item, name, server, otherRow, deleted } = entry;
    if (status?.live !== true || !status.liveSessions.includes(entry.session) || deleted || otherRow !== null)
      return [];
    if (kind === 'call' && entry.status === 'completed' && call !== '')
      return [answerToCall(call, name, entry.arguments)];
    return kind === 'approvalRequest' && item !== '' ? answersToRequest(item, name, server) : [];
  }

  #playback(entry: ConversationEntry): Playback | undefined {
    if (entry.role !== 'assistant' || entry.item === '') return undefined;
    return this.store.meaning.playback.get(`${entry.session} playback ${entry.item}`);
  }

  #wave(entry: ConversationEntry, playback: Playback | undefined): readonly number[] | undefined {
    if (!entry.parts.some(({ kind }) => kind === 'audio')) return undefined;
    if (entry.role === 'user')
      return entry.end === null
        ? undefined
        : this.#waves.get(entry.session, 'client', entry.t, Math.max(entry.end, entry.t + 1));
    if (playback === undefined || playback.generatedMs === 0) return undefined;
    const { session, item, playsFrom, generatedMs, cutBy } = playback;
    return cutBy === 'none'
      ? this.#waves.get(session, 'server', playsFrom, playsFrom + Math.max(generatedMs, 1))
      : this.#waves.ofItem(session, item, generatedMs);
  }

  protected override updated(): void {
    const { scroller } = this;
    if (scroller === null) return;
    let isMoved = false;
    for (const element of scroller.querySelectorAll<HTMLElement>('.page')) {
      const page = Number(element.dataset.page);
      if (element.childElementCount > 0) {
        element.style.height = '';
        if (this.#pages.measured(page, element.offsetHeight)) isMoved = true;
      } else element.style.height = `${this.#pages.height(page)}px`;
    }
    if (this.#goTo !== null) this.#reveal(this.#goTo);
    else if (this.#isAtEnd && this.store.status?.live === true && this.store.follow)
      scroller.scrollTop = scroller.scrollHeight;
    if (isMoved) this.requestUpdate();
  }

  #reveal(at: number): void {
    const entry = this.renderRoot.querySelector<HTMLElement>(`#entry-${at}`);
    if (entry === null) {
      // Its page is on the way; coming near it is enough until then.
      const page = this.renderRoot.querySelector<HTMLElement>(`.page[data-page="${Math.floor(at / pageSize)}"]`);
      page?.scrollIntoView({ block: 'nearest' });
      return;
    }
    this.#goTo = null;
    entry.scrollIntoView({ block: 'nearest' });
    if (this.#focusIt) {
      this.#focusIt = false;
      entry.focus({ preventScroll: true });
    }
  }

  #toEnd(): void {
    this.#isAtEnd = true;
    this.store.setFollow(true);
    this.requestUpdate();
  }

  readonly #scrolled = (): void => {
    const { scroller } = this;
    if (scroller === null) return;
    this.#isAtEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - atEndWithin;
    this.requestUpdate();
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.#pages.total - 1;
    const focused = (event.composedPath()[0] as HTMLElement).closest('article');
    const at = focused === null ? this.#selectedAt : Number(focused.id.slice('entry-'.length));
    const to: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? last : at - 1,
      PageDown: at + 8,
      PageUp: at - 8,
      Home: 0,
      End: last,
    };
    const place = to[event.key];
    if (place === undefined || last < 0) return;
    event.preventDefault();
    event.stopPropagation();
    void this.#selectPlace(Math.max(0, Math.min(last, place)));
  };

  /** Selects the entry at a place, wherever it is, and gives it the keyboard. */
  async #selectPlace(at: number): Promise<void> {
    const page = Math.floor(at / pageSize);
    let entry = this.#pages.get(page)?.entries[at % pageSize];
    if (entry === undefined) {
      const answer = await this.store.ask('conversation', { session: this.#session, from: at, count: 1 });
      entry = answer?.entries[0];
    }
    if (entry === undefined) return;
    this.#selectedAt = at;
    this.#goTo = at;
    this.#focusIt = true;
    this.#selectedRow = entry.row;
    this.store.select(entry.row);
    this.requestUpdate();
  }
}
