/** What the thread that makes traces of traces is asked, and what it says. */
import type { Range, Rewritten, SplitBy } from './cut';
import type { Extent } from './extent';
import type { Mask } from './mask';
import type { Recovered } from './recover';
import type { ShareReport } from './share';

/** The work by its name. Paths are whole; `over`: a file that is called like `out` may go, its user said so. */
export interface Jobs {
  /** Nothing is written. */
  extent: { params: { file: string }; result: Extent };
  trim: { params: { file: string; out: string; over?: boolean; range: Range }; result: Rewritten };
  /** `stem` is what the parts' names begin with, folder included. */
  split: { params: { file: string; stem: string; by: SplitBy }; result: Rewritten };
  merge: { params: { files: readonly string[]; out: string; over?: boolean }; result: Rewritten };
  recover: { params: { file: string; out: string; over?: boolean }; result: Recovered };
  /** Without `out` nothing is written. */
  share: {
    params: { file: string; out?: string; over?: boolean; masks: readonly Mask[] };
    result: Rewritten & { report: ShareReport };
  };
}
