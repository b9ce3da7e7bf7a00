/**
 * The one table of messages between the extension host and the webview. Requests go from the webview to the host and
 * are always answered, also when their handler throws; notifications go from the host to the webview. Each side checks
 * what arrives (`messageChecks.ts`). The page also says how
 * much it has taken in (`TakenMessage`), so that a busy one is sent less often, and more at once.
 *
 * This file imports types only, so that both sides can load it.
 */
import type { Related } from '../src/analysis/links';
import type { ConversationPage, ConversationQuestion } from '../src/analysis/conversation/model';
import type { Measures } from '../src/analysis/measures';
import type { AnalysisChanges } from '../src/analysis/model';
import type {
  AudioClip,
  AudioSelector,
  BufferSteps,
  ColumnBatch,
  DocumentState,
  Peaks,
  RowBody,
  Waveforms,
  WavePlace,
} from '../src/document/columns';
import type { SessionSnapshot } from '../src/document/sessionSnapshot';
import type { SearchEnd, SearchFound } from '../src/document/searchModel';
import type { ComposePlan, ComposeRun } from './composeMessages';
import type { InterceptState } from './heldMessages';

/** State of the proxy and of this document, a whole snapshot each time. */
export interface InspectorStatus {
  /** Name of the trace, as the tab shows it. */
  title: string;
  /** Names of the traces with the rest of a recording that was divided, before and behind this one; '' where there is none. */
  parts?: { earlier: string; later: string };
  /** True while this document is the one the running proxy writes. */
  live: boolean;
  recording: boolean;
  proxy:
    | { state: 'stopped' | 'starting' }
    | { state: 'failed'; message: string }
    | {
        state: 'running';
        http: string;
        https: string;
        ca: string;
        upstream: string;
        /** `simulator` when the upstream is the embedded one. */
        upstreamKind: 'openai' | 'simulator' | 'url' | 'trace';
        /** What the recorder could not keep, for people; '' when all is well. */
        trouble: string;
      };
  /** Sessions whose sockets are open now; only into these something can be sent. */
  liveSessions: string[];
  /** What the composer has the host send over time: what runs, and the last that ended; absent where nothing ever ran. */
  runs?: ComposeRun[];
  /** What is held at breakpoints, in the page of the live trace; absent where nothing ever was. */
  intercept?: InterceptState;
}

/** Commands the webview may ask the host to run; nothing else is run for it. */
export const HOST_COMMANDS = [
  'start',
  'stop',
  'chooseUpstream',
  'setApiKey',
  'copyEnvironment',
  'openTerminal',
  'runSample',
  'newSession',
  'toggleRecording',
  'openLive',
  'openEarlierPart',
  'openLaterPart',
  'recoverTrace',
] as const;
export type HostCommand = (typeof HOST_COMMANDS)[number];

/** A filter the user has named. */
export interface FilterPreset {
  name: string;
  filter: string;
}

/** What the webview may ask, and what it gets. */
export interface Requests {
  /** First message after load: the host then sends `status`, `document` and all columns so far, and follows the file. */
  ready: { params: Record<string, never>; result: { generation: number } };
  /** One-line summaries of rows, plain text, at most 200 characters each; audio never as base64. At most 500 rows. */
  summaries: { params: { rows: number[] }; result: { summaries: string[] } };
  /** A row's whole body; over 4 MiB it is cut (`cutFrom`) unless `whole`. */
  body: { params: { row: number; whole?: boolean }; result: RowBody };
  /** What a session has come to: after all its rows so far, or after those up to and with row `upTo`. */
  sessionState: { params: { session: string; upTo?: number }; result: SessionSnapshot };
  /** A session's conversation from one place on, at most 500 entries; `near` asks for the place of the entry an event belongs to. */
  conversation: { params: ConversationQuestion; result: ConversationPage };
  /** Sums, percentiles and spread of a stretch of time, of one session or ('') all together. */
  measures: { params: { session: string; start?: number; end?: number }; result: Measures };
  /** Opens the `session` of an event in VS Code's read-only editor, or two of them compared. */
  openConfig: { params: { row: number; against?: number }; result: { opened: true } };
  /** Waveform between two times in `buckets` (1 to 8192) pairs. */
  peaks: {
    params: { session: string; from: 'client' | 'server'; startMs: number; endMs: number; buckets: number };
    result: Peaks;
  };
  /** Waveforms of at most 64 places at once, each in `buckets` (1 to 1024) pairs. */
  waveforms: { params: { places: WavePlace[]; buckets: number }; result: Waveforms };
  /** What a row came of and what came of it, step by step outwards, as far as the rows are analysed; at most 200 each way. */
  related: { params: { row: number }; result: Related };
  /** Steps of a session's input buffer between two times, at most `most` (1 to 8192). */
  bufferSteps: { params: { session: string; startMs: number; endMs: number; most: number }; result: BufferSteps };
  audio: { params: AudioSelector; result: AudioClip };
  /** Asks the user where to save, and writes a WAV file. `saved` is '' when the user thought better of it. */
  saveWav: { params: AudioSelector & { name: string }; result: { saved: string } };
  /**
   * Sends a message on a live connection: to the server as the client, or to the client as the server. `replaces` is
   * the row it was made from. `secrets` gives, by JSON pointer, values for what was redacted in the recording.
   */
  send: {
    params: {
      session: string;
      to: 'client' | 'server';
      text: string;
      replaces?: number;
      secrets?: Record<string, string>;
    };
    result: { sent: true };
  };
  /** Sends steps over time; the host goes on with it while the page is hidden. `status` tells how it stands. 0: the user thought better of it. */
  startRun: { params: ComposePlan; result: { run: number } };
  cancelRun: { params: { run: number }; result: { cancelled: true } };
  /** The clipboard's text, which a page may not read by itself. */
  readClipboard: { params: Record<string, never>; result: { text: string } };
  /** The workspace's payload files, and the text of one of them. */
  listPayloads: { params: Record<string, never>; result: { payloads: string[] } };
  readPayload: { params: { name: string }; result: { text: string } };
  /** Opens a session to the upstream with the inspector as its client. */
  newSession: { params: { model: string; intent?: 'transcription' }; result: { session: string } };
  closeSession: { params: { session: string }; result: { closed: true } };
  /** Opens a row's body in VS Code's own read-only editor. */
  openBody: { params: { row: number }; result: { opened: true } };
  /** Puts rows (first and last of each stretch) on the clipboard: their messages one a line, or `text` as it stands. */
  copyRows: { params: { ranges: number[] } | { text: string }; result: { copied: number; left: number } };
  /**
   * Asks the user where to save, and writes a trace of these rows; with `then` it is replayed or exported, and kept nowhere
   * else. `saved` is '' when the user thought better of it, and with `then`.
   */
  saveRows: { params: { ranges: number[]; then?: 'replay' | 'export' }; result: { saved: string; rows: number } };
  /**
   * Replays these rows of a session from `row` on, the first message of its client among them: what brings a new session as far as
   * this one had come goes first.
   */
  replayFrom: { params: { ranges: number[]; session: string; row: number }; result: { begun: true } };
  /** Asks what to make of rows (JSON, a command, a program) and copies it; `open` is their session's. '' when nothing was made. */
  copyCode: { params: { ranges: number[]; open?: number }; result: { copied: string } };
  /** Asks where to save, and writes a payload file that sends what these rows' client sent. `saved` as in `saveRows`. */
  savePayload: { params: { ranges: number[] }; result: { saved: string } };
  /** The sequence that a payload file of these rows would hold, as text for the composer. */
  sequenceOf: { params: { ranges: number[] }; result: { text: string } };
  /** A held message's text, without its secrets; `cutFrom` and `readOnly` when it can only be let go or dropped. */
  heldBody: { params: { id: string }; result: { text: string; cutFrom: number; readOnly: string } };
  /** Somebody writes about a held message: no time-out lets it go any more. */
  keepHeld: { params: { id: string }; result: { done: true } };
  /** Decides about a held message: lets it go (with another text: edited), drops it, or drops it and answers its sender. */
  decideHeld: {
    params: { id: string; decision: 'release' | 'drop' | 'answer'; text?: string };
    result: { done: true };
  };
  /** Lets everything go as it came, of one session or of all. */
  releaseAllHeld: { params: { session?: string }; result: { done: true } };
  /** Switches a breakpoint. What it holds stays held. */
  switchBreakpoint: { params: { id: string; enabled: boolean }; result: { done: true } };
  /** Sets a breakpoint on messages like a row, or takes it away again; says what was done, for people. */
  toggleBreakpoint: { params: { row: number }; result: { said: string } };
  /** Asks what to make of an event of the client (a payload file, a command, a program) and makes it; '' when nothing was made. */
  exportUpdate: { params: { text: string }; result: { done: string } };
  /** Shows how two rows differ, in VS Code's own comparison; `picked` stands for the row picked before, in whatever trace. */
  compare: { params: { row: number; with: number | 'picked' }; result: { opened: true } };
  /** Picks a row to be compared with another one. */
  pickForCompare: { params: { row: number }; result: { picked: string } };
  /**
   * Writes a note of the user into the trace, as it is from now on: a new `id` adds one, a known one changes it, `removed` takes it
   * away. `at` is the moment it is about, ms; `row` the event. Refused, for people, where the trace cannot be written.
   */
  note: {
    params: { id: string; text: string; at: number; session: string; row?: number; removed?: true };
    result: { kept: true };
  };
  /** Asks where to save, makes a trace of a stretch of this one, and opens it. '' when the user thought better of it. */
  keepRange: { params: { start: number; end: number; session: string }; result: { saved: string } };
  /** Asks which sound of a stretch and where to, and writes it as WAV. '' when the user thought better of it. */
  exportSound: { params: { start: number; end: number; session: string }; result: { saved: string } };
  /** The user's own filters, after they were set to `save` when that is given. */
  filterPresets: { params: { save?: FilterPreset[] }; result: { presets: FilterPreset[] } };
  /**
   * The search for text in bodies, from row `first` on: rows whose line holds the text (case-insensitive), at most 100,000. They
   * are told of by `found` under the number the page gave it; the answer comes when it has ended.
   */
  search: { params: { search: number; text: string; regex: boolean; first: number }; result: SearchEnd };
  /** Ends a search of the page; its rows so far are good. */
  stopSearch: { params: { search: number }; result: { stopped: true } };
  run: { params: { command: HostCommand }; result: { done: true } };
}
export type RequestName = keyof Requests;

/** What an update carries, taken in in this order. Status and document are whole snapshots. */
export interface UpdateParts {
  status: InspectorStatus;
  document: DocumentState;
  columns: ColumnBatch;
  /** What the analysis has new or changed, each entry as it is now. */
  analysis: AnalysisChanges;
}
export const UPDATE_PARTS = ['status', 'document', 'columns', 'analysis'] as const satisfies (keyof UpdateParts)[];

/** What the host tells the webview. */
export interface Notifications {
  /** What has changed since the last one: all in one message, as each costs its way through several processes. */
  update: Partial<UpdateParts>;
  /** What a search has found since it last told; all rows before `looked` have been looked at. */
  found: SearchFound & { search: number };
  /** Keys and menu entries that VS Code owns, and rows to show. */
  act: {
    action:
      | 'editAndResend'
      | 'play'
      | 'follow'
      | 'focusFilter'
      | 'find'
      | 'copyAsJsonl'
      | 'copyAsText'
      | 'saveRows'
      | 'replayRows'
      | 'replayFrom'
      | 'exportRows'
      | 'compareMarked'
      | 'copyCode'
      | 'savePayload'
      /** Selects `row`. */
      | 'showRow'
      | 'openBody'
      | 'filterByType'
      | 'filterByResponse'
      | 'filterByItem'
      /** Notes of the user, at or in `row`. */
      | 'addBookmark'
      | 'addNote'
      | 'removeNote'
      | 'keepRange'
      | 'exportSound'
      /** Keys and menu entries about what is held, and breakpoints. */
      | 'showHeld'
      | 'releaseHeld'
      | 'dropHeld'
      | 'answerHeld'
      | 'toggleBreakpoint'
      | 'compareArrived'
      /** Shows `session`, one just opened from here, and the composer for it. */
      | 'showSession';
    row?: number;
    session?: string;
  };
}
export type NotificationName = keyof Notifications;

/** The envelope on the wire, webview to host. */
export interface RequestMessage<N extends RequestName = RequestName> {
  id: number;
  request: N;
  params: Requests[N]['params'];
}
/** Webview to host, beside requests: it has taken in so many updates of that generation. Nothing answers it. */
export interface TakenMessage {
  generation: number;
  taken: number;
}
/** The envelope on the wire, host to webview: an answer, or a notification with the generation it belongs to. */
export type HostMessage =
  | { id: number; ok: true; result: unknown }
  | { id: number; ok: false; error: string }
  | { [N in NotificationName]: { notify: N; generation: number; params: Notifications[N] } }[NotificationName];
