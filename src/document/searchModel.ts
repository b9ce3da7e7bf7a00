/** What a search for text is asked, tells and answers. */

/** What is looked for, from which row on. */
export interface SearchQuery {
  text: string;
  regex: boolean;
  /** First row looked at; 0 when left out. */
  first?: number;
}

/** How far a search has come. */
export interface SearchFound {
  /** Rows found since it last told, ascending. */
  rows: number[];
  /** All rows before this one have been looked at. */
  looked: number;
  /** Rows there are. */
  of: number;
}

/** How a search ended. */
export interface SearchEnd {
  /** Rows found. */
  found: number;
  /** All rows before this one have been looked at. */
  looked: number;
  /** Rows there were. */
  of: number;
  /** Nothing was left out: neither rows, nor the end of a long line, nor one on which the expression took too long. */
  complete: boolean;
}
