/** The thread a document lives in: opens the file, indexes it, answers requests. */
import { parentPort, workerData, type Transferable } from 'node:worker_threads';
import type { UserPrices } from '../analysis/prices';
import { changesInPieces } from './changeBytes';
import type { ColumnBatch } from './columns';
import type {
  DocumentMessage,
  DocumentRequestMessage,
  DocumentRequestName,
  DocumentRequests,
  StopMessage,
} from './messages';
import type { SearchFound } from './searchModel';
import { TraceDocumentCore, type DocumentListener } from './traceDocument';

/** One request under way. */
interface Call {
  found(found: SearchFound): void;
  /** False when its owner does not want more of it. */
  goesOn(): boolean;
}

type Handlers = {
  [N in DocumentRequestName]: (
    document: TraceDocumentCore,
    params: DocumentRequests[N]['params'],
    call: Call,
  ) => Promise<DocumentRequests[N]['result']> | DocumentRequests[N]['result'];
};

const handlers: Handlers = {
  follow: async (document) => {
    await document.follow();
    return null;
  },
  summaries: (document, { rows }) => document.summaries(rows),
  body: (document, { row, whole }) => document.body(row, whole),
  sessionState: (document, { session, upTo }) => document.sessionState(session, upTo),
  conversation: (document, question) => document.conversation(question),
  measures: (document, { session, start, end }) => document.measures(session, start, end),
  peaks: (document, { session, from, startMs, endMs, buckets }) =>
    document.peaks(session, from, startMs, endMs, buckets),
  waveforms: (document, { places, buckets }) => document.waveforms(places, buckets),
  related: (document, { row }) => document.related(row),
  bufferSteps: (document, { session, startMs, endMs, most }) => document.bufferSteps(session, startMs, endMs, most),
  audio: (document, selector) => document.audio(selector),
  wav: (document, selector) => document.wav(selector),
  saveRows: (document, { ranges, file }) => document.saveRows(ranges, file),
  saveFrom: (document, { ranges, file, session, row }) => document.saveFrom(ranges, file, session, row),
  messages: (document, { ranges, most }) => document.messages(ranges, most),
  note: async (document, note) => {
    await document.note(note);
    return null;
  },
  search: (document, query, { found, goesOn }) => document.search(query, found, goesOn),
  close: async (document) => {
    await document.close();
    return null;
  },
};

const port = parentPort;
if (port) void serve(port, workerData as DocumentWorkerData);

/** What the owner hands over. */
interface DocumentWorkerData {
  file: string;
  prices?: UserPrices;
}

async function serve(owner: NonNullable<typeof parentPort>, { file, prices }: DocumentWorkerData): Promise<void> {
  const post = (message: DocumentMessage, payload?: object) =>
    owner.postMessage(message, payload ? buffersOf(payload) : []);
  let document: TraceDocumentCore;
  try {
    // Rows and their state are one message: a page told of rows alone would show events of sessions it does not know.
    let rows: ColumnBatch | undefined;
    const listener: DocumentListener = {
      columns: (batch) => (rows = batch),
      analysis: (changes) => {
        for (const bytes of changesInPieces(changes)) post({ kind: 'analysis', bytes }, bytes);
      },
      state: (state) => {
        const batch = rows;
        rows = undefined;
        if (batch) post({ kind: 'columns', batch, state }, batch);
        else post({ kind: 'state', state });
      },
    };
    document = await TraceDocumentCore.open(file, listener, prices);
  } catch (error) {
    post({ kind: 'failed', error: describe(error) });
    owner.close();
    return;
  }
  const wanted = new Set<number>();
  owner.on('message', (message: DocumentRequestMessage | StopMessage) => {
    if ('stop' in message) {
      wanted.delete(message.stop);
      return;
    }
    const { id } = message;
    const call: Call = {
      found: (found) => post({ kind: 'found', id, found }),
      goesOn: () => wanted.has(id),
    };
    wanted.add(id);
    void answer(document, message, call, post).then(() => {
      wanted.delete(id);
      if (message.name === 'close') owner.close();
    });
  });
  post({ kind: 'opened' });
  // A failure here is what the first `follow` request would meet too, and is answered there.
  await document.follow().catch(() => undefined);
}

async function answer<N extends DocumentRequestName>(
  document: TraceDocumentCore,
  { id, name, params }: DocumentRequestMessage<N>,
  call: Call,
  post: (message: DocumentMessage, payload?: object) => void,
): Promise<void> {
  try {
    const result = await handlers[name](document, params, call);
    post({ kind: 'reply', id, result }, typeof result === 'object' && result !== null ? result : undefined);
  } catch (error) {
    post({ kind: 'refusal', id, error: describe(error) });
  }
}

/** The buffers of the typed arrays in an object, each its own: they move to the owner instead of being copied. */
function buffersOf(payload: object): Transferable[] {
  const values = ArrayBuffer.isView(payload) ? [payload] : Object.values(payload);
  return values.filter((value) => ArrayBuffer.isView(value)).map((view) => view.buffer as ArrayBuffer);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
