/** Door of the protocol floor: pure data and functions, no Node, so the webview takes it too. */
export { CATALOGUE, RETIRED, findEvent } from './catalogue';
export type { EventInfo, EventStatus } from './catalogue/info';
export { DIALECTS, dialectOfHandshake, dialectOfSession, findDialect, type Dialect, type DialectId } from './dialects';
export {
  BETA_SESSION_FIELDS,
  ITEM_TYPES,
  MESSAGE_CONTENT,
  PART_TYPES,
  SESSION_FIELDS,
  type SessionField,
} from './shapes';
export { encodeIdTime, eventIds, idTime, type EventIds } from './ids';
export { fieldDoc, fieldsAt, type DocumentedSchema, type KnownField } from './fields';
export { knownValues, voicesOf, REALTIME_MODELS, TRANSCRIPTION_MODELS, VOICES, type KnownValue } from './knownValues';
export { validateEvent, type CheckOptions } from './validate';
export type { Problem } from './validate/report';
export { placeOf, placeOfPointer } from './validate/place';
export { eventTemplate } from './templates';
export { bytesPerMs, mergeSession } from './state/merge';
export {
  NEW_SESSION,
  advance,
  advanceAudio,
  committableMs,
  expectedConfig,
  generatedMs,
  type SessionState,
} from './state/session';
export type { ItemState, PendingCall } from './state/items';
export { lintEvent, lintHandshake, type HandshakeProblem } from './lint';
export { rewriteToGa } from './validate/fix';
