/** Names of the files that a trace is split into. */
import { TRACE_EXTENSION } from '../trace/records';

/** A part's file: names of sessions come from the trace, and none of them may lead anywhere else. */
export const partName = (stem: string, part: string): string =>
  `${stem}.${part.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64)}${TRACE_EXTENSION}`;
