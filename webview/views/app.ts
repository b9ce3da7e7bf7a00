/** The whole application: places the views, holds the keys, and opens what the host asks for. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import '../composer/composerView';
import '../intercept/interceptView';
import type { InterceptView } from '../intercept/interceptView';
import '../player/playerView';
import type { PlayerView } from '../player/playerView';
import type { ComposerView } from '../composer/composerView';
import type { Notifications } from '../messages';
import { heldPair } from '../logic/heldPair';
import { selectsAll } from '../logic/keys';
import { mainTabTitles } from '../logic/mainTabs';
import { paneHeights, stripHeight, type PaneHeights } from '../logic/paneHeights';
import type { Topic } from '../state/store';
import type { EventList } from './eventList';
import './eventList';
import { rowContext } from './eventRow';
import './conversationView';
import './findingsView';
import './inspectorView';
import './keysHelp';
import './mainTabs';
import type { MainTabs } from './mainTabs';
import './newSession';
import { noticeLines } from './noticeLines';
import './sessionView';
import './splitter';
import './summaryView';
import './timelineView';
import type { TimelineView } from './timelineView';
import './toolbar';
import type { Toolbar } from './toolbar';
import { isForPage, isTyping, runKey } from './appKeys';
import { appStyles } from './appStyles';
import { sharedStyles, View } from './view';
import './welcome';

/** What stands above and between the panes. */
const bar = 'rti-toolbar, .notice, rti-player, rti-intercept, rti-splitter[orientation="horizontal"]';
const narrowWidth = 800;
/** Height of the timeline until the user pulls it, pixels. */
const usualTimeline = 300;
/** A sheet of details over a list lower than this covers all of it. */
const lowList = 280;

@customElement('rti-app')
export class App extends View {
  protected override readonly topics: readonly Topic[] = ['status', 'rows', 'selection', 'notice', 'panel', 'spans'];
  @state() private narrow = false;
  /** True when the page is too low for list and composer: the composer then has the list's place. */
  @state() private sheet = false;
  @state() private low = false;
  @query('rti-timeline') private timeline!: TimelineView | null;
  @query('rti-event-list') private list!: EventList | null;
  @query('.left') private left!: HTMLElement | null;
  @query('rti-main-tabs') private tabs!: MainTabs | null;
  @query('rti-player') private player!: PlayerView | null;
  @query('rti-toolbar') private toolbar!: Toolbar;
  @query('rti-composer') private composer!: ComposerView | null;
  @query('rti-intercept') private intercept!: InterceptView;
  /** Sizes the user set, pixels; `list` is a share of the width. */
  #sizes = { timeline: usualTimeline, list: 0.62, composer: 300, intercept: 260 };
  #panes: PaneHeights | undefined;
  #resize: ResizeObserver | undefined;
  /** Once opened the composer stays, so that closing it loses no draft. */
  #composerMade = false;

  static override styles = [sharedStyles, appStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('role', 'main');
    this.#resize = new ResizeObserver(() => {
      this.narrow = this.clientWidth < narrowWidth;
      this.#applySizes();
    });
    this.#resize.observe(this);
    this.#sizes = { ...this.#sizes, ...this.store.kept.sizes };
    document.addEventListener('keydown', this.#key);
    // VS Code looks for the context of a menu above the element that the page itself sees, which is this one.
    this.addEventListener('contextmenu', this.#contextMenu, { capture: true });
    this.store.bridge.on('act', (params) => this.#act(params));
    this.addEventListener('rti-play-row', () => void this.#playRow());
    this.addEventListener('rti-edit-row', () => this.#edit());
    this.addEventListener('rti-toggle-breakpoint', () => void this.#toggleBreakpoint(this.store.selected));
    this.addEventListener('rti-next-error', () => this.#nextError());
    this.addEventListener('rti-focus-list', () => {
      // What is filtered is the list.
      if (this.store.filterText !== '') this.store.setTab('events');
      void this.updateComplete.then(() => this.#focusMain());
    });
    this.addEventListener('rti-play-selection', () => void this.player?.playSelection());
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize?.disconnect();
    document.removeEventListener('keydown', this.#key);
  }

  protected override render() {
    const { store } = this;
    const hasRows = store.rows.count > 0;
    this.#composerMade ||= store.composer !== null;
    const detail = !this.narrow || store.detailOpen;
    return html`
      <rti-toolbar .store=${store}></rti-toolbar>
      ${noticeLines(store)}
      ${
        hasRows
          ? html`<h1 class="unseen">Realtime Inspector</h1>
              <rti-timeline
                .store=${store}
                @rti-time=${(event: CustomEvent<number>) => this.player?.seekTime(event.detail)}
              ></rti-timeline>
              <rti-splitter
                orientation="horizontal"
                label="Height of the timeline"
                data-pane="timeline"
                @rti-split=${(event: CustomEvent<number>) => this.#split('timeline', event.detail)}
              ></rti-splitter>
              <rti-player .store=${store}></rti-player>
              <div
                class=${classMap({
                  main: true,
                  narrow: this.narrow,
                  low: this.low,
                  sheet: this.narrow && detail,
                })}
                ?hidden=${this.sheet}
              >
                <div class="left">
                  <rti-main-tabs .store=${store}></rti-main-tabs>
                  <div
                    class="pane"
                    role="tabpanel"
                    id="main-panel"
                    aria-label=${mainTabTitles[store.tab]}
                    @rti-open-detail=${() => store.setPanel({ detailOpen: true })}
                  >
                    <rti-event-list
                      .store=${store}
                      ?hidden=${store.tab !== 'events'}
                      @rti-row-click=${() => this.narrow && store.setPanel({ detailOpen: true })}
                    ></rti-event-list>
                    ${this.#tabView()}
                  </div>
                </div>
                ${
                  this.narrow
                    ? nothing
                    : html`<rti-splitter
                        orientation="vertical"
                        label="Width of the list"
                        data-pane="list"
                        @rti-split=${(event: CustomEvent<number>) => this.#split('list', event.detail)}
                      ></rti-splitter>`
                }
                ${
                  detail
                    ? html`<section class="detail" aria-label="Details of the selected event">
                        <rti-inspector .store=${store}>
                          ${
                            this.narrow
                              ? html`<button
                                  slot="actions"
                                  class="icon"
                                  title="Close (Escape)"
                                  aria-label="Close the details"
                                  @click=${() => this.#closeDetail()}
                                >
                                  <vscode-icon name="close"></vscode-icon>
                                </button>`
                              : nothing
                          }
                        </rti-inspector>
                      </section>`
                    : nothing
                }
              </div>`
          : html`<rti-welcome .store=${store} ?hidden=${this.sheet}></rti-welcome>`
      }
      <rti-splitter
        orientation="horizontal"
        label="Height of the held messages"
        data-pane="intercept"
        @rti-split=${(event: CustomEvent<number>) => this.#split('intercept', -event.detail)}
      ></rti-splitter>
      <rti-intercept
        .store=${store}
        .open=${store.kept.heldFolded !== true}
        @rti-open=${({ detail }: CustomEvent<boolean>) => {
          store.keep({ heldFolded: !detail });
          this.requestUpdate();
        }}
        @rti-room=${() => void this.updateComplete.then(() => this.#applySizes())}
        @rti-leave=${() => this.#focusMain()}
      ></rti-intercept>
      ${
        this.#composerMade
          ? html`<rti-splitter
                orientation="horizontal"
                ?hidden=${store.composer === null || this.sheet}
                label="Height of the composer"
                data-pane="composer"
                @rti-split=${(event: CustomEvent<number>) => this.#split('composer', -event.detail)}
              ></rti-splitter>
              <div class="composer" role="region" aria-label="Composer" ?hidden=${store.composer === null}>
                <rti-composer
                  .store=${store}
                  .sheet=${this.sheet}
                  @rti-set-aside=${() => this.#setAside()}
                  @rti-room=${({ detail }: CustomEvent<number>) => this.#giveRoom(detail)}
                ></rti-composer>
              </div>`
          : nothing
      }
      ${store.newSessionOpen ? html`<rti-new-session .store=${store}></rti-new-session>` : nothing}
      ${store.helpOpen ? html`<rti-keys-help .store=${store}></rti-keys-help>` : nothing}
    `;
  }

  /** The list stays as it is under the other views, so that coming back to it costs nothing. */
  #tabView() {
    const { store } = this;
    switch (store.tab) {
      case 'events':
        return nothing;
      case 'conversation':
        return html`<rti-conversation .store=${store}></rti-conversation>`;
      case 'session':
        return html`<rti-session .store=${store}></rti-session>`;
      case 'summary':
        return html`<rti-summary .store=${store}></rti-summary>`;
      case 'findings':
        return html`<rti-findings .store=${store}></rti-findings>`;
    }
  }
  #focusMain(): void {
    const view = this.renderRoot.querySelector<HTMLElement>('.pane > :not([hidden])');
    (view ?? this.list)?.focus();
  }

  protected override firstUpdated(): void {
    // Its words wrap into more lines as they grow.
    this.#resize?.observe(this.toolbar);
  }
  protected override updated(): void {
    this.#applySizes();
  }
  #applySizes(): void {
    const { clientHeight, clientWidth, timeline, left, store } = this;
    if (clientHeight === 0) return;
    this.#sizeIntercept();
    const bars = [...this.renderRoot.querySelectorAll<HTMLElement>(bar)].reduce(
      (sum, { offsetHeight }) => sum + offsetHeight,
      0,
    );
    const panes = paneHeights({
      room: clientHeight - bars,
      timeline: timeline === null ? null : this.#sizes.timeline,
      isTimelineSet: this.#sizes.timeline !== usualTimeline,
      composer: store.composer === null ? null : this.#sizes.composer,
    });
    this.#panes = panes;
    this.sheet = panes.sheet;
    this.low = panes.main < lowList;
    if (timeline !== null) timeline.style.height = `${panes.timeline}px`;
    if (left !== null) left.style.width = `${Math.round(clientWidth * this.#sizes.list)}px`;
    const box = this.renderRoot.querySelector<HTMLElement>('.composer');
    if (box !== null) box.style.height = `${panes.composer}px`;
    const shares = {
      timeline: panes.timeline / clientHeight,
      list: this.#sizes.list,
      composer: panes.composer / clientHeight,
      intercept: this.#sizes.intercept / clientHeight,
    };
    for (const splitter of this.renderRoot.querySelectorAll('rti-splitter'))
      splitter.value = Math.round(Math.min(1, shares[splitter.dataset.pane as keyof typeof shares]) * 100);
  }
  /** The queue takes its height before the other panes get theirs: somebody's app waits for it. */
  #sizeIntercept(): void {
    const { intercept } = this;
    const { isShown, isTall } = intercept;
    intercept.hidden = !isShown;
    const splitter = this.renderRoot.querySelector<HTMLElement>('rti-splitter[data-pane="intercept"]');
    if (splitter !== null) splitter.hidden = !isTall;
    const most = this.clientHeight * (this.store.composer === null ? 0.6 : 0.4);
    // Narrow, its list stands above its editor.
    const wished = this.#sizes.intercept + (this.narrow ? 80 : 0);
    intercept.style.height = isTall ? `${Math.max(150, Math.min(wished, most))}px` : '';
  }
  /** The composer needs so much height for what it shows now; a size the user set is not lowered, nor is this one kept. */
  #giveRoom(height: number): void {
    this.#sizes.composer = Math.max(this.#sizes.composer, height);
    this.#applySizes();
  }
  #split(what: 'timeline' | 'list' | 'composer' | 'intercept', by: number): void {
    if (what === 'list')
      this.#sizes.list = Math.max(0.25, Math.min(0.8, this.#sizes.list + by / Math.max(1, this.clientWidth)));
    else if (what === 'intercept')
      this.#sizes.intercept = Math.max(150, Math.min(this.clientHeight * 0.6, this.#sizes.intercept + by));
    else {
      // From what can be had, not from what was wished for: a bar that is pulled moves at once.
      const most = Math.max(stripHeight, this.#panes?.most[what] ?? 0);
      this.#sizes[what] = Math.max(stripHeight, Math.min(most, Math.min(most, this.#sizes[what]) + by));
    }
    this.#applySizes();
    this.store.keep({ sizes: { ...this.#sizes } });
  }

  // ---- what keys and menus do ----

  #edit(row = this.store.selected): void {
    // Several are sent again in their order, each when the server has come as far as it had.
    if (this.store.marked.count > 1) this.list?.act('resend');
    else if (row === null) return;
    else if (this.store.rows.kind.at(row) !== 0)
      this.store.tell({ kind: 'info', text: 'Only events can be edited and resent.' });
    else {
      // Narrow, the composer needs the room of the sheet.
      this.store.setPanel({ detailOpen: false });
      this.store.compose({ row, request: Date.now() });
    }
  }
  async #toggleBreakpoint(row: number | null): Promise<void> {
    if (row === null) this.store.tell({ kind: 'info', text: 'Select an event first: messages like it are held then.' });
    else {
      const done = await this.store.ask('toggleBreakpoint', { row });
      if (done !== undefined) this.store.tell({ kind: 'info', text: done.said });
    }
  }
  async #compareArrived(row: number | null): Promise<void> {
    const related = row === null ? undefined : await this.store.ask('related', { row });
    const pair = row === null || related === undefined ? undefined : heldPair(row, related);
    if (pair?.became === 'edited') await this.store.ask('compare', { row: pair.end, with: pair.arrived });
    else this.store.tell({ kind: 'info', text: 'This event went on as it came, or not at all.' });
  }
  async #playRow(): Promise<void> {
    if (this.store.selected !== null) await this.player?.playRow(this.store.selected);
  }
  #nextError(): void {
    const { store } = this;
    const { errors } = store.rows.indexes(store.session);
    if (errors.count === 0) return;
    const after = store.selectedTime === null ? 0 : errors.lowerBound(store.selectedTime + 1e-6);
    store.select(errors.row(after < errors.count ? after : 0));
  }
  #closeDetail(): void {
    this.store.setPanel({ detailOpen: false });
    this.#focusMain();
  }
  /** From the composer in the list's place back to the list; the pencil brings the composer back as it was. */
  #setAside(): void {
    this.store.setComposerAside();
    void this.updateComplete.then(() => this.#focusMain());
  }
  #back(): void {
    const { store } = this;
    if (store.composer !== null && this.sheet) this.#setAside();
    else if (store.composer !== null) {
      store.compose(null);
      this.#focusMain();
    } else if (this.narrow && store.detailOpen) this.#closeDetail();
    else if (store.notice !== null) store.tell(null);
    else if (store.range !== null) store.selectRange(null);
    else if (store.selected !== null) store.select(null);
    else if (store.filterText !== '') store.setFilter('');
  }

  #act({ action, row, session }: Notifications['act']): void {
    const { store } = this;
    // A menu over rows that are marked means all of them.
    if (row !== undefined) store.select(row, store.marked.has(row) ? { marks: 'keep' } : {});
    const target = store.selected;
    switch (action) {
      case 'editAndResend':
        this.#edit(row ?? target);
        return;
      case 'play':
        // The browser lets sound start after a click in the page; without one the player says so.
        void this.updateComplete.then(() => this.player?.playSelection());
        return;
      case 'follow':
        store.setFollow(true);
        return;
      case 'showSession':
        if (session === undefined) return;
        store.showWhenKnown(session);
        store.compose({ session, request: Date.now() });
        return;
      case 'find':
      case 'copyAsJsonl':
      case 'copyAsText':
      case 'saveRows':
      case 'compareMarked':
      case 'copyCode':
      case 'savePayload':
        this.list?.act(action);
        return;
      case 'showRow':
        return;
      case 'showHeld':
      case 'releaseHeld':
      case 'dropHeld':
      case 'answerHeld':
        this.intercept.act(action);
        return;
      case 'toggleBreakpoint':
        void this.#toggleBreakpoint(target);
        return;
      case 'compareArrived':
        void this.#compareArrived(target);
        return;
      case 'focusFilter':
        this.toolbar.focusFilter();
        return;
      case 'openBody':
        if (target !== null) void store.ask('openBody', { row: target });
        return;
      case 'filterByType':
        if (target !== null) store.filterBy('type', target);
        return;
      case 'filterByResponse':
        if (target !== null) store.filterBy('response', target);
        return;
      case 'filterByItem':
        if (target !== null) store.filterBy('item', target);
        return;
    }
  }

  readonly #contextMenu = (event: MouseEvent): void => {
    const row = event
      .composedPath()
      .find(
        (node): node is HTMLElement =>
          node instanceof HTMLElement && node.dataset.vscodeContext !== undefined && node !== this,
      );
    const { selected } = this.store;
    const isInTrace = event.composedPath().some((node) => node === this.list || node === this.timeline);
    // Its texts can be selected: what a browser offers for them stays.
    const isInDetail = event
      .composedPath()
      .some((node) => node instanceof HTMLElement && node.localName === 'rti-inspector');
    if (row?.dataset.vscodeContext !== undefined) this.dataset.vscodeContext = row.dataset.vscodeContext;
    else if (isInTrace && selected !== null)
      this.dataset.vscodeContext = rowContext(this.store.rows, selected, this.store.marked);
    else if (isInDetail && selected !== null)
      this.dataset.vscodeContext = rowContext(this.store.rows, selected).replace(
        '"preventDefaultContextMenuItems":true',
        '"preventDefaultContextMenuItems":false',
      );
    else this.dataset.vscodeContext = JSON.stringify({ webviewSection: 'app', preventDefaultContextMenuItems: true });
  };

  readonly #key = (event: KeyboardEvent): void => {
    const target = event.composedPath()[0];
    const element = target instanceof HTMLElement ? target : null;
    if (selectsAll(event) && element !== null && isTyping(element)) event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === 'Escape' && element?.closest('dialog') === null) {
      event.preventDefault();
      this.#back();
      return;
    }
    if (!isForPage(event, element)) return;
    const { store, timeline, player } = this;
    const isOurs = runKey(event, {
      store,
      timeline,
      player,
      edit: () => this.#edit(),
      showHeld: () => this.intercept.act('showHeld'),
      nextError: () => this.#nextError(),
      focusFilter: () => this.toolbar.focusFilter(),
      focusComposer: () => void this.updateComplete.then(() => this.composer?.focus()),
      focusTab: () => void this.tabs?.updateComplete.then(() => this.#focusMain()),
    });
    if (isOurs) event.preventDefault();
  };
}
