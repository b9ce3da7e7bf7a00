import type { KnownField } from '../../src/protocol';

/** One thing that may be written. */
export interface Proposal {
  kind: 'field' | 'value' | 'id' | 'event' | 'template';
  /** What is shown and matched with what is typed: a name or a string without its quotes. */
  label: string;
  /** A few words beside it. */
  detail: string;
  /** JSON that is put in the place of the token. */
  insert: string;
  /** Where in `insert` the cursor goes. */
  cursor: number;
  /** A value is to follow: ask for proposals again. */
  goesOn: boolean;
  /** Of a field: what it is, for its documentation. */
  field?: KnownField;
}
