/**
 * The application's one state: what the host told (columns, spans, audio, status) and what the user did (selection, filter,
 * follow, pause, view). Views subscribe to topics and read from here; they change it through its methods only.
 */
import type { DocumentState, RowBody, Span } from '../../src/document/columns';
import type { HostCommand, InspectorStatus, RequestName, Requests } from '../messages';
import { quoteValue } from '../../src/protocol/filter';
import { addTerm } from '../logic/filter';
import type { ListRows } from '../logic/fold';
import { usualListLook, type ListLook } from '../logic/listColumns';
import { asMainTab, type MainTab } from '../logic/mainTabs';
import { FROM } from '../logic/rowSource';
import { listSummary } from '../logic/runSummary';
import type { PlayerLook } from '../player/playerLook';
import { clampSpan, type TimeSpan } from '../timeline/timeScale';
import { AudioIndex } from './audioIndex';
import { SearchLine } from './bodySearch';
import type { Bridge } from './bridge';
import { Finder } from './finder';
import { Marked } from './marked';
import { Meaning } from './meaning';
import { Notices, type Notice } from './notices';
import { RelatedWatch, type RelatedRows } from './related';
import { RowMeanings } from './rowMeanings';
import { Rows } from './rows';
import { SeenValues } from './seenValues';
import { SentWatch } from './sent';
import { ShownList } from './shownList';
import { startingSession } from './startingSession';
import { Summaries } from './summaries';
import { TimedIndex } from './timedIndex';

/** What changed; a view redraws for the topics it names. */
export type Topic =
  'rows' | 'spans' | 'status' | 'selection' | 'related' | 'filter' | 'view' | 'notice' | 'play' | 'panel' | 'summaries';

/** What outlives the page: the user's intent, never what was captured. */
export interface Kept {
  filter?: string;
  session?: string;
  /** Row, and the part of the timeline that was zoomed to; null when it was all of it. */
  selected?: number | null;
  view?: TimeSpan | null;
  /** What was in the composer, without secrets; `open` when it was in view. */
  draft?: { text: string; as: 'client' | 'server'; replaces: number | null; open: boolean; session?: string };
  /** Columns, times and order of the list. */
  list?: Partial<ListLook>;
  /** How audio is to be heard. */
  player?: Partial<PlayerLook>;
  /** The view of the main pane. */
  tab?: MainTab;
  sizes?: { timeline: number; list: number; composer: number; intercept?: number };
  /** The queue of held messages is folded to a line. */
  heldFolded?: boolean;
  /** Groups of lanes that are folded to one. */
  foldedLanes?: string[];
}
/** Where that is kept between two lives of the page. */
export interface Memory {
  read(): Kept;
  write(kept: Kept): void;
}
const noMemory: Memory = { read: () => ({}), write: () => undefined };

/** Runs something before the next frame is drawn; injected so that tests need no browser. */
export type Schedule = (run: () => void) => void;

/** Wheel and arrows change what is kept many times a second; it is written this long after the first change, ms. */
const keepAfter = 200;
const leastExtent = 1000;

export class Store {
  readonly bridge: Bridge;
  rows = new Rows();
  audio = new AudioIndex();
  /** Spans by key, and by lane and time. */
  spanIndex = newSpanIndex();
  /** Turns, findings and the rest of what the analysis says. */
  meaning = new Meaning();
  /** Turns and findings by row. */
  meanings = new RowMeanings(this.rows, this.meaning);
  /** Types and ids there are. */
  seen = new SeenValues(this.rows, this.meaning);
  status: InspectorStatus | null = null;
  document: DocumentState | null = null;

  /** Session shown; '' is all of them. */
  session = '';
  follow = true;

  selected: number | null = null;
  /** Key of the selected span; '' when the selection is a row. */
  selectedSpan = '';
  range: TimeSpan | null = null;
  view: TimeSpan = { start: 0, end: leastExtent };
  /** True while the timeline shows everything and grows with it. */
  fitted = true;
  /** True while the timeline, zoomed in, moves along with the end of a live session. */
  viewFollows = true;
  /** True when the view's last move was not the user's own: such a one may glide. */
  viewGlides = false;
  /** Time on the trace's axis that is being played, ms. */
  playhead: number | null = null;

  composer: ComposerState | null = null;
  /** What the composer had when it made room for the list; it comes back with it. */
  composerAside: ComposerState | null = null;
  /** Row of the last event that was sent from here; null until it is recorded. */
  sentRow: number | null = null;
  detailOpen = false;
  tab: MainTab;
  helpOpen = false;
  newSessionOpen = false;

  readonly #notices = new Notices(() => this.#notify('notice'));
  /** What the list shows. */
  readonly shown: ShownList;
  readonly searches = new SearchLine((params) => this.ask('search', params));
  readonly finder: Finder;
  readonly marked = new Marked();
  /** Columns, times and order of the list. */
  listLook: ListLook;
  readonly #sent = new SentWatch();
  readonly #related = new RelatedWatch(
    (row) => this.bridge.request('related', { row }),
    () => this.#notify('related'),
  );
  /** Rows of the shown session that have been in view, or could have been. */
  #seen = 0;
  /** Until the user (or an earlier life of the page) chose a session, one is chosen when all are known. */
  #sessionIsChosen: boolean;
  /** A session to show once the trace names it. */
  #awaited = '';
  readonly #listeners = new Map<Topic, Set<() => void>>();
  kept: Kept;
  readonly #schedule: Schedule;
  readonly #memory: Memory;
  /** What an earlier life of the page showed, until its rows are here again. */
  #restore: { selected: number | null; view: TimeSpan | null };
  #keepTimer: ReturnType<typeof setTimeout> | undefined;
  #summaries: Summaries;
  #changed = new Set<Topic>();
  #framePending = false;
  #resyncs = 0;
  /** Rows whose waveforms are known to be there. */
  #analysed = 0;
  readonly #peakListeners = new Set<(session: string, from: 'client' | 'server', span: TimeSpan) => void>();

  constructor(bridge: Bridge, schedule: Schedule, memory: Memory = noMemory) {
    this.bridge = bridge;
    this.#schedule = schedule;
    this.#memory = memory;
    this.kept = memory.read();
    this.session = this.kept.session ?? '';
    this.#sessionIsChosen = this.kept.session !== undefined;
    this.#restore = { selected: this.kept.selected ?? null, view: this.kept.view ?? null };
    this.tab = asMainTab(this.kept.tab);
    if (this.kept.draft?.open === true) this.composer = { request: 0 };
    this.listLook = { ...usualListLook, ...this.kept.list };
    this.finder = new Finder(this, this.searches, schedule, () => this.#notify('filter'));
    this.shown = new ShownList(this, {
      filterText: this.kept.filter ?? '',
      order: this.kept.list?.order ?? usualListLook.order,
      line: this.searches,
      schedule,
      changed: () => {
        this.finder.listChanged();
        this.#notify('filter', 'rows');
      },
      cut: (text, rows) =>
        this.tell({ kind: 'info', text: `Only the first ${rows} events that hold "${text}" are shown.` }),
    });
    this.#summaries = this.#newSummaries();
    bridge.on('columns', (batch) => {
      const first = this.rows.count;
      if (this.rows.append(batch)) {
        this.#resyncs = 0;
        this.audio.addRows(this.rows, first);
        this.#tellPeaks(this.document?.analysed ?? 0);
        this.#grown();
        this.#showSent(first);
      } else if (batch.first >= this.rows.count) this.#resync();
    });
    bridge.on('analysis', (changes) => {
      this.spanIndex.put(changes.spans);
      this.meaning.add(changes);
      this.shown.meant();
      this.#related.analysed();
      if (this.fitted) this.#fitView();
      this.#notify('spans', 'view');
    });
    bridge.on('status', (status) => {
      // A recording is read from its start; only a live session is followed.
      if (this.status === null && !status.live) this.follow = false;
      const before = this.status;
      this.status = status;
      this.#notices.closed(
        (session) => status.liveSessions.includes(session),
        (session) => before?.liveSessions.includes(session) === true,
      );
      this.#notify('status');
    });
    bridge.on('document', (document) => {
      this.document = document;
      if (document.read > 0) this.rows.expect(Math.ceil((document.rows / document.read) * document.size * 1.02));
      this.#tellPeaks(document.analysed);
      const isKnown = document.sessions.some((session) => session.id === this.session);
      if (this.session !== '' && !isKnown && document.read >= document.size) this.setSession('');
      this.#chooseSession();
      if (document.sessions.some((session) => session.id === this.#awaited)) {
        this.setSession(this.#awaited);
        this.#awaited = '';
        this.setFollow(true);
      }
      // A session's end, or its start while its rows are on the way, changes what there is to show.
      if (this.fitted) this.#fitView();
      this.#notify('status', 'view');
    });
  }

  /** Asks the host for everything from the start; what was shown is dropped, what the user set stays. */
  async connect(): Promise<void> {
    this.rows = new Rows();
    this.audio = new AudioIndex();
    this.#analysed = 0;
    this.spanIndex = newSpanIndex();
    this.#related.select(null);
    this.meaning = new Meaning();
    this.meanings = new RowMeanings(this.rows, this.meaning);
    this.seen = new SeenValues(this.rows, this.meaning);
    this.marked.clear();
    this.#summaries = this.#newSummaries();
    this.#sent.forgetAll();
    this.sentRow = null;
    this.shown.reset();
    this.#notify('rows', 'spans', 'filter');
    try {
      await this.bridge.ready();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Says of the rows analysed since the last call where their waveforms are. */
  #tellPeaks(analysed: number): void {
    const { rows } = this;
    const end = Math.min(analysed, rows.count);
    const news = new Map<string, { session: string; from: 'client' | 'server'; span: TimeSpan }>();
    for (let row = this.#analysed; row < end; row += 1) {
      const ms = rows.audioMs[row] ?? 0;
      if (ms === 0) continue;
      const start = rows.audioAt[row] ?? 0;
      const from = rows.from[row] === FROM.client ? 'client' : 'server';
      const session = rows.sessionOf(row);
      const known = news.get(`${from}|${session}`)?.span;
      if (known === undefined) news.set(`${from}|${session}`, { session, from, span: { start, end: start + ms } });
      else {
        known.start = Math.min(known.start, start);
        known.end = Math.max(known.end, start + ms);
      }
    }
    for (const { session, from, span } of news.values())
      for (const listener of this.#peakListeners) listener(session, from, span);
    this.#analysed = Math.max(this.#analysed, end);
  }

  /** Something was lost on the way: start over, but not for ever. */
  #resync(): void {
    this.#resyncs += 1;
    if (this.#resyncs <= 3) void this.connect();
    else this.fail(new Error('Events arrived out of step with what is shown. Reopen this tab.'));
  }

  subscribe(topics: readonly Topic[], listener: () => void): () => void {
    for (const topic of topics) {
      let listeners = this.#listeners.get(topic);
      if (listeners === undefined) this.#listeners.set(topic, (listeners = new Set()));
      listeners.add(listener);
    }
    return () => {
      for (const topic of topics) this.#listeners.get(topic)?.delete(listener);
    };
  }

  /** Keeps something for the page's next life. */
  keep(change: Kept): void {
    this.kept = { ...this.kept, ...change };
    this.#keepTimer ??= setTimeout(() => {
      this.#keepTimer = undefined;
      this.#memory.write(this.kept);
    }, keepAfter);
  }
  /** Shows again what an earlier life of the page showed, as far as the rows for it are here. */
  #restoreKept(): void {
    const { selected, view } = this.#restore;
    if (selected !== null && this.rows.count > selected) {
      this.#restore.selected = null;
      this.select(selected, { reveal: false });
    }
    if (view !== null && this.extent.end >= view.end) {
      this.#restore.view = null;
      this.setView(view);
    }
  }

  /** Told where new audio stands, so that waveforms there are asked for again. */
  onAudio(listener: (session: string, from: 'client' | 'server', span: TimeSpan) => void): () => void {
    this.#peakListeners.add(listener);
    return () => this.#peakListeners.delete(listener);
  }

  /** Asks the host; a failure is shown once, in the notice line, and gives undefined. */
  async ask<N extends RequestName>(name: N, params: Requests[N]['params']): Promise<Requests[N]['result'] | undefined> {
    try {
      return await this.bridge.request(name, params);
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }
  run(command: HostCommand): Promise<unknown> {
    return this.ask('run', { command });
  }
  fail(error: unknown): void {
    this.#notices.fail(error);
  }
  tell(notice: Notice | null): void {
    this.#notices.tell(notice);
  }
  get notice(): Notice | null {
    return this.#notices.current;
  }

  // ---- time ----

  /** The time there is something to show for, ms. */
  get extent(): TimeSpan {
    const session = this.document?.sessions.find((candidate) => candidate.id === this.session);
    const last = this.rows.indexes(this.session).all;
    // The proxy may have listened for long before the first session: that time is not shown.
    const firstTime = last.count > 0 ? last.time(0) : undefined;
    const start = Math.min(session?.start ?? firstTime ?? 0, firstTime ?? Infinity);
    const lastTime = last.count > 0 ? last.time(last.count - 1) : 0;
    const audio =
      this.session === ''
        ? this.audio.end
        : Math.max(this.audio.lane(this.session, 'client').end, this.audio.lane(this.session, 'server').end);
    const end = Math.max(lastTime, audio, session?.end ?? 0, start + leastExtent);
    return { start, end: end + (end - start) * 0.01 };
  }
  setView(view: TimeSpan): void {
    const { extent } = this;
    this.view = clampSpan(view, extent);
    this.viewGlides = false;
    this.fitted = this.view.start <= extent.start && this.view.end >= extent.end;
    // The extent ends a little after the last event; with that one in view the user is at the end.
    this.viewFollows = this.view.end >= extent.end - (this.view.end - this.view.start) * 0.02;
    this.keep({ view: this.fitted ? null : this.view });
    this.#notify('view');
  }
  fit(): void {
    this.fitted = true;
    this.viewFollows = true;
    this.viewGlides = false;
    this.view = this.extent;
    this.#look();
    this.keep({ view: null });
    this.#notify('view');
  }

  /** Rows of a live session that came while the timeline was held, or paused. */
  get unseen(): number {
    return this.status?.live === true ? Math.max(0, this.rows.indexes(this.session).all.count - this.#seen) : 0;
  }
  /** What came until now has been seen. */
  #look(): void {
    if (this.pausedAt === null) this.#seen = this.rows.indexes(this.session).all.count;
  }
  #fitView(): void {
    if (this.pausedAt === null) this.view = this.extent;
  }
  /** What the timeline shows when there is more than before: all of it, or the end where that is followed. Pause holds it. */
  #showEnd(): void {
    if (this.pausedAt !== null) return;
    const { extent, view } = this;
    const follows = this.viewFollows && this.status?.live === true;
    if (this.fitted) this.view = extent;
    else if (follows) {
      this.view = clampSpan({ start: extent.end - (view.end - view.start), end: extent.end }, extent);
      this.viewGlides = true;
    }
    if (this.fitted || follows) this.#look();
  }

  // ---- selection ----

  /** Selects a row (or nothing); the timeline moves so that it is seen. */
  select(row: number | null, options: { span?: string; reveal?: boolean; marks?: 'keep' } = {}): void {
    this.selected = row !== null && row >= 0 && row < this.rows.count ? row : null;
    this.keep({ selected: this.selected });
    this.selectedSpan = options.span ?? '';
    if (options.marks !== 'keep') this.marked.clear(this.selected);
    this.range = null;
    this.#related.select(this.selected);
    if (this.selected !== null) {
      this.follow = false;
      this.viewFollows = false;
      if (options.reveal !== false) this.#reveal(this.rows.t[this.selected] ?? 0);
    }
    this.#notify('selection', 'view', 'filter');
  }
  selectRange(range: TimeSpan | null): void {
    this.range =
      range === null ? null : { start: Math.min(range.start, range.end), end: Math.max(range.start, range.end) };
    this.#notify('selection');
  }
  /** What the selected event came of and led to; null while it is not known. */
  get related(): RelatedRows | null {
    return this.#related.current;
  }
  /** Goes to what the selected event came of (its nearest cause) or first led to; false when nothing is known of such. */
  selectRelated(which: 'cause' | 'effect'): boolean {
    const { related } = this;
    const row = which === 'cause' ? related?.causes[0]?.cause : related?.effects[0]?.effect;
    if (row === undefined) return false;
    this.select(row);
    return true;
  }
  get selectedTime(): number | null {
    return this.selected === null ? null : (this.rows.t[this.selected] ?? null);
  }
  /** Next (or previous) row of the same type and side, in the shown session; of a span, the next one of its lane. */
  selectSameKind(step: 1 | -1): void {
    const from = this.selected;
    if (from === null) return;
    const span = this.spanIndex.get(this.selectedSpan);
    if (span !== undefined) {
      const beside = this.spanIndex.beside(span, step, this.session);
      if (beside !== undefined) this.select(beside.startRow, { span: beside.key });
      return;
    }
    const { rows } = this;
    const isAlike = (row: number) =>
      rows.type[row] === rows.type[from] &&
      rows.from[row] === rows.from[from] &&
      (this.session === '' || rows.sessionOf(row) === this.session);
    for (let row = from + step; row >= 0 && row < rows.count; row += step)
      if (isAlike(row)) {
        this.select(row);
        return;
      }
  }
  /** Moves by positions of the list. */
  selectBy(step: number): void {
    const { list } = this;
    if (list.length === 0) return;
    const position = this.#stepFrom(step);
    this.select(list.at(position).row);
  }
  /** Moves by positions of the list and marks what lies between the anchor and there. */
  markBy(step: number): void {
    if (this.list.length > 0) this.markTo(this.#stepFrom(step));
  }
  /** Marks everything from the anchor to a position of the list. */
  markTo(position: number): void {
    this.marked.extendTo(this.list, position);
    this.select(this.list.at(position).row, { marks: 'keep' });
  }
  /** Marks an entry besides those that are, or no longer. */
  toggleMark(position: number): void {
    this.marked.toggle(this.list, position, this.selected);
    this.select(this.list.at(position).row, { marks: 'keep' });
  }
  markAll(): void {
    this.marked.all(this.list);
    this.#notify('selection', 'filter');
  }
  unmark(): void {
    this.marked.clear(this.selected);
    this.#notify('selection', 'filter');
  }
  #stepFrom(step: number): number {
    const { list, selected } = this;
    const at = selected === null ? (step > 0 ? -1 : list.length) : this.positionOfSelected();
    let position = Math.max(0, Math.min(list.length - 1, at + step));
    // An open run and its first member are the same row: a step leads past it.
    const on = Math.sign(step);
    if (position !== at && list.at(position).row === selected)
      position = Math.max(0, Math.min(list.length - 1, position + on));
    return position;
  }
  positionOfSelected(): number {
    if (this.selected === null) return -1;
    const position = this.list.positionOf(this.selected);
    return position >= 0 ? position : this.list.positionBefore(this.selected);
  }

  #reveal(t: number): void {
    const { view } = this;
    if (t >= view.start && t <= view.end) return;
    const length = view.end - view.start;
    this.view = clampSpan({ start: t - length / 2, end: t + length / 2 }, this.extent);
    this.viewGlides = true;
    this.fitted = false;
  }

  // ---- list ----

  get list(): ListRows {
    return this.shown.rows;
  }
  get filterText(): string {
    return this.shown.filterText;
  }
  /** True while rows are still to be looked at by the filter. */
  get filtering(): boolean {
    return this.shown.filtering;
  }
  /** Rows before this one were cleared away (from the list only). */
  get clearedBefore(): number {
    return this.shown.clearedBefore;
  }
  /** Rows from this one on are held back while paused; null when not paused. */
  get pausedAt(): number | null {
    return this.shown.pausedAt;
  }

  setFilter(text: string): void {
    this.keep({ filter: text });
    this.marked.clear(this.selected);
    this.shown.setFilter(text);
  }
  addToFilter(term: string): void {
    this.setFilter(addTerm(this.filterText, term));
  }
  /** Narrows to what a row has: its type, response or item. */
  filterBy(what: 'type' | 'response' | 'item', row: number): void {
    const value =
      what === 'type' ? this.rows.typeOf(row) : what === 'response' ? this.rows.responseOf(row) : this.rows.itemOf(row);
    if (value === '') this.tell({ kind: 'info', text: `This event has no ${what}.` });
    else this.addToFilter(`${what}:${quoteValue(value)}`);
  }
  /** Shows one session ('' for all), fitted into the timeline. */
  setSession(session: string): void {
    this.#sessionIsChosen = true;
    this.session = session;
    this.keep({ session });
    // What is not in the list must not go on being told of beside it.
    if (session !== '' && this.selected !== null && this.rows.sessionOf(this.selected) !== session) this.select(null);
    this.range = null;
    this.marked.clear(this.selected);
    this.fit();
    this.shown.refilter();
    this.#notify('selection');
  }
  /** Shows a session the user has just opened, as soon as the trace has it. */
  showWhenKnown(session: string): void {
    if (this.document?.sessions.some((known) => known.id === session)) this.setSession(session);
    else this.#awaited = session;
  }
  #chooseSession(): void {
    const { document, status } = this;
    if (this.#sessionIsChosen || document === null || status === null) return;
    if (document.sessions.length === 0 || document.read < document.size) return;
    this.#sessionIsChosen = true;
    const session = startingSession(document.sessions, status.liveSessions);
    if (session !== '') this.setSession(session);
  }
  /** Sets columns, times or order of the list, and keeps them. */
  setListLook(change: Partial<ListLook>): void {
    this.listLook = { ...this.listLook, ...change };
    this.keep({ list: this.listLook });
    if (change.order !== undefined && change.order !== this.shown.order) this.shown.setOrder(change.order);
    else this.#notify('filter');
  }
  setFollow(follow: boolean): void {
    this.follow = follow;
    this.viewFollows = follow;
    if (follow) this.#showEnd();
    this.#notify('filter', 'view');
  }
  setPaused(paused: boolean): void {
    this.shown.pausedAt = paused ? this.rows.count : null;
    this.shown.extend();
    this.#showEnd();
    this.#notify('filter', 'rows', 'view');
  }
  /** Empties the list up to now; the trace and the timeline keep everything. */
  clear(): void {
    this.shown.clearedBefore = this.pausedAt ?? this.rows.count;
    this.selected = null;
    this.range = null;
    this.shown.refilter();
    this.#notify('selection');
  }
  unclear(): void {
    this.shown.clearedBefore = 0;
    this.shown.refilter();
  }
  toggleRun(position: number): void {
    if (this.list.toggle(position)) this.#notify('rows');
  }
  /** Rows held back by pause. */
  get heldBack(): number {
    return this.pausedAt === null ? 0 : this.rows.count - this.pausedAt;
  }

  #newSummaries(): Summaries {
    const fetch = async (rows: number[]) => (await this.ask('summaries', { rows }))?.summaries;
    return new Summaries(fetch, this.#schedule, () => this.#notify('summaries'));
  }
  #grown(): void {
    this.shown.grown();
    this.finder.listChanged();
    this.#restoreKept();
    this.#showEnd();
    this.#notify('rows', 'view');
  }

  // ---- texts from the host ----

  /** What the list says of a row (a folded run of text: its text) when it is known; 'summaries' is told when it comes later. */
  summary(row: number): string | undefined {
    return listSummary(this.list, row, this.rows.typeOf(row), (each) => this.#summaries.get(each));
  }
  /** The summary of that one event. */
  rowSummary(row: number): string | undefined {
    return this.#summaries.get(row);
  }
  /** A row's body, or undefined when it cannot be read (the reason is shown). */
  body(row: number, whole = false): Promise<RowBody | undefined> {
    return this.ask('body', whole ? { row, whole } : { row });
  }

  // ---- sending ----

  /**
   * Sends an event into a live session; its row is selected when it arrives, unless the end is followed or the list does
   * not show it. Rejects with the host's reason.
   */
  async send(params: Requests['send']['params']): Promise<void> {
    const as = params.to === 'server' ? 'client' : 'server';
    const sending = this.#sent.expect({ session: params.session, as }, this.rows);
    this.sentRow = null;
    try {
      await this.bridge.request('send', params);
    } catch (error) {
      this.#sent.forget(sending);
      throw error;
    }
  }
  #showSent(first: number): void {
    const row = this.#sent.found(this.rows, first);
    if (row === null) return;
    this.sentRow = row;
    if (!this.follow && this.list.positionOf(row) >= 0) this.select(row);
    this.#notify('panel');
  }
  /** Brings the last event that was sent into view, past whatever hides it: another session, pause, filter. */
  showSent(): void {
    if (this.sentRow !== null) this.showRow(this.sentRow);
  }
  /** Brings a row into view, past whatever hides it. */
  showRow(row: number): void {
    const session = this.rows.sessionOf(row);
    if (this.session !== '' && this.session !== session) this.setSession(session);
    if (this.pausedAt !== null && row >= this.pausedAt) this.setPaused(false);
    if (row < this.clearedBefore) this.unclear();
    if (!this.filtering && this.list.positionOf(row) < 0 && this.filterText !== '') this.setFilter('');
    this.select(row);
  }

  // ---- panels ----

  compose(state: ComposerState | null): void {
    this.composer = state;
    this.composerAside = null;
    if (this.kept.draft !== undefined) this.keep({ draft: { ...this.kept.draft, open: state !== null } });
    this.#notify('panel');
  }
  /** Closes the composer for a look at the list: `toggleComposer` brings it back as it was. */
  setComposerAside(): void {
    const aside = this.composer;
    this.compose(null);
    this.composerAside = aside;
  }
  toggleComposer(): void {
    if (this.composer !== null) this.compose(null);
    else this.compose(this.composerAside ?? { request: Date.now() });
  }
  setTab(tab: MainTab): void {
    this.tab = tab;
    this.keep({ tab });
    this.#notify('panel');
  }
  setPanel(panel: Partial<Pick<Store, 'detailOpen' | 'helpOpen' | 'newSessionOpen'>>): void {
    Object.assign(this, panel);
    this.#notify('panel');
  }
  setPlayhead(t: number | null): void {
    this.playhead = t;
    this.#notify('play');
  }

  #notify(...topics: Topic[]): void {
    for (const topic of topics) this.#changed.add(topic);
    if (this.#framePending) return;
    this.#framePending = true;
    this.#schedule(() => {
      this.#framePending = false;
      const changed = this.#changed;
      this.#changed = new Set();
      const listeners = new Set([...changed].flatMap((topic) => [...(this.#listeners.get(topic) ?? [])]));
      for (const listener of listeners) listener();
    });
  }
}

/** What the composer is to start from. */
export interface ComposerState {
  /** Row to edit and resend; undefined for a new event. */
  row?: number;
  /** Text to start with, instead of a row's. */
  text?: string;
  /** Session to send a new event to; the shown one, or the newest, when left out. */
  session?: string;
  /** Counts up so that the same row can be asked for again. */
  request: number;
}

function newSpanIndex(): TimedIndex<Span> {
  return new TimedIndex<Span>(({ lane, start, end }) => ({ lane, start, end }));
}
