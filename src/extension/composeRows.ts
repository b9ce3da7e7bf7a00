/** The rows of a trace from one on, as the page's own filter and search for answers read them. */
import { Rows } from '../../webview/state/rows';
import type { ColumnLog } from './columnLog';

export class RowsFrom {
  /** Row 0 of these is row `first` of the trace. */
  readonly rows = new Rows();
  #string = 0;

  constructor(
    private readonly log: ColumnLog,
    readonly first: number,
  ) {}

  /** Takes what is new. */
  grow(): void {
    const batch = this.log.since({ row: this.first + this.rows.count, string: this.#string });
    if (batch === undefined) return;
    this.rows.append({ ...batch, first: batch.first - this.first });
    this.#string = batch.firstString + batch.strings.length;
  }
}
