/**
 * Versions of the trace format, and what is done about one that is not ours. Every reader asks here (the screen, the commands,
 * what makes traces of traces), so that a trace is understood in one place or nowhere.
 *
 * There has been one version: every trace ever written is read as it stands. The first change that is none of the additions which
 * `docs/trace-format.md` allows makes version 2, and with it the first step here, from a record of version 1 to one of version 2.
 */
import { TRACE_VERSION } from './records';

/** What is said, once, of a trace that a newer program wrote and that is shown as far as it is known; '' of any other. */
export function newerVersion(version: number): string {
  if (version <= TRACE_VERSION) return '';
  return `Written by a newer version (format ${version}, this reads up to ${TRACE_VERSION}): some of it may not be shown.`;
}

/** Why no trace is made of one that a newer program wrote; '' of any other. What is new in it would be lost, or not be masked. */
export function notRewritten(file: string, version: number): string {
  if (version <= TRACE_VERSION) return '';
  return `${file} was written by a newer version (format ${version}, this writes ${TRACE_VERSION}), and what is new in it would be lost. Update Realtime Inspector; or take over what this version knows of it with "realtime-inspector import".`;
}
