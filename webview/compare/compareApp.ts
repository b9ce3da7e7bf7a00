/** The page of a comparison: two timelines on one axis, and below them what is the same and what is not. */
import { html, LitElement, nothing } from 'lit';
import { customElement, property, queryAll, state } from 'lit/decorators.js';
import type { Comparison, EventPair, SessionPair, Which } from '../../src/compare/model';
import '../views/splitter';
import '../views/tabBar';
import { sharedStyles } from '../views/view';
import '../views/timelineView';
import type { TimelineView } from '../views/timelineView';
import { compareBar, fileProblems, verdictOf } from './bar';
import { openedOf, pairOfRow, placesOf, sameEvent, sameTurn } from './chosen';
import { actOf, findKey, keysTable, type CompareAct } from './compareKeys';
import { compareStyles } from './compareStyles';
import { onOneAxis, showBoth, type CompareStore } from './compareStore';
import { isMarked } from './differenceMarks';
import { eventsNote } from './eventsNote';
import './eventsPane';
import type { EventPlace } from './eventsPane';
import type { CompareHostMessage, ComparePageMessage } from './messages';
import { partStyles } from './parts';
import './playerBar';
import './restPane';
import { ShownLists, stepped } from './sought';
import { StepPlayer, stretchesOf, type Stretches } from './stepPlayer';
import { TAB_TITLES, tabNamed, tabsOf, type Tab } from './tabs';
import { applyHeight, heightOf, pulled, tellHeight, type KeptHeight } from './timelineHeight';
import { timelineSide } from './timelineSide';
import './turnsPane';

const SIDES = ['a', 'b'] as const;

/** What the page shows, kept for a later life of its tab. */
export interface ShownState extends KeptHeight {
  at: number;
  turn: number;
  tab: Tab;
  onlyDifferent: boolean;
  find: string;
}

@customElement('rti-compare-app')
export class CompareApp extends LitElement {
  @property({ attribute: false }) stores!: Record<Which, CompareStore>;
  @property({ attribute: false }) post!: (message: ComparePageMessage) => void;
  /** What an earlier life of the page showed. */
  @property({ attribute: false }) kept: Partial<ShownState> = {};
  @property({ attribute: false }) keep: (shown: ShownState) => void = () => undefined;
  @state() private comparison: Comparison | null = null;
  @state() private failure = '';
  @state() private isWorking = true;
  /** The pair of sessions shown, the turn and the event that are chosen in it. */
  @state() private at = 0;
  @state() turn = -1;
  @state() event: EventPair | null = null;
  @state() tab: Tab = 'turns';
  @state() private onlyDifferent = false;
  /** Only events of that turn; -1 for all. */
  @state() private eventsOf = -1;
  @state() private find = '';
  @state() private helpOpen = false;
  @state() private height: KeptHeight = heightOf({});
  @queryAll('rti-timeline') private timelines!: NodeListOf<TimelineView>;
  #player!: StepPlayer;
  readonly #lists = new ShownLists();
  #stops: (() => void)[] = [];
  /** Selecting in the timelines by the page itself is not the user's. */
  #isSelecting = false;
  #selected: Record<Which, number | null> = { a: null, b: null };

  static override styles = [sharedStyles, partStyles, compareStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    const { kept } = this;
    this.tab = tabNamed(kept.tab);
    this.onlyDifferent = kept.onlyDifferent === true;
    this.find = typeof kept.find === 'string' ? kept.find : '';
    this.height = heightOf(kept);
    window.addEventListener('keydown', this.#pageKey);
    window.addEventListener('resize', this.#placed);
    this.#player = new StepPlayer(this.stores, () => this.requestUpdate());
    this.#stops = [
      onOneAxis(this.stores.a, this.stores.b),
      ...SIDES.map((which) => this.stores[which].subscribe(['selection'], () => this.#rowChosen(which))),
      ...SIDES.map((which) => this.stores[which].subscribe(['status', 'notice', 'spans'], () => this.requestUpdate())),
    ];
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#pageKey);
    window.removeEventListener('resize', this.#placed);
    for (const stop of this.#stops) stop();
    void this.#player.close();
  }

  /** What the host says of both traces. */
  told(message: Exclude<CompareHostMessage, { compare: Which }>): void {
    this.isWorking = message.compare === 'working';
    if (message.compare === 'working') return;
    this.failure = message.compare === 'failed' ? message.error : '';
    if (message.compare !== 'result') return;
    this.#compared(message.comparison);
  }

  /** What was looked at stays, where it is there still. */
  #compared(comparison: Comparison): void {
    const before = this.comparison ? { turn: this.#pair?.turns[this.turn], event: this.event } : null;
    const wasAt = this.comparison ? this.at : this.kept.at;
    this.comparison = comparison;
    const { sessions } = comparison;
    const differing = Math.max(
      0,
      sessions.findIndex(({ same }) => !same),
    );
    const at = wasAt !== undefined && sessions[wasAt] ? wasAt : differing;
    this.#show(at);
    const { turns, events } = sessions[at] ?? { turns: [], events: [] };
    const { turn, event } = before ?? { turn: turns[this.kept.turn ?? -1], event: null };
    this.turn = sameTurn(turns, turn);
    this.event = sameEvent(events, event);
  }

  #show(at: number): void {
    this.#player.stop();
    this.at = at;
    this.turn = -1;
    this.event = null;
    this.eventsOf = -1;
    const pair = this.#pair;
    for (const which of SIDES) {
      const session = pair?.[which];
      this.stores[which].absent = !session;
      if (session) this.stores[which].setSession(session.id);
    }
    for (const which of SIDES) if (pair?.[which]) this.stores[which].fit();
  }

  get #pair(): SessionPair | null {
    return this.comparison?.sessions[this.at] ?? null;
  }
  get #origins(): Record<Which, number> {
    return { a: this.stores.a.origin, b: this.stores.b.origin };
  }

  protected override render() {
    const pair = this.#pair;
    return html`<header>
        ${this.#bar(pair)}
        ${this.#player.isLoaded ? html`<rti-compare-player .player=${this.#player} .failed=${this.#failed}></rti-compare-player>` : nothing}
        <p class="verdict">
          <span role="status">${verdictOf(pair, this.isWorking)}</span>
          ${this.failure === '' ? nothing : html`<span class="failure" role="alert">${this.failure}</span>`}
        </p>
        ${fileProblems(this.comparison)} ${this.helpOpen ? keysTable() : nothing}
      </header>
      <main>
        ${timelineSide('a', this.stores.a, pair, () => this.timelines)}
        ${
          pair
            ? html`<rti-compare-marks
                .stores=${this.stores}
                .events=${pair.events}
                .chosen=${this.event}
                @rti-event=${(event: CustomEvent<EventPair>) => this.#pointed(event.detail)}
              ></rti-compare-marks>`
            : nothing
        }
        ${timelineSide('b', this.stores.b, pair, () => this.timelines)}
        <rti-splitter
          orientation="horizontal"
          label="Height of the timelines"
          @rti-split=${(event: CustomEvent<number>) => this.#pull(event.detail)}
        ></rti-splitter>
        ${
          pair
            ? html`<rti-tabs
                label="What is compared"
                .tabs=${tabsOf(pair)}
                .open=${this.tab}
                @rti-tab=${({ detail }: CustomEvent<string>) => (this.tab = tabNamed(detail))}
              ></rti-tabs>`
            : nothing
        }
        ${pair ? this.#pane(pair) : nothing}
      </main>`;
  }

  protected override updated(): void {
    const { at, turn, tab, onlyDifferent, find } = this;
    if (this.comparison) this.keep({ at, turn, tab, onlyDifferent, find, ...this.height });
    applyHeight(this, this.height);
    this.#placed();
  }

  /** Height of one of the timelines now, pixels. */
  get #timelineHeight(): number {
    return this.timelines[0]?.clientHeight ?? 0;
  }
  /** What depends on how high the timelines have become. */
  readonly #placed = (): void => {
    const { renderRoot } = this;
    tellHeight(
      this.#timelineHeight,
      renderRoot.querySelector('rti-compare-marks'),
      renderRoot.querySelector('rti-splitter'),
    );
  };
  #pull(by: number): void {
    this.height = pulled(this.#timelineHeight, by, window.innerHeight);
  }

  #bar(pair: SessionPair | null) {
    const { isWorking, onlyDifferent, find, helpOpen, at } = this;
    const count = (number: number) => (find.trim() === '' ? '' : number === 0 ? 'none' : String(number));
    const found = !pair ? '' : count(this.tab === 'turns' ? this.#turns(pair).length : this.#events(pair).length);
    const sessions = this.comparison?.sessions ?? [];
    const { isLoading } = this.#player;
    return compareBar(
      {
        ...{ sessions, at, hasPair: pair !== null, isWorking, isLoading, onlyDifferent, find, found, helpOpen },
        hasChosen: this.#inHand() !== null,
        isFolded: this.height.folded,
      },
      {
        show: (place) => this.#show(place),
        act: (act) => this.#act(act),
        playShown: () => void this.#play(),
        find: (words) => (this.find = words),
        findKey: this.#findKey,
      },
    );
  }

  #pane(pair: SessionPair) {
    const origins = this.#origins;
    return html`<div class="pane" id="pane" role="tabpanel" aria-label=${TAB_TITLES[this.tab]}>
      ${
        this.tab === 'turns'
          ? html`<rti-compare-turns
              .session=${pair}
              .chosen=${this.turn}
              .shown=${this.#turns(pair)}
              .none=${this.find.trim() === '' ? 'All turns are the same.' : 'No turn holds what is sought.'}
              @rti-open=${(event: CustomEvent<EventPlace>) => this.post({ compare: 'open', ...event.detail })}
              @rti-turn=${(event: CustomEvent<number>) => this.#chooseTurn(event.detail)}
              @rti-play-turn=${(event: CustomEvent<number>) => void this.#heard(stretchesOf(pair, event.detail, this.stores))}
              @rti-turn-events=${(event: CustomEvent<number>) => {
                this.eventsOf = event.detail;
                this.tab = 'events';
              }}
            ></rti-compare-turns>`
          : this.tab === 'events'
            ? html`${eventsNote(pair, this.eventsOf, () => (this.eventsOf = -1))}<rti-compare-events
                  .events=${this.#events(pair)}
                  .chosen=${this.event}
                  .origins=${origins}
                  .none=${pair.events.length === 0 ? 'There are no events.' : this.find.trim() === '' ? 'No event differs here.' : 'No event holds what is sought.'}
                  @rti-event=${(event: CustomEvent<EventPair>) => this.#chooseEvent(event.detail)}
                  @rti-open=${(event: CustomEvent<EventPlace>) => this.post({ compare: 'open', ...event.detail })}
                ></rti-compare-events>`
            : this.tab === 'config'
              ? html`<rti-compare-config
                  .session=${pair}
                  .origins=${origins}
                  .onlyDifferent=${this.onlyDifferent}
                ></rti-compare-config>`
              : html`<rti-compare-measures .session=${pair}></rti-compare-measures>`
      }
    </div>`;
  }

  readonly #events = (pair: SessionPair): readonly EventPair[] =>
    this.#lists.events(pair, { onlyDifferent: this.onlyDifferent, find: this.find, turn: this.eventsOf });
  readonly #turns = (pair: SessionPair): readonly number[] =>
    this.#lists.turns(pair, { onlyDifferent: this.onlyDifferent, find: this.find });

  // ---- choosing ----

  #chooseTurn(at: number): void {
    this.turn = at;
    const turn = this.#pair?.turns[at];
    this.#select(turn?.a?.startRow ?? null, turn?.b?.startRow ?? null);
  }
  #chooseEvent(event: EventPair): void {
    this.event = event;
    this.#select(event.a?.row ?? null, event.b?.row ?? null);
  }
  #select(a: number | null, b: number | null): void {
    this.#isSelecting = true;
    // The one that moves the view goes last: the other follows it.
    this.stores.b.select(b, { reveal: a === null });
    this.stores.a.select(a);
    this.#selected = { a: this.stores.a.selected, b: this.stores.b.selected };
    this.#isSelecting = false;
  }
  /** A row was chosen in a timeline: its pair is shown. */
  #rowChosen(which: Which): void {
    const { selected } = this.stores[which];
    if (this.#isSelecting || selected === this.#selected[which]) return;
    this.#selected[which] = selected;
    if (selected === null) return;
    const found = pairOfRow(this.#pair?.events ?? [], which, selected);
    if (found) this.#list(found);
  }
  /** A mark was clicked between the timelines. */
  #pointed(event: EventPair): void {
    this.#list(event);
    this.#chooseEvent(event);
  }
  /** Shows it in the list, whatever the list leaves out. */
  #list(event: EventPair): void {
    this.event = event;
    this.eventsOf = -1;
    const isListed = () => this.#events(this.#pair as SessionPair).includes(event);
    if (!isListed()) this.find = '';
    if (!isListed()) this.onlyDifferent = false;
    this.tab = 'events';
  }

  /** Goes to the next difference (1), or the one before (-1); at the end it begins again. With `any`, to the next of all that is shown. */
  #step(by: 1 | -1, any = false): void {
    const pair = this.#pair;
    if (!pair) return;
    if (this.tab === 'turns') {
      const places = this.#turns(pair).filter((at) => any || pair.turns[at]?.status !== 'same');
      const at = stepped(places, this.turn, by);
      if (at !== undefined) return this.#chooseTurn(at);
    }
    const events = this.#events(pair);
    const chosen = this.event ? events.indexOf(this.event) : -1;
    const places = [...events.keys()].filter((at) => any || isMarked(events[at] as EventPair));
    const at = stepped(places, chosen, by);
    if (at === undefined) return;
    this.tab = 'events';
    this.#chooseEvent(events[at] as EventPair);
  }
  #open(wanted: Which): void {
    const place = this.#pair && openedOf(this.#pair, this, wanted);
    if (place) this.post({ compare: 'open', ...place });
  }
  #inHand(): Stretches | null {
    return this.#pair && placesOf(this.#pair, this, this.stores);
  }
  /** Both timelines show the chosen difference, from where it begins in either to where it ends in both. */
  #zoom(): void {
    const stretches = this.#inHand();
    if (stretches) showBoth(this.stores, stretches);
  }

  // ---- hearing ----

  async #play(): Promise<void> {
    const { a, b } = this.stores;
    await this.#heard({ a: this.#pair?.a ? a.view : null, b: this.#pair?.b ? b.view : null });
  }
  async #heard(stretches: Stretches): Promise<void> {
    this.failure = '';
    await this.#player.play(stretches).catch(this.#failed);
  }
  readonly #failed = (error: unknown): void => {
    this.failure = error instanceof Error ? error.message : String(error);
  };

  // ---- keys ----

  #act(act: CompareAct): void {
    const acts: Record<CompareAct, () => void> = {
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      openA: () => this.#open('a'),
      openB: () => this.#open('b'),
      find: () => this.renderRoot.querySelector<HTMLInputElement>('.find')?.select(),
      play: () => void (this.#player.isLoaded ? this.#player.toggle().catch(this.#failed) : this.#play()),
      muteA: () => this.#player.mute('a'),
      muteB: () => this.#player.mute('b'),
      swap: () => {
        if (!this.isWorking) this.post({ compare: 'swap' });
      },
      again: () => {
        if (!this.isWorking) this.post({ compare: 'again' });
      },
      onlyDifferent: () => (this.onlyDifferent = !this.onlyDifferent),
      zoom: () => this.#zoom(),
      fit: () => this.stores.a.fit(),
      fitA: () => this.stores.a.fitOwn(),
      fitB: () => this.stores.b.fitOwn(),
      fold: () => (this.height = { ...this.height, folded: !this.height.folded }),
      help: () => (this.helpOpen = !this.helpOpen),
    };
    acts[act]();
  }
  readonly #pageKey = (event: KeyboardEvent): void => {
    const act = event.defaultPrevented ? undefined : actOf(event);
    if (act === undefined) return;
    event.preventDefault();
    this.#act(act);
  };
  readonly #findKey = (event: KeyboardEvent): void =>
    findKey(
      event,
      (by) => this.#step(by, true),
      () => (this.find = ''),
    );
}
