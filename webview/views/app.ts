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
import { selectsAll } from '../logic/keys';
import { mainTabTitles } from '../logic/mainTabs';
import type { Topic } from '../state/store';
import type { EventList } from './eventList';
import './eventList';
import './conversationView';
import './findingsView';
import './inspectorView';
import './keysHelp';
import './mainTabs';
import type { MainTabs } from './mainTabs';
import './newSession';
import './noteField';
import './noticeLines';
import { PaneSizes, type Pane } from './paneSizes';
import './sessionView';
import './splitter';
import './summaryView';
import './timelineView';
import type { TimelineView } from './timelineView';
import './toolbar';
import type { Toolbar } from './toolbar';
import { undoNote } from '../state/noteActions';
import { act, edit, selectNextError, toggleBreakpoint, type ActionPlaces } from './appActions';
import { menuContext } from './appContextMenu';
import { isForPage, isTyping, runKey, undoes } from './appKeys';
import { appStyles } from './appStyles';
import { sharedStyles, View } from './view';
import './welcome';

const narrowWidth = 800;

@customElement('rti-app')
export class App extends View {
  protected override readonly topics: readonly Topic[] = ['status', 'rows', 'selection', 'notice', 'panel', 'spans'];
  @state() private narrow = false;
  /** True when the page is too low for list and composer: the composer then has the list's place. */
  @state() private sheet = false;
  @state() private low = false;
  @query('rti-timeline') private timeline!: TimelineView | null;
  @query('rti-event-list') private list!: EventList | null;
  @query('rti-main-tabs') private tabs!: MainTabs | null;
  @query('rti-player') private player!: PlayerView | null;
  @query('rti-toolbar') private toolbar!: Toolbar;
  @query('rti-composer') private composer!: ComposerView | null;
  @query('rti-intercept') private intercept!: InterceptView;
  readonly #sizes = new PaneSizes(() => {
    const { renderRoot: root, store, intercept, clientHeight, clientWidth, narrow } = this;
    return { root, store, intercept, clientHeight, clientWidth, narrow };
  });
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
    this.#sizes.restore();
    document.addEventListener('keydown', this.#key);
    // VS Code looks for the context of a menu above the element that the page itself sees, which is this one.
    this.addEventListener('contextmenu', this.#contextMenu, { capture: true });
    this.store.bridge.on('act', (params) => act(this.#places, params));
    this.addEventListener('rti-play-row', () => void this.#playRow());
    this.addEventListener('rti-edit-row', () => edit(this.#places, this.store.selected));
    this.addEventListener('rti-toggle-breakpoint', () => void toggleBreakpoint(this.store, this.store.selected));
    this.addEventListener('rti-next-error', () => selectNextError(this.store));
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
      ${
        hasRows
          ? html`<h1 class="unseen">Realtime Inspector</h1>
              <rti-timeline
                .store=${store}
                @rti-time=${(event: CustomEvent<number>) => this.player?.seekTime(event.detail)}
              ></rti-timeline>
              ${
                store.noteDraft === null
                  ? nothing
                  : html`<rti-note-field .store=${store} @rti-leave=${() => this.#focusMain()}></rti-note-field>`
              }
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
      <rti-notices .store=${store}></rti-notices>
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
  get #places(): ActionPlaces {
    const { store, intercept, toolbar, list } = this;
    return {
      store,
      intercept,
      toolbar,
      list,
      player: () => this.player,
      moment: () => this.#moment(),
      drawn: this.updateComplete,
    };
  }
  /** What is being played, what the pointer is on in the timeline, or the middle of what is in view. */
  #moment(): number | null {
    const { store } = this;
    if (store.rows.count === 0) return null;
    return store.playhead ?? this.timeline?.pointedAt ?? (store.view.start + store.view.end) / 2;
  }
  #focusMain(): void {
    const view = this.renderRoot.querySelector<HTMLElement>('.pane > :not([hidden])');
    (view ?? this.list)?.focus();
  }

  protected override firstUpdated(): void {
    // Its words wrap into more lines as they grow.
    this.#resize?.observe(this.toolbar);
    const paneOf = (event: Event) => (event.target as HTMLElement).dataset['pane'] as Pane;
    this.renderRoot.addEventListener('rti-split-reset', (event) => this.#resetPane(paneOf(event)));
    this.renderRoot.addEventListener('rti-split-fold', (event) => this.#foldPane(paneOf(event)));
  }
  protected override updated(): void {
    this.#applySizes();
  }
  #applySizes(): void {
    const applied = this.#sizes.apply();
    if (applied === undefined) return;
    this.sheet = applied.sheet;
    this.low = applied.low;
  }
  #giveRoom(height: number): void {
    this.#sizes.giveComposer(height);
    this.#applySizes();
  }
  #split(pane: Pane, by: number): void {
    this.#sizes.pull(pane, by);
    this.#applySizes();
  }
  #resetPane(pane: Pane): void {
    this.#sizes.reset(pane);
    this.#applySizes();
  }
  #foldPane(pane: Pane): void {
    if (pane === 'list') return this.#resetPane(pane);
    if (pane === 'intercept') {
      this.store.keep({ heldFolded: true });
      this.requestUpdate();
      return;
    }
    this.#sizes.fold(pane);
    this.#applySizes();
  }

  // ---- what keys and menus do ----

  async #playRow(): Promise<void> {
    if (this.store.selected !== null) await this.player?.playRow(this.store.selected);
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

  readonly #contextMenu = (event: MouseEvent): void => {
    this.dataset.vscodeContext = menuContext(event, this.store, this, [this.list, this.timeline]);
  };

  readonly #key = (event: KeyboardEvent): void => {
    const target = event.composedPath()[0];
    const element = target instanceof HTMLElement ? target : null;
    if (selectsAll(event) && element !== null && isTyping(element)) event.stopPropagation();
    if (undoes(event) && isForPage(event, element) && undoNote(this.store)) event.preventDefault();
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
      edit: () => edit(this.#places, store.selected),
      moment: () => this.#moment(),
      showHeld: () => this.intercept.act('showHeld'),
      nextError: () => selectNextError(store),
      focusFilter: () => this.toolbar.focusFilter(),
      focusComposer: () => void this.updateComplete.then(() => this.composer?.focus()),
      focusTab: () => void this.tabs?.updateComplete.then(() => this.#focusMain()),
    });
    if (isOurs) event.preventDefault();
  };
}
