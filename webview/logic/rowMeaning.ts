/** What the analysis says of single rows, as filter and list need it. */
export interface RowMeaning {
  /** Number of the turn a row belongs to, from 1 in its session; 0 when it belongs to none. */
  turnNumber(row: number): number;
  /** Rules of the findings that rest on the row; none for most. */
  rules(row: number): readonly string[];
}

/** Nothing is known. */
export const noMeaning: RowMeaning = { turnNumber: () => 0, rules: () => [] };
