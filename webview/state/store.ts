/**
 * The application's one state: what the host told (columns, spans, audio, status) and what the user did (selection, filter,
 * follow, pause, view). Views subscribe to topics and read from here; they change it through its methods only.
 */
import type { RowBody } from '../../src/document/columns';
import type { Requests } from '../messages';
import { quoteValue } from '../../src/protocol/filter';
import { addTerm } from '../logic/filter';
import type { ListRows } from '../logic/fold';
import { stepInList } from '../logic/listSteps';
import { usualListLook, type ListLook } from '../logic/listColumns';
import { listSummary } from '../logic/runSummary';
import type { TimeSpan } from '../timeline/timeScale';
import { SearchLine } from './bodySearch';
import type { Bridge } from './bridge';
import { Finder } from './finder';
import { Marked } from './marked';
import type { Memory, Schedule } from './pageState';
import { isShownSpan } from './notes';
import { RelatedWatch, type RelatedRows } from './related';
import { SentWatch } from './sent';
import { ShownList } from './shownList';
import { startingSession } from './startingSession';
import { Summaries } from './summaries';
import { TimeState } from './timeState';

export type { Kept, Memory, Schedule, Topic } from './pageState';
export type { ComposerState } from './panelState';

export class Store extends TimeState {
  follow = true;
  selected: number | null = null;
  /** Key of the selected span; '' when the selection is a row. */
  selectedSpan = '';
  range: TimeSpan | null = null;
  /** Row of the last event that was sent from here; null until it is recorded. */
  sentRow: number | null = null;

  /** What the list shows. */
  readonly shown: ShownList;
  readonly searches = new SearchLine(
    (params) => this.ask('search', params),
    (search) => void this.ask('stopSearch', { search }),
  );
  readonly finder: Finder;
  readonly marked = new Marked();
  /** Columns, times and order of the list. */
  listLook: ListLook;
  readonly #sent = new SentWatch();
  readonly #related = new RelatedWatch(
    (row) => this.bridge.request('related', { row }),
    () => this.notify('related'),
  );
  /** Until the user (or an earlier life of the page) chose a session, one is chosen when all are known. */
  #sessionIsChosen: boolean;
  /** A session to show once the trace names it. */
  #awaited = '';
  /** What an earlier life of the page showed, until its rows are here again. */
  #restore: { selected: number | null; view: TimeSpan | null };
  #summaries: Summaries;
  #resyncs = 0;

  constructor(bridge: Bridge, schedule: Schedule, memory?: Memory) {
    super(bridge, schedule, memory);
    this.#sessionIsChosen = this.kept.session !== undefined;
    this.#restore = { selected: this.kept.selected ?? null, view: this.kept.view ?? null };
    this.listLook = { ...usualListLook, ...this.kept.list };
    this.finder = new Finder(this, this.searches, schedule, () => this.notify('filter'));
    this.shown = new ShownList(this, {
      filterText: this.kept.filter ?? '',
      order: this.kept.list?.order ?? usualListLook.order,
      line: this.searches,
      schedule,
      changed: () => {
        this.finder.listChanged();
        this.notify('filter', 'rows');
      },
      cut: ({ text, rows, ended }) =>
        this.tell({
          kind: 'info',
          text: ended
            ? `Only the first ${rows} events that hold "${text}" are shown.`
            : `Some events are too long to be looked through for "${text}" to their end.`,
        }),
    });
    this.#summaries = this.#newSummaries();
    bridge.on('found', (found) => this.searches.take(found));
    bridge.on('columns', (batch) => {
      const first = this.rows.count;
      if (this.rows.append(batch)) {
        this.#resyncs = 0;
        this.audio.addRows(this.rows, first);
        this.tellPeaks(this.document?.analysed ?? 0);
        this.#grown();
        this.#showSent(first);
      } else if (batch.first >= this.rows.count) this.#resync();
    });
    bridge.on('analysis', (changes) => {
      const notes = this.notes.take(changes.spans);
      this.spanIndex.put(changes.spans.filter(isShownSpan));
      this.spanIndex.remove(notes.gone);
      this.meaning.add(changes);
      if (notes.hides) this.shown.refilter();
      if (notes.changed) {
        this.shown.searchAgain();
        this.finder.searchAgain();
      }
      if (this.selected !== null && this.notes.isHidden(this.selected)) this.select(null);
      this.shown.meant();
      this.#related.analysed();
      if (this.fitted) this.fitView();
      this.notify('spans');
    });
    bridge.on('status', (status) => {
      // A recording is read from its start; only a live session is followed.
      if (this.status === null && !status.live) this.follow = false;
      const before = this.status;
      this.status = status;
      this.notices.closed(
        (session) => status.liveSessions.includes(session),
        (session) => before?.liveSessions.includes(session) === true,
      );
      this.notify('status');
    });
    bridge.on('document', (document) => {
      this.document = document;
      this.tellPeaks(document.analysed);
      const isKnown = document.sessions.some((session) => session.id === this.session);
      if (this.session !== '' && !isKnown && document.read >= document.size) this.setSession('');
      this.#chooseSession();
      if (document.sessions.some((session) => session.id === this.#awaited)) {
        this.setSession(this.#awaited);
        this.#awaited = '';
        this.setFollow(true);
      }
      // A session's end, or its start while its rows are on the way, changes what there is to show.
      if (this.fitted) this.fitView();
      this.notify('status');
    });
  }

  /** Asks the host for everything from the start; what was shown is dropped, what the user set stays. */
  async connect(): Promise<void> {
    this.forgetTrace();
    this.#related.select(null);
    this.marked.clear();
    this.#summaries = this.#newSummaries();
    this.#sent.forgetAll();
    this.sentRow = null;
    this.shown.reset();
    this.finder.reset();
    this.notify('rows', 'spans', 'filter');
    try {
      await this.bridge.ready();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Something was lost on the way: start over, but not for ever. */
  #resync(): void {
    this.#resyncs += 1;
    if (this.#resyncs <= 3) void this.connect();
    else this.fail(new Error('Events arrived out of step with what is shown. Reopen this tab.'));
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

  // ---- selection ----

  /** Selects a row (or nothing); the timeline moves so that it is seen. */
  select(row: number | null, options: { span?: string; reveal?: boolean; marks?: 'keep' } = {}): void {
    const isThere = row !== null && row >= 0 && row < this.rows.count && !this.notes.isHidden(row);
    this.selected = isThere ? row : null;
    this.keep({ selected: this.selected });
    this.selectedSpan = options.span ?? this.notes.at(this.selected)?.key ?? '';
    if (options.marks !== 'keep') this.marked.clear(this.selected);
    this.range = null;
    this.#related.select(this.selected);
    if (this.selected !== null) {
      this.follow = false;
      this.viewFollows = false;
      if (options.reveal !== false) this.revealTime(this.rows.t.at(this.selected) ?? 0);
    }
    this.notify('selection', 'view', 'filter');
  }
  selectRange(range: TimeSpan | null): void {
    this.range =
      range === null ? null : { start: Math.min(range.start, range.end), end: Math.max(range.start, range.end) };
    this.notify('selection');
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
    return this.selected === null ? null : (this.rows.t.at(this.selected) ?? null);
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
    const row = this.rows.alike(from, step, this.session);
    if (row !== undefined) this.select(row);
  }
  /** Moves by positions of the list. */
  selectBy(step: number): void {
    const { list } = this;
    if (list.length === 0) return;
    const position = stepInList(list, this.selected, step, this.positionOfSelected());
    this.select(list.at(position).row);
  }
  /** Moves by positions of the list and marks what lies between the anchor and there. */
  markBy(step: number): void {
    if (this.list.length > 0) this.markTo(stepInList(this.list, this.selected, step, this.positionOfSelected()));
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
    this.notify('selection', 'filter');
  }
  unmark(): void {
    this.marked.clear(this.selected);
    this.notify('selection', 'filter');
  }
  positionOfSelected(): number {
    if (this.selected === null) return -1;
    const position = this.list.positionOf(this.selected);
    return position >= 0 ? position : this.list.positionBefore(this.selected);
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
    this.notify('selection');
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
    else this.notify('filter');
  }
  setFollow(follow: boolean): void {
    this.follow = follow;
    this.viewFollows = follow;
    if (follow) this.showEnd();
    this.notify('filter', 'view');
  }
  setPaused(paused: boolean): void {
    this.shown.pausedAt = paused ? this.rows.count : null;
    this.shown.extend();
    this.showEnd();
    this.notify('filter', 'rows', 'view');
  }
  /** Empties the list up to now; the trace and the timeline keep everything. */
  clear(): void {
    this.shown.clearedBefore = this.pausedAt ?? this.rows.count;
    this.selected = null;
    this.range = null;
    this.shown.refilter();
    this.notify('selection');
  }
  unclear(): void {
    this.shown.clearedBefore = 0;
    this.shown.refilter();
  }
  toggleRun(position: number): void {
    if (this.list.toggle(position)) this.notify('rows');
  }
  /** Rows held back by pause. */
  get heldBack(): number {
    return this.pausedAt === null ? 0 : this.rows.count - this.pausedAt;
  }

  #newSummaries(): Summaries {
    const fetch = async (rows: number[]) => (await this.ask('summaries', { rows }))?.summaries;
    return new Summaries(fetch, this.schedule, () => this.notify('summaries'));
  }
  #grown(): void {
    this.shown.grown();
    this.finder.listChanged();
    this.#restoreKept();
    this.showEnd();
    this.notify('rows');
  }

  // ---- texts from the host ----

  /** What the list says of a row (a folded run of text: its text) when it is known; 'summaries' is told when it comes later. */
  summary(row: number): string | undefined {
    return listSummary(this.list, row, this.rows.typeOf(row), (each) => this.rowSummary(each));
  }
  /** The summary of that one event. */
  rowSummary(row: number): string | undefined {
    return this.notes.textOf(row) ?? this.#summaries.get(row);
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
    this.notify('panel');
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
}
