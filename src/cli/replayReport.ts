/** What became of a replay at the command line. */
import type { CheckReport } from '../expect/results';
import type { ReplayResult } from '../replay/client/result';
import type { Timing } from '../replay/timing';

/** What `--json` prints for a run. */
export interface ReplayReport extends ReplayResult {
  file: string;
  session: string;
  /** The new trace; '' when it was stopped before there was anything to record. */
  trace: string;
  timingMode: Timing;
  speed: number;
  /** Name of the changes; '' for none. */
  overlay: string;
  expectations?: CheckReport;
  /** Why the new trace is not as good as the one it was compared with; empty when it is. */
  failures?: string[];
}
