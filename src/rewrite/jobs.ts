/** What the thread that makes traces of traces is asked, and what it says. */
import type { Range, Rewritten, SplitBy } from './cut';
import type { Mask } from './mask';
import type { Recovered } from './recover';
import type { ShareReport } from './share';

/** The work by its name. Paths are whole; `generator` is the program for the header. */
export interface Jobs {
  trim: { params: { file: string; out: string; range: Range }; result: Rewritten };
  /** `stem` is what the parts' names begin with, folder included. */
  split: { params: { file: string; stem: string; by: SplitBy }; result: Rewritten };
  merge: { params: { files: readonly string[]; out: string }; result: Rewritten };
  recover: { params: { file: string; out: string }; result: Recovered };
  /** Without `out` nothing is written. */
  share: {
    params: { file: string; out?: string; masks: readonly Mask[] };
    result: Rewritten & { report: ShareReport };
  };
}
