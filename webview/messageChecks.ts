/**
 * Checks of what arrives, by the table in `messages.ts`: a message that fails its check is refused by name, never acted upon. Both sides
 * load this file.
 */
import {
  HOST_COMMANDS,
  type HostCommand,
  type HostMessage,
  type NotificationName,
  type RequestMessage,
  type RequestName,
  type TakenMessage,
} from './messages';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isRow = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isSide = (value: unknown) => value === 'client' || value === 'server';
const isShort = (value: unknown, most = 256): value is string => typeof value === 'string' && value.length <= most;
const isStretch = ({ start, end, session }: Record<string, unknown>): boolean =>
  isTime(start) && isTime(end) && start <= end && isShort(session);
const isRanges = (value: unknown) =>
  Array.isArray(value) &&
  value.length % 2 === 0 &&
  value.every((row, at) => isRow(row) && (at === 0 || row >= (value[at - 1] as number)));
const isPreset = (value: unknown) => isRecord(value) && isShort(value.name, 100) && isShort(value.filter, 2000);
const isOptional = (value: unknown, check: (value: unknown) => boolean) => value === undefined || check(value);
const isPlace = (value: unknown) =>
  isRecord(value) && isShort(value.session) && isSide(value.from) && isTime(value.startMs) && isTime(value.endMs);
const isSelector = (p: Record<string, unknown>) =>
  isShort(p.session) &&
  isSide(p.from) &&
  isOptional(p.item, isShort) &&
  isOptional(p.response, isShort) &&
  isOptional(p.startMs, isTime) &&
  isOptional(p.endMs, isTime);

const isSecrets = (value: unknown) => isRecord(value) && Object.values(value).every((s) => typeof s === 'string');
const isWithin = (value: unknown, least: number, most: number) => isTime(value) && value >= least && value <= most;
const hour = 3_600_000;
const isStep = (value: unknown): boolean => {
  if (!isRecord(value)) return false;
  if ('text' in value)
    return (
      typeof value.text === 'string' &&
      isOptional(value.to, isSide) &&
      isOptional(value.replaces, isRow) &&
      isOptional(value.secrets, isSecrets)
    );
  if ('wait' in value) return isShort(value.wait, 2000) && isWithin(value.timeoutMs, 0, hour);
  if ('delayMs' in value) return isWithin(value.delayMs, 0, hour);
  return (
    value.audio instanceof Uint8Array &&
    isShort(value.event) &&
    isWithin(value.bytesPerMs, 1, 1000) &&
    isWithin(value.pieceMs, 10, 10_000) &&
    typeof value.inRealTime === 'boolean'
  );
};

/** One check per request: true when the parameters have the shape the table says. */
const requestChecks: { [N in RequestName]: (p: Record<string, unknown>) => boolean } = {
  ready: () => true,
  summaries: (p) => Array.isArray(p.rows) && p.rows.length <= 500 && p.rows.every(isRow),
  body: (p) => isRow(p.row) && isOptional(p.whole, (v) => typeof v === 'boolean'),
  sessionState: (p) => isShort(p.session) && isOptional(p.upTo, isRow),
  conversation: (p) =>
    isShort(p.session) &&
    isRow(p.from) &&
    isRow(p.count) &&
    p.count <= 500 &&
    isOptional(p.near, (v) => isRecord(v) && isRow(v.row) && isShort(v.item) && isShort(v.response) && isShort(v.call)),
  measures: (p) => isShort(p.session) && isOptional(p.start, isTime) && isOptional(p.end, isTime),
  openConfig: (p) => isRow(p.row) && isOptional(p.against, isRow),
  peaks: (p) =>
    isShort(p.session) &&
    isSide(p.from) &&
    isTime(p.startMs) &&
    isTime(p.endMs) &&
    isRow(p.buckets) &&
    p.buckets >= 1 &&
    p.buckets <= 8192,
  waveforms: (p) =>
    Array.isArray(p.places) &&
    p.places.length <= 64 &&
    p.places.every(isPlace) &&
    isRow(p.buckets) &&
    p.buckets >= 1 &&
    p.buckets <= 1024,
  related: (p) => isRow(p.row),
  bufferSteps: (p) =>
    isShort(p.session) && isTime(p.startMs) && isTime(p.endMs) && isRow(p.most) && p.most >= 1 && p.most <= 8192,
  audio: isSelector,
  saveWav: (p) => isSelector(p) && isShort(p.name),
  send: (p) =>
    isShort(p.session) &&
    isSide(p.to) &&
    typeof p.text === 'string' &&
    isOptional(p.replaces, isRow) &&
    isOptional(p.secrets, isSecrets),
  startRun: (p) =>
    isShort(p.session) &&
    isSide(p.to) &&
    Array.isArray(p.steps) &&
    p.steps.length > 0 &&
    p.steps.length <= 2000 &&
    p.steps.every(isStep) &&
    isWithin(p.delayMs, 0, hour) &&
    isRow(p.times) &&
    isWithin(p.times, 1, 10_000) &&
    isWithin(p.everyMs, 0, hour) &&
    typeof p.namesEvents === 'boolean' &&
    isOptional(p.fills, (v) => typeof v === 'boolean'),
  cancelRun: (p) => isRow(p.run),
  readClipboard: () => true,
  listPayloads: () => true,
  readPayload: (p) => isShort(p.name, 1000),
  newSession: (p) => isShort(p.model) && isOptional(p.intent, (v) => v === 'transcription'),
  closeSession: (p) => isShort(p.session),
  openBody: (p) => isRow(p.row),
  copyRows: (p) => (typeof p.text === 'string' ? p.text.length <= 50_000_000 : isRanges(p.ranges)),
  replayFrom: (p) => isRanges(p.ranges) && isShort(p.session) && isRow(p.row),
  saveRows: (p) => isRanges(p.ranges) && isOptional(p.then, (v) => v === 'replay' || v === 'export'),
  copyCode: (p) => isRanges(p.ranges) && isOptional(p.open, isRow),
  savePayload: (p) => isRanges(p.ranges),
  sequenceOf: (p) => isRanges(p.ranges),
  exportUpdate: (p) => isShort(p.text, 2_000_000),
  heldBody: (p) => isShort(p.id, 64),
  keepHeld: (p) => isShort(p.id, 64),
  decideHeld: (p) =>
    isShort(p.id, 64) &&
    (p.decision === 'answer'
      ? typeof p.text === 'string'
      : p.decision === 'drop' || (p.decision === 'release' && isOptional(p.text, (v) => typeof v === 'string'))),
  releaseAllHeld: (p) => isOptional(p.session, isShort),
  switchBreakpoint: (p) => isShort(p.id, 64) && typeof p.enabled === 'boolean',
  toggleBreakpoint: (p) => isRow(p.row),
  compare: (p) => isRow(p.row) && (p.with === 'picked' || isRow(p.with)),
  pickForCompare: (p) => isRow(p.row),
  note: (p) =>
    isShort(p.id, 64) &&
    p.id !== '' &&
    isShort(p.text, 4000) &&
    isTime(p.at) &&
    isShort(p.session) &&
    isOptional(p.row, isRow) &&
    isOptional(p.removed, (v) => v === true),
  keepRange: isStretch,
  exportSound: isStretch,
  filterPresets: (p) => isOptional(p.save, (v) => Array.isArray(v) && v.length <= 100 && v.every(isPreset)),
  search: (p) => isRow(p.search) && isShort(p.text, 1024) && typeof p.regex === 'boolean' && isRow(p.first),
  stopSearch: (p) => isRow(p.search),
  run: (p) => HOST_COMMANDS.includes(p.command as HostCommand),
};

/** The message when it is a request of the table with the right parameters, else what is wrong with it. */
export function checkRequest(message: unknown): RequestMessage | { id: number | null; problem: string } {
  if (!isRecord(message) || !isRow(message.id)) return { id: null, problem: 'not a request' };
  const { id, request, params } = message;
  if (typeof request !== 'string' || !Object.hasOwn(requestChecks, request)) return { id, problem: 'unknown request' };
  if (!isRecord(params) || !requestChecks[request as RequestName](params))
    return { id, problem: `wrong parameters for "${request}"` };
  return message as unknown as RequestMessage;
}

/** True when a message of the page says how much it has taken in. */
export function isTaken(message: unknown): message is TakenMessage {
  return isRecord(message) && isRow(message.taken) && isRow(message.generation) && message.request === undefined;
}

const notificationNames: { [N in NotificationName]: true } = {
  update: true,
  found: true,
  act: true,
};

/** The message when it has the envelope of an answer or of a known notification, else undefined. */
export function checkHostMessage(message: unknown): HostMessage | undefined {
  if (!isRecord(message)) return undefined;
  if (isRow(message.id) && (message.ok === true || (message.ok === false && typeof message.error === 'string')))
    return message as unknown as HostMessage;
  if (
    typeof message.notify === 'string' &&
    Object.hasOwn(notificationNames, message.notify) &&
    isRecord(message.params)
  )
    return message as unknown as HostMessage;
  return undefined;
}
