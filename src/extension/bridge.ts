/**
 * The host's end of one page (webview). The page is disposable: it may be torn down and loaded again at any moment, and
 * each `ready` begins a new generation that is sent everything from the start. Requests are checked, and always
 * answered; what a dead page asked for is never delivered to its successor.
 */
import { checkRequest, isTaken } from '../../webview/messageChecks';
import type {
  HostMessage,
  InspectorStatus,
  Notifications,
  RequestMessage,
  RequestName,
  Requests,
  TakenMessage,
  UpdateParts,
} from '../../webview/messages';
import { releaseBatch, type ColumnCursor } from './columnLog';
import { messageOf } from './signal';
import type { TraceModel } from './traceModel';

/** At most one update of the page in this time, ms: a little less than lies between two readings of a live trace, which set the pace. */
const UPDATE_MS = 20;
/** What comes without rows (what the analysis makes of those before) waits so long for the next ones, ms: people read rows. */
const REST_MS = 60;
/**
 * Updates on their way to the page at most, small ones and large ones. While the page draws a frame, or is kept waiting by other
 * programs, a few small ones gather there, and it takes them in in one go: held back here they would come another frame later.
 */
const MOST_SMALL = 4;
const MOST_LARGE = 2;

/** Rows that go out together with what else the page lacks; more are enough for one update. */
const FEW_ROWS = 1000;

/** The page that asks, for a request that takes long. */
export interface Asker {
  /** Tells it what a search has found. */
  found(found: Notifications['found']): void;
  /** Aborted when the page is gone or loads anew. */
  gone: AbortSignal;
}

/** What handles each request; `ready` is the bridge's own. */
export type Handlers = {
  [N in Exclude<RequestName, 'ready' | 'search'>]: (params: Requests[N]['params']) => Promise<Requests[N]['result']>;
} & { search(params: Requests['search']['params'], asker: Asker): Promise<Requests['search']['result']> };

/** Where messages go, and what the page is told of the world. */
export interface BridgeOptions {
  model: TraceModel;
  handlers: Handlers;
  /** Delivers to the page; settles when it has it. */
  post(message: HostMessage): PromiseLike<unknown>;
  /** A whole snapshot, taken when it is sent. */
  status(): InspectorStatus;
  /** Loads the page anew. */
  reload(): void;
  log(message: string): void;
}

/** What one load of the page has been sent. */
interface Generation {
  readonly number: number;
  cursor: ColumnCursor;
  /** The newest change of the analysis it has. */
  analysis: number;
  status: boolean;
  state: boolean;
  posting: boolean;
  /** Updates that were sent, and that it has said it has taken in. */
  sent: number;
  taken: number;
  /** Called when it has taken in more. */
  tookMore: () => void;
  readonly ended: AbortController;
}

export class Bridge {
  #generation: Generation | undefined;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer runs out, and when the last update began, ms of the monotonic clock. */
  #dueAt = Infinity;
  #updatedAt = -Infinity;
  /** The page was hidden, and has not loaded again. */
  #isGone = false;
  /** What the page is to do once it has loaded. */
  #wish: Notifications['act'] | undefined;
  #visible = true;
  readonly #subscriptions: { dispose(): void }[];

  constructor(private readonly options: BridgeOptions) {
    const { model } = options;
    this.#subscriptions = [
      model.onDidGrow.on(() => {
        if (this.#generation) this.#generation.state = true;
        this.#schedule();
      }),
      model.onDidAnalyse.on(() => this.#schedule()),
      model.onDidReset.on(() => {
        this.#end();
        options.reload();
      }),
    ];
  }

  /** The page has loaded and said so. */
  get loaded(): boolean {
    return this.#generation !== undefined;
  }

  /** A message from the page, of whatever shape. */
  async receive(message: unknown): Promise<void> {
    if (isTaken(message)) return this.#took(message);
    const request = checkRequest(message);
    if ('problem' in request) {
      this.options.log(`A page's message was refused: ${request.problem}`);
      if (request.id !== null) await this.options.post({ id: request.id, ok: false, error: request.problem });
      return;
    }
    if (request.request === 'ready') return this.#begin(request.id);
    const asked = this.#generation;
    let answer: HostMessage;
    try {
      answer = { id: request.id, ok: true, result: await this.#handle(request) };
    } catch (error) {
      answer = { id: request.id, ok: false, error: messageOf(error) };
    }
    // Ids start again with each load: an answer to a dead page's request would be taken for another's.
    if (asked === this.#generation) await this.options.post(answer);
  }

  /** The status snapshot is out of date. */
  statusChanged(): void {
    if (this.#generation) this.#generation.status = true;
    this.#schedule();
  }

  /** A hidden page is gone: posts to it would pile up until it is loaded again, and then arrive stale. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (!visible) this.#isGone = true;
    if (visible) this.#schedule();
  }

  /** Tells the page to do something VS Code's menus or keys asked for; false when no page is there. */
  act(params: Notifications['act']): boolean {
    if (!this.#generation) return false;
    void this.options.post({ notify: 'act', generation: this.#generation.number, params });
    return true;
  }

  /** Lets the page do something, at once or when it has loaded. */
  wish(action: Notifications['act']['action']): void {
    const wish = { action };
    if (this.#isGone || !this.act(wish)) this.#wish = wish;
  }

  /** Lets the page show a session that was just opened from here, at once or when it has loaded. */
  showSession(session: string): void {
    const wish = { action: 'showSession', session } as const;
    if (this.#isGone || !this.act(wish)) this.#wish = wish;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#end();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Selects a row, at once or when the page has it. */
  showRow(row: number): void {
    const wish = { action: 'showRow', row } as const;
    const has = !this.#isGone && this.#generation !== undefined && this.#generation.cursor.row > row;
    if (!has || !this.act(wish)) this.#wish = wish;
  }

  async #begin(id: number): Promise<void> {
    const { model } = this.options;
    const generation: Generation = {
      number: ++this.#count,
      cursor: { row: 0, string: 0 },
      analysis: 0,
      status: true,
      state: true,
      posting: false,
      sent: 0,
      taken: 0,
      tookMore: () => undefined,
      ended: new AbortController(),
    };
    this.#end();
    this.#generation = generation;
    this.#isGone = false;
    void this.options.post({ id, ok: true, result: { generation: generation.number } });
    this.#actOnWish(generation);
    void this.#update();
    // A file that cannot be opened is reported through the document's state, where the user looks.
    await model.follow().catch((error: unknown) => this.options.log(`${model.file}: ${messageOf(error)}`));
  }

  /** What the page that was has been asking for is wanted no longer. */
  #end(): void {
    const ended = this.#generation;
    this.#generation = undefined;
    ended?.ended.abort();
    ended?.tookMore();
  }

  #took({ generation: number, taken }: TakenMessage): void {
    const generation = this.#generation;
    if (generation?.number !== number || taken > generation.sent) return;
    generation.taken = Math.max(generation.taken, taken);
    generation.tookMore();
  }

  /** Resolves when the page has taken in the first `updates`, or is gone. */
  async #hasTaken(generation: Generation, updates: number): Promise<void> {
    while (generation === this.#generation && generation.taken < updates)
      await new Promise<void>((resolve) => (generation.tookMore = resolve));
  }

  async #handle(request: RequestMessage): Promise<unknown> {
    const asked = this.#generation;
    const handler = this.options.handlers[request.request as Exclude<RequestName, 'ready'>] as (
      params: RequestMessage['params'],
      asker: Asker,
    ) => Promise<unknown>;
    return handler(request.params, {
      found: (params) => {
        if (asked && asked === this.#generation)
          void this.options.post({ notify: 'found', generation: asked.number, params });
      },
      gone: asked?.ended.signal ?? AbortSignal.abort(),
    });
  }

  #schedule(): void {
    const generation = this.#generation;
    if (!generation || generation.posting) return;
    // What comes after a pause is shown at once; what keeps coming is gathered.
    const hasNews = generation.status || generation.cursor.row < this.options.model.columns.rows;
    const due = this.#updatedAt + (hasNews ? UPDATE_MS : REST_MS);
    if (due >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = due;
    this.#timer = setTimeout(
      () => {
        this.#dueAt = Infinity;
        this.#updatedAt = performance.now();
        void this.#update();
      },
      Math.max(0, due - performance.now()),
    );
  }

  /**
   * Sends what the page lacks, a few updates ahead of what it has taken in: neither a busy page nor a long way to it makes a
   * queue, and a busy one gets more at once.
   */
  async #update(): Promise<void> {
    const generation = this.#generation;
    if (!generation || generation.posting || !this.#visible) return;
    generation.posting = true;
    const { options } = this;
    try {
      for (const params of this.#missing(generation)) {
        generation.sent += 1;
        await options.post({ notify: 'update', generation: generation.number, params });
        if (params.columns) releaseBatch(params.columns);
        const most = (params.columns?.count ?? 0) < FEW_ROWS ? MOST_SMALL : MOST_LARGE;
        await this.#hasTaken(generation, generation.sent - most + 1);
        if (generation !== this.#generation || !this.#visible) return;
      }
      this.#actOnWish(generation);
    } catch (error) {
      options.log(`A page could not be updated: ${messageOf(error)}`);
    } finally {
      generation.posting = false;
    }
    if (generation === this.#generation && this.#lacks(generation)) this.#schedule();
  }

  /** Does what was wished for, once the page has the row it is about. */
  #actOnWish(generation: Generation): void {
    const wish = this.#wish;
    if (!wish || (wish.row ?? -1) >= generation.cursor.row) return;
    this.#wish = undefined;
    this.act(wish);
  }

  #lacks(generation: Generation): boolean {
    const { model } = this.options;
    return (
      generation.status ||
      generation.state ||
      generation.analysis < model.analysis.last ||
      generation.cursor.row < model.columns.rows
    );
  }

  /** The next updates, each taken at the moment it is sent. */
  *#missing(generation: Generation): Generator<Partial<UpdateParts>> {
    const { model } = this.options;
    let update: Partial<UpdateParts> = {};
    if (generation.status) {
      generation.status = false;
      update.status = this.options.status();
    }
    if (generation.state) {
      generation.state = false;
      update.document = model.state;
    }
    for (let next = model.columns.after(generation.cursor); next; next = model.columns.after(generation.cursor)) {
      generation.cursor = next.cursor;
      if (update.columns) {
        yield update;
        update = {};
      }
      update.columns = next.batch;
    }
    if (update.columns && update.columns.count >= FEW_ROWS) {
      yield update;
      update = {};
    }
    for (let next = model.analysis.after(generation.analysis); next; next = model.analysis.after(generation.analysis)) {
      generation.analysis = next.last;
      if (update.analysis) {
        yield update;
        update = {};
      }
      update.analysis = next.changes;
    }
    if (Object.keys(update).length > 0) yield update;
  }
}
