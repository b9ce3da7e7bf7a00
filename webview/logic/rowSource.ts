/** A column of numbers; how they are kept is its own affair. */
export interface Numbers {
  /** The number of a row, from 0; nothing, or 0, for a row that is not there. */
  at(row: number): number | undefined;
}

/** Read access to the rows of a trace, as filter, fold and timeline need it. */
export interface RowSource {
  readonly count: number;
  readonly t: Numbers;
  readonly seq: Numbers;
  readonly kind: Numbers;
  readonly from: Numbers;
  readonly flags: Numbers;
  readonly type: Numbers;
  readonly session: Numbers;
  readonly response: Numbers;
  readonly item: Numbers;
  readonly call: Numbers;
  readonly bytes: Numbers;
  readonly audioMs: Numbers;
  /** The string table's entry; '' for an index nobody sent. */
  string(index: number): string;
}

/** Bits of a row's flags (the same values as `RowFlag`, which lives in a file of types). */
export const FLAG = {
  injected: 1,
  redacted: 2,
  error: 4,
  opaque: 8,
  delta: 16,
  held: 32,
  edited: 64,
  dropped: 128,
  rule: 256,
  released: 512,
} as const;
/** Value of the `kind` column for a message of the session. */
export const KIND_EVENT = 0;
/** Value of the `kind` column for a ping or pong. */
export const KIND_CONTROL = 3;
/** Value of the `kind` column for a remark or a note. */
export const KIND_NOTE = 6;
/** Type of a line that changes a note (`NOTE_CHANGE` of the document, a file of types here). */
export const NOTE_CHANGE = 'note change';
/** Values of the `from` column. */
export const FROM = { client: 0, server: 1, neither: 2 } as const;
