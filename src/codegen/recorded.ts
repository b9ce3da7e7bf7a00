/** What code is made from: rows of a trace, and the steps that do what their client did. */
import type { Side } from '../protocol/side';

/** A row that code can be made of. */
export type RecordedRow =
  /** `text` is the message as it was recorded. */
  | { kind: 'event'; from: Side; type: string; text: string }
  /** A REST call; `path` begins behind the base URL (`/realtime/client_secrets`), `body` is '' for none. */
  | { kind: 'http'; method: string; path: string; body: string }
  /** A handshake. */
  | { kind: 'open'; url: string };
export type RecordedEvent = Extract<RecordedRow, { kind: 'event' }>;

/** A step of the code to be made. */
export type CodeStep =
  { kind: 'send'; type: string; text: string } | { kind: 'wait'; type: string } | { kind: 'delay'; delayMs: number };

/** What ends a stretch of server events, so that it is worth waiting for; the others come with it or may stay away. */
const LANDMARKS: ReadonlySet<string> = new Set([
  'session.updated',
  'transcription_session.updated',
  'conversation.item.done',
  'conversation.item.created',
  'conversation.item.truncated',
  'conversation.item.deleted',
  'conversation.item.retrieved',
  'conversation.item.input_audio_transcription.completed',
  'input_audio_buffer.committed',
  'input_audio_buffer.cleared',
  'output_audio_buffer.cleared',
  'session.closed',
]);
const ENDING = 'response.done';

/**
 * What the client of these events did: each of its events is sent when what came before it has come. Of the server's events
 * only those are waited for that tell that something is finished. Events before the client's first are left out.
 */
export function stepsOf(events: readonly RecordedEvent[]): CodeStep[] {
  const steps: CodeStep[] = [];
  let ended = 0;
  let landmark = '';
  const settle = () => {
    for (let count = 0; count < ended; count += 1) steps.push({ kind: 'wait', type: ENDING });
    if (ended === 0 && landmark !== '') steps.push({ kind: 'wait', type: landmark });
    ended = 0;
    landmark = '';
  };
  for (const { from, type, text } of events) {
    if (from === 'client') {
      settle();
      steps.push({ kind: 'send', type, text });
    } else if (steps.length > 0) {
      if (type === ENDING) ended += 1;
      else if (LANDMARKS.has(type)) landmark = type;
    }
  }
  settle();
  return steps;
}

/** What the server says last to an event of the client: closing before it would lose the answer. Undefined where it says nothing. */
const LAST_WORDS: Readonly<Record<string, string>> = {
  'session.update': 'session.updated',
  'conversation.item.create': 'conversation.item.done',
  'conversation.item.retrieve': 'conversation.item.retrieved',
  'conversation.item.truncate': 'conversation.item.truncated',
  'conversation.item.delete': 'conversation.item.deleted',
  'input_audio_buffer.commit': 'input_audio_buffer.committed',
  'input_audio_buffer.clear': 'input_audio_buffer.cleared',
  'response.create': ENDING,
  'response.cancel': ENDING,
};

/** The steps with a wait for the answer to the last event where none follows it. */
export function withLastWait(steps: readonly CodeStep[]): CodeStep[] {
  const last = steps.at(-1);
  const type = last?.kind === 'send' ? LAST_WORDS[last.type] : undefined;
  return type === undefined ? [...steps] : [...steps, { kind: 'wait', type }];
}

/** What the address of a session asks for: a model (or a deployment), or its intent. */
export interface SessionTarget {
  model: string;
  intent?: 'transcription';
}

/** The target in a session's URL; `usual` where it names none. */
export function targetOf(url: string | undefined, usual = 'gpt-realtime'): SessionTarget {
  let query: URLSearchParams;
  try {
    query = new URL(url ?? '').searchParams;
  } catch {
    return { model: usual };
  }
  if (query.get('intent') === 'transcription') return { model: usual, intent: 'transcription' };
  return { model: query.get('model') || query.get('deployment') || usual };
}
