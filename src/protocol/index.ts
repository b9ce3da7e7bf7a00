/** Door of the protocol floor: pure data and functions, no Node, so the webview takes it too. */
export { CATALOGUE, findEvent, type EventInfo } from './catalogue';
export { encodeIdTime, eventIds, idTime, type EventIds } from './ids';
export { validateEvent, type Problem } from './validate';
export { eventTemplate } from './templates';
