/** Which rows can change a session's state, session by session: all that is kept for it while a trace is indexed. */
import { isDelta } from '../protocol/audioEvents';
import { Growable } from '../analysis/growable';
import type { Side } from '../protocol/side';

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

/** Audio the state counts; that of translation sessions it does not. */
const SERVER_AUDIO = new Set(['response.output_audio.delta', 'response.audio.delta']);

/**
 * What events of a type are to the state; undefined when they cannot change it. Pieces of text make up most of a trace and
 * change nothing; everything else is read, so that what the state looks at is known in one place only (`advance`).
 */
export function stateRowKind(type: string, from: Side): number | undefined {
  if (from === 'client' && type === 'input_audio_buffer.append') return StateRowKind.clientAudio;
  if (from === 'server' && SERVER_AUDIO.has(type)) return StateRowKind.serverAudio;
  return isDelta(type) ? undefined : StateRowKind.event;
}
