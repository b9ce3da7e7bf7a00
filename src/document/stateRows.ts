/** Which rows can change a session's state, session by session: all that is kept for it while a trace is indexed. */
import { isDelta } from '../analysis/audioEvents';
import type { EventHead } from '../trace/parseLine';
import { Growable } from './growable';

/** What a row is to the state: a line to be read, or audio of which the length is known already. */
export const StateRowKind = { event: 0, clientAudio: 1, serverAudio: 2, open: 3, close: 4 } as const;

/** The rows of one session, in order. */
export class StateRows {
  readonly row = new Growable((length) => new Uint32Array(length), 64);
  readonly kind = new Growable((length) => new Uint8Array(length), 64);
  /** Bytes of decoded audio; 0 when not known. */
  readonly bytes = new Growable((length) => new Uint32Array(length), 64);
  /** The item the audio is of, an index into the string table. */
  readonly item = new Growable((length) => new Uint32Array(length), 64);

  push(row: number, kind: number, bytes = 0, item = 0): void {
    this.row.push(row);
    this.kind.push(kind);
    this.bytes.push(bytes);
    this.item.push(item);
  }
}

/** Longer ids are cut in the string table. */
const LONGEST_ID = 256;
/** Audio the state counts; that of translation sessions it does not. */
const SERVER_AUDIO = new Set(['response.output_audio.delta', 'response.audio.delta']);

/**
 * What an event is to the state; undefined when it cannot change it. Pieces of text make up most of a trace and change
 * nothing; everything else is read, so that what the state looks at is known in one place only (`advance`).
 */
export function stateRowKind(head: EventHead, audioBytes: number): number | undefined {
  // A held message counts from when it was let go. What the inspector tells the client the server knows nothing of.
  if (head.sent === undefined || (head.from === 'server' && head.origin !== undefined)) return undefined;
  const type = head.type ?? '';
  const audio =
    head.from === 'client' && type === 'input_audio_buffer.append'
      ? StateRowKind.clientAudio
      : head.from === 'server' && SERVER_AUDIO.has(type)
        ? StateRowKind.serverAudio
        : undefined;
  if (audio === undefined) return isDelta(type) ? undefined : StateRowKind.event;
  const named = audio === StateRowKind.clientAudio || (head.item !== undefined && head.item.length < LONGEST_ID);
  return audioBytes > 0 && named ? audio : StateRowKind.event;
}
