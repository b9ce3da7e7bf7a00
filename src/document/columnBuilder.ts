/** Rows put into columns, batch by batch, with one string table for the whole document. */
import { ROW_KINDS, type ColumnBatch, type RowKind } from './columns';
import { StringTable } from './stringTable';
import { Growable } from '../analysis/growable';

/** A row that is no event, on its way into the columns. */
export interface Row {
  kind: RowKind;
  t: number;
  from: 'client' | 'server' | 'neither';
  flags: number;
  type: string;
  session?: string;
  /** WebRTC or SIP call that it belongs to. */
  call?: string;
  bytes: number;
}

const EVENT = ROW_KINDS.indexOf('event');

const float64 = () => new Growable((length) => new Float64Array(length));
const uint32 = () => new Growable((length) => new Uint32Array(length));
const uint8 = () => new Growable((length) => new Uint8Array(length));

export class ColumnBuilder {
  readonly strings = new StringTable();
  #first = 0;
  #stringsSent = 1;
  #t = float64();
  #sent = float64();
  #seq = uint32();
  #kind = uint8();
  #from = uint8();
  #flags = new Growable((length) => new Uint16Array(length));
  #type = uint32();
  #session = uint32();
  #response = uint32();
  #item = uint32();
  #call = uint32();
  #bytes = float64();
  #audioMs = new Growable((length) => new Float32Array(length));
  #audioAt = float64();

  /** Rows not yet taken. */
  get waiting(): number {
    return this.#t.length;
  }

  /** Rows altogether. */
  get rows(): number {
    return this.#first + this.#t.length;
  }

  add(row: Row): void {
    this.#t.push(row.t);
    this.#sent.push(NaN);
    this.#seq.push(0);
    this.#kind.push(ROW_KINDS.indexOf(row.kind));
    this.#from.push(row.from === 'client' ? 0 : row.from === 'server' ? 1 : 2);
    this.#flags.push(row.flags);
    this.#type.push(this.strings.add(row.type));
    this.#session.push(this.strings.add(row.session));
    this.#response.push(0);
    this.#item.push(0);
    this.#call.push(this.strings.add(row.call));
    this.#bytes.push(row.bytes);
    this.#audioMs.push(0);
    this.#audioAt.push(0);
  }

  /** An event whose names are in the table already. */
  addEvent(
    t: number,
    sent: number,
    seq: number,
    fromClient: boolean,
    flags: number,
    names: { type: number; session: number; response: number; item: number; call: number },
    bytes: number,
    audioMs: number,
    audioAt: number,
  ): void {
    this.#t.push(t);
    this.#sent.push(sent);
    this.#seq.push(seq);
    this.#kind.push(EVENT);
    this.#from.push(fromClient ? 0 : 1);
    this.#flags.push(flags);
    this.#type.push(names.type);
    this.#session.push(names.session);
    this.#response.push(names.response);
    this.#item.push(names.item);
    this.#call.push(names.call);
    this.#bytes.push(bytes);
    this.#audioMs.push(audioMs);
    this.#audioAt.push(audioAt);
  }

  /** The waiting rows as a batch whose arrays are buffers of their own. */
  take(): ColumnBatch {
    const first = this.#first;
    const count = this.#t.length;
    const firstString = this.#stringsSent;
    this.#first += count;
    this.#stringsSent = this.strings.size;
    return {
      first,
      count,
      t: this.#t.take(),
      sent: this.#sent.take(),
      seq: this.#seq.take(),
      kind: this.#kind.take(),
      from: this.#from.take(),
      flags: this.#flags.take(),
      type: this.#type.take(),
      session: this.#session.take(),
      response: this.#response.take(),
      item: this.#item.take(),
      call: this.#call.take(),
      bytes: this.#bytes.take(),
      audioMs: this.#audioMs.take(),
      audioAt: this.#audioAt.take(),
      strings: this.strings.from(firstString),
      firstString,
    };
  }
}
