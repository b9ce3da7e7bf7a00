/** Rows put into columns, batch by batch, with one string table for the whole document. */
import { ROW_KINDS, type ColumnBatch, type RowKind } from './columns';
import { Growable } from '../analysis/growable';

/** One row on its way into the columns. */
export interface Row {
  kind: RowKind;
  t: number;
  sent?: number | undefined;
  seq?: number;
  from: 'client' | 'server' | 'neither';
  flags: number;
  type: string;
  session?: string;
  response?: string | undefined;
  item?: string | undefined;
  call?: string | undefined;
  bytes: number;
  audioMs?: number;
}

/** Names longer than this are cut: a hostile file must not fill the string table. */
const LONGEST_STRING = 256;

/** Strings by index; 0 is ''. */
class StringTable {
  #indexes = new Map<string, number>([['', 0]]);
  #strings = [''];

  get size(): number {
    return this.#strings.length;
  }

  add(text: string | undefined): number {
    if (!text) return 0;
    const short = text.length > LONGEST_STRING ? text.slice(0, LONGEST_STRING) : text;
    let index = this.#indexes.get(short);
    if (index === undefined) {
      index = this.#strings.length;
      this.#strings.push(short);
      this.#indexes.set(short, index);
    }
    return index;
  }

  /** The index of a string that is in the table. */
  find(text: string): number | undefined {
    return this.#indexes.get(text);
  }

  get(index: number): string {
    return this.#strings[index] ?? '';
  }

  from(first: number): string[] {
    return this.#strings.slice(first);
  }
}

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
  #flags = uint8();
  #type = uint32();
  #session = uint32();
  #response = uint32();
  #item = uint32();
  #call = uint32();
  #bytes = float64();
  #audioMs = new Growable((length) => new Float32Array(length));

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
    this.#sent.push(row.sent ?? NaN);
    this.#seq.push(row.seq ?? 0);
    this.#kind.push(ROW_KINDS.indexOf(row.kind));
    this.#from.push(row.from === 'client' ? 0 : row.from === 'server' ? 1 : 2);
    this.#flags.push(row.flags);
    this.#type.push(this.strings.add(row.type));
    this.#session.push(this.strings.add(row.session));
    this.#response.push(this.strings.add(row.response));
    this.#item.push(this.strings.add(row.item));
    this.#call.push(this.strings.add(row.call));
    this.#bytes.push(row.bytes);
    this.#audioMs.push(row.audioMs ?? 0);
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
      strings: this.strings.from(firstString),
      firstString,
    };
  }
}
