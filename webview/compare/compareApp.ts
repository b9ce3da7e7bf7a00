/** The page of a comparison: two timelines on one axis, and below them what is the same and what is not. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, queryAll, state } from 'lit/decorators.js';
import type { Comparison, EventPair, SessionPair, Which } from '../../src/compare/model';
import { countsText } from '../../src/compare/wording';
import { sharedStyles } from '../views/view';
import '../views/timelineView';
import type { TimelineView } from '../views/timelineView';
import { compareStyles } from './compareStyles';
import { onOneAxis, type CompareStore } from './compareStore';
import './eventsPane';
import type { EventPlace } from './eventsPane';
import type { CompareHostMessage, ComparePageMessage } from './messages';
import { partStyles } from './parts';
import './restPane';
import { StepPlayer, type Ears } from './stepPlayer';
import './turnsPane';

const TABS = ['turns', 'events', 'config', 'measures'] as const;
type Tab = (typeof TABS)[number];
const SIDES = ['a', 'b'] as const;

@customElement('rti-compare-app')
export class CompareApp extends LitElement {
  @property({ attribute: false }) stores!: Record<Which, CompareStore>;
  @property({ attribute: false }) post!: (message: ComparePageMessage) => void;
  @state() private comparison: Comparison | null = null;
  @state() private failure = '';
  @state() private isWorking = true;
  /** The pair of sessions shown, the turn and the event that are chosen in it. */
  @state() private at = 0;
  @state() private turn = -1;
  @state() private event: EventPair | null = null;
  @state() private tab: Tab = 'turns';
  @state() private onlyDifferent = false;
  /** Only events of that turn; -1 for all. */
  @state() private eventsOf = -1;
  @queryAll('rti-timeline') private timelines!: NodeListOf<TimelineView>;
  #player!: StepPlayer;
  #stops: (() => void)[] = [];
  /** Selecting in the timelines by the page itself is not the user's. */
  #isSelecting = false;
  #selected: Record<Which, number | null> = { a: null, b: null };

  static override styles = [sharedStyles, partStyles, compareStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#player = new StepPlayer(this.stores, () => this.requestUpdate());
    this.#stops = [
      onOneAxis(this.stores.a, this.stores.b),
      ...SIDES.map((which) => this.stores[which].subscribe(['selection'], () => this.#rowChosen(which))),
      ...SIDES.map((which) => this.stores[which].subscribe(['status', 'notice', 'spans'], () => this.requestUpdate())),
    ];
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
    void this.#player.close();
  }

  /** What the host says of both traces. */
  told(message: Exclude<CompareHostMessage, { compare: Which }>): void {
    this.isWorking = message.compare === 'working';
    if (message.compare === 'working') return;
    this.failure = message.compare === 'failed' ? message.error : '';
    if (message.compare !== 'result') return;
    this.comparison = message.comparison;
    const differing = message.comparison.sessions.findIndex(({ same }) => !same);
    this.#show(Math.max(0, differing));
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
      if (session) this.stores[which].setSession(session.id);
    }
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
        ${this.#bar(pair)} ${this.failure === '' ? nothing : html`<p class="failure" role="alert">${this.failure}</p>`}
        <p class="verdict" role="status">${this.#verdict(pair)}</p>
      </header>
      <main>
        ${SIDES.map((which) => this.#timeline(which, pair))} ${pair ? this.#tabs(pair) : nothing}
        ${pair ? this.#pane(pair) : nothing}
      </main>`;
  }

  #bar(pair: SessionPair | null) {
    const sessions = this.comparison?.sessions ?? [];
    const { isPlaying, isLoading, ears } = this.#player;
    const name = (one: SessionPair['a']) => (one ? [one.id, one.label].filter(Boolean).join(' ') : '–');
    return html`<div class="bar">
      <h1>Comparison</h1>
      ${
        sessions.length < 2
          ? nothing
          : html`<select
              aria-label="Sessions"
              @change=${(event: Event) => this.#show(Number((event.target as HTMLSelectElement).value))}
            >
              ${sessions.map(
                ({ a, b, same }, index) =>
                  html`<option value=${index} .selected=${index === this.at}>
                    ${name(a)} | ${name(b)}${same ? '' : ' (differs)'}
                  </option>`,
              )}
            </select>`
      }
      <button
        class="text"
        ?disabled=${!pair || isLoading}
        @click=${() => void (isPlaying ? this.#player.stop() : this.#play())}
      >
        <vscode-icon name=${isPlaying ? 'debug-stop' : isLoading ? 'loading' : 'play'}></vscode-icon>
        ${isPlaying ? 'Stop' : 'Play what is shown'}
      </button>
      <label
        >Listen to
        <select
          @change=${(event: Event) => void this.#player.listen((event.target as HTMLSelectElement).value as Ears)}
        >
          <option value="both" .selected=${ears === 'both'}>a left, b right</option>
          <option value="a" .selected=${ears === 'a'}>a</option>
          <option value="b" .selected=${ears === 'b'}>b</option>
        </select></label
      >
      <label class="only"
        ><input
          type="checkbox"
          .checked=${this.onlyDifferent}
          @change=${(event: Event) => (this.onlyDifferent = (event.target as HTMLInputElement).checked)}
        />
        Only what differs</label
      >
      <button class="text" ?disabled=${this.isWorking} @click=${() => this.post({ compare: 'again' })}>
        Compare again
      </button>
    </div>`;
  }

  #verdict(pair: SessionPair | null): string {
    if (this.isWorking) return 'Comparing…';
    if (!pair) return '';
    if (!pair.a || !pair.b) return `This session is only in ${pair.a ? 'a' : 'b'}.`;
    return pair.same ? 'Nothing differs but ids and times.' : `Different: ${countsText(pair)}.`;
  }

  #timeline(which: Which, pair: SessionPair | null) {
    const store = this.stores[which];
    const session = pair?.[which];
    const notice = store.notice?.text ?? store.document?.problems[0] ?? '';
    return html`<section
      class="side"
      aria-label="Trace ${which}"
      @keydown=${(event: KeyboardEvent) => this.#key(event, which)}
    >
      <div class="name">
        <b>${which}</b> <span>${store.status?.title ?? ''}</span>
        <span class="dim"
          >${session ? [session.id, session.label].filter(Boolean).join(' ') : pair ? 'no such session' : ''}</span
        >
        ${notice === '' ? nothing : html`<span class="failure" role="status">${notice}</span>`}
      </div>
      <rti-timeline .store=${store}></rti-timeline>
    </section>`;
  }

  #tabs({ turns, counts, configs }: SessionPair) {
    const many = (count: number) => (count === 0 ? '' : `${count} differ`);
    const marks: Record<Tab, string> = {
      turns: many(turns.filter(({ status }) => status !== 'same').length),
      events: many(counts.changed + counts.added + counts.removed),
      config: many(configs.filter(({ status }) => status !== 'same').length),
      measures: '',
    };
    const titles: Record<Tab, string> = {
      turns: 'Turns',
      events: 'Events',
      config: 'Configuration',
      measures: 'Measures and findings',
    };
    return html`<div class="tabs" role="tablist" aria-label="What is compared" @keydown=${this.#tabKey}>
      ${TABS.map(
        (tab) =>
          html`<button
            role="tab"
            id="tab-${tab}"
            aria-selected=${tab === this.tab ? 'true' : 'false'}
            aria-controls="pane"
            tabindex=${tab === this.tab ? 0 : -1}
            @click=${() => (this.tab = tab)}
          >
            ${titles[tab]}${marks[tab] === '' ? nothing : html` <span class="many">${marks[tab]}</span>`}
          </button>`,
      )}
    </div>`;
  }

  #pane(pair: SessionPair) {
    const origins = this.#origins;
    return html`<div class="pane" id="pane" role="tabpanel" aria-labelledby="tab-${this.tab}">
      ${
        this.tab === 'turns'
          ? html`<rti-compare-turns
              .session=${pair}
              .chosen=${this.turn}
              .onlyDifferent=${this.onlyDifferent}
              @rti-turn=${(event: CustomEvent<number>) => this.#chooseTurn(event.detail)}
              @rti-play-turn=${(event: CustomEvent<number>) => void this.#playTurn(event.detail)}
              @rti-turn-events=${(event: CustomEvent<number>) => {
                this.eventsOf = event.detail;
                this.tab = 'events';
              }}
            ></rti-compare-turns>`
          : this.tab === 'events'
            ? html`${this.#turnFilter(pair)}<rti-compare-events
                  .events=${this.#events(pair)}
                  .chosen=${this.event}
                  .origins=${origins}
                  .none=${pair.events.length === 0 ? 'There are no events.' : 'No event differs here.'}
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

  #turnFilter({ turns, unexplained }: SessionPair) {
    const turn = turns[this.eventsOf];
    return html`${
      turn === undefined
        ? nothing
        : html`<p>
            Events of turn ${turn.a?.number ?? '–'} | ${turn.b?.number ?? '–'}
            <button class="text" @click=${() => (this.eventsOf = -1)}>Show all</button>
          </p>`
    }${unexplained === 0 ? nothing : html`<p class="dim">${unexplained} events differ and were not looked into: there are too many.</p>`}`;
  }

  #shown: { of: readonly EventPair[]; by: string; events: readonly EventPair[] } | undefined;
  /** Kept as long as it is the same: the list tells by it whether it changed. */
  #events({ events }: SessionPair): readonly EventPair[] {
    const by = `${this.onlyDifferent} ${this.eventsOf}`;
    if (this.#shown?.of !== events || this.#shown.by !== by) {
      const isShown = ({ status, turn }: EventPair) =>
        (this.eventsOf < 0 || turn === this.eventsOf) &&
        !(this.onlyDifferent && (status === 'same' || status === 'follows'));
      this.#shown = { of: events, by, events: events.filter(isShown) };
    }
    return this.#shown.events;
  }

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
    let found: EventPair | null = null;
    for (const pair of this.#pair?.events ?? []) {
      const row = pair[which]?.row ?? Infinity;
      if (row <= selected && row >= (found?.[which]?.row ?? -1)) found = pair;
    }
    if (!found) return;
    this.event = found;
    this.eventsOf = -1;
    if (this.onlyDifferent && !this.#events(this.#pair as SessionPair).includes(found)) this.onlyDifferent = false;
    this.tab = 'events';
  }

  // ---- hearing ----

  async #play(): Promise<void> {
    const { a, b } = this.stores;
    await this.#heard({ a: this.#pair?.a ? a.view : null, b: this.#pair?.b ? b.view : null });
  }
  async #playTurn(at: number): Promise<void> {
    const turn = this.#pair?.turns[at];
    const stretch = (which: Which) => {
      const one = turn?.[which];
      return one
        ? { start: one.start, end: Math.max(one.start + 100, this.#heardUntil(which, at) ?? one.end ?? 0) }
        : null;
    };
    await this.#heard({ a: stretch('a'), b: stretch('b') });
  }
  /** An answer is heard for longer than its events come: until the next turn begins. */
  #heardUntil(which: Which, at: number): number | undefined {
    const next = this.#pair?.turns.slice(at + 1).find((turn) => turn[which]);
    return next?.[which]?.start ?? this.stores[which].own.end;
  }
  async #heard(stretches: Parameters<StepPlayer['play']>[0]): Promise<void> {
    try {
      this.failure = '';
      await this.#player.play(stretches);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  // ---- keys ----

  #key(event: KeyboardEvent, which: Which): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const timeline = this.timelines[which === 'a' ? 0 : 1];
    const store = this.stores[which];
    const keys: Record<string, () => void> = {
      a: () => timeline?.nudge({ pan: -0.2 }),
      d: () => timeline?.nudge({ pan: 0.2 }),
      ArrowLeft: () => timeline?.nudge({ pan: -0.2 }),
      ArrowRight: () => timeline?.nudge({ pan: 0.2 }),
      w: () => timeline?.nudge({ zoom: 0.7 }),
      s: () => timeline?.nudge({ zoom: 1 / 0.7 }),
      ArrowUp: () => timeline?.nudge({ zoom: 0.7 }),
      ArrowDown: () => timeline?.nudge({ zoom: 1 / 0.7 }),
      f: () => store.fit(),
      z: () => timeline?.zoomToSelection(),
      '[': () => store.selectSameKind(-1),
      ']': () => store.selectSameKind(1),
      c: () => store.selectRelated('cause'),
      v: () => store.selectRelated('effect'),
    };
    const run = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!run) return;
    event.preventDefault();
    run();
  }

  readonly #tabKey = (event: KeyboardEvent): void => {
    const at = TABS.indexOf(this.tab);
    const to: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 };
    const place = to[event.key];
    if (place === undefined) return;
    event.preventDefault();
    this.tab = TABS[(place + TABS.length) % TABS.length] as Tab;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${this.tab}`)?.focus());
  };
}
