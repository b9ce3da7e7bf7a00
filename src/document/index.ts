/** Door of the document floor. */
export { openDocument } from './client';
export type { DocumentOptions, TraceDocument } from './client';
export type { ReplayBeginning } from './replayBeginning';
