/**
 * Version 1 of the trace format, frozen: a copy of its types, and checks that those of `src/trace/records.ts` still are these or
 * these with more optional fields. Traces of years are read by programs that were built to this. The compiler runs the checks
 * (`npm run typecheck`): whoever breaks one changes the format, and reads "Versions" in docs/trace-format.md first.
 */
import type {
  CloseRecord,
  ControlRecord,
  EventRecord,
  GapRecord,
  HttpRecord,
  NoteRecord,
  OpenRecord,
  ReplayOrigin,
  TraceHeader,
  TraceRecord,
} from '../../../src/trace/records';

type SideV1 = 'client' | 'server';
type Origin = 'inspector';

type Fate = 'held' | 'dropped' | 'lost';

type TimesFrom = 'ids' | 'order';

interface TraceHeaderV1 {
  kind: 'trace';
  version: number;
  id: string;
  startedAt: string;
  generator: string;
  continues?: string;
  madeBy?: string;
  madeFrom?: string[];
  replayOf?: ReplayOriginV1;
  times?: TimesFrom;
}

interface ReplayOriginV1 {
  trace: string;
  session: string;
  overlay?: string;
}

type HeaderRecord = Record<string, string | string[]>;

interface OpenRecordV1 {
  kind: 'open';
  session: string;
  t: number;
  url: string;
  headers: HeaderRecord;
  subprotocols: string[];
  status: number;
  responseHeaders?: HeaderRecord;
  subprotocol?: string;
  extensions?: string;
  upstream: string;
  phases: { dns?: number; tcp?: number; tls?: number; upgrade?: number };
  client?: Origin;
  error?: string;
  body?: string;
  origin?: Origin;
  rule?: string;
}

interface EventRecordV1 {
  kind: 'event';
  seq: number;
  session: string;
  t: number;
  sent?: number;
  from: SideV1;
  type?: string;
  bytes: number;
  response?: string;
  item?: string;
  call?: string;
  origin?: Origin;
  replaces?: number;
  fate?: Fate;
  rule?: string;
  breakpoint?: string;
  redacted?: string[];
  opcode?: 1 | 2;
  event?: unknown;
  text?: string;
  base64?: string;
}

interface CloseRecordV1 {
  kind: 'close';
  session: string;
  t: number;
  code: number;
  reason: string;
  by: SideV1;
  origin?: Origin;
  rule?: string;
}

interface ControlRecordV1 {
  kind: 'control';
  session: string;
  t: number;
  op: 'ping' | 'pong';
  from: SideV1;
  bytes: number;
}

interface GapRecordV1 {
  kind: 'gap';
  t: number;
  from: number;
  to: number;
  count: number;
  reason: string;
  session?: string;
}

interface HttpRecordV1 {
  kind: 'http';
  t: number;
  start: number;
  method: string;
  url: string;
  status: number;
  requestHeaders: HeaderRecord;
  responseHeaders: HeaderRecord;
  requestBody?: string;
  responseBody?: string;
  redacted?: string[];
  error?: string;
}

interface NoteRecordV1 {
  kind: 'note';
  t: number;
  text: string;
}

/** Fields without which a value is none of the type. */
type Needed<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];

/**
 * `true` where `Now` is `Then`, perhaps with more optional fields: what is written now is read by who knows `Then`, what was
 * written then is read now, no name has gone, and the same fields are needed.
 */
type StillIs<Now, Then> = [Now] extends [Then]
  ? [Then] extends [Now]
    ? [keyof Then] extends [keyof Now]
      ? [Needed<Now>, Needed<Then>] extends [Needed<Then>, Needed<Now>]
        ? true
        : 'a field is needed, or is not, that was not, or was'
      : 'a field has gone, or has another name'
    : 'a field is new and needed, or says less than it did'
  : 'a field has gone, or says more than it did';

/** Fails to compile for anything but `true`. */
type Holds<T extends true> = T;

export type Frozen = [
  Holds<StillIs<TraceHeader, TraceHeaderV1>>,
  Holds<StillIs<ReplayOrigin, ReplayOriginV1>>,
  Holds<StillIs<OpenRecord, OpenRecordV1>>,
  Holds<StillIs<OpenRecord['phases'], OpenRecordV1['phases']>>,
  Holds<StillIs<EventRecord, EventRecordV1>>,
  Holds<StillIs<CloseRecord, CloseRecordV1>>,
  Holds<StillIs<ControlRecord, ControlRecordV1>>,
  Holds<StillIs<GapRecord, GapRecordV1>>,
  Holds<StillIs<HttpRecord, HttpRecordV1>>,
  Holds<StillIs<NoteRecord, NoteRecordV1>>,
  // New kinds may come; none of these goes.
  Holds<
    ['open' | 'event' | 'close' | 'control' | 'gap' | 'http' | 'note'] extends [TraceRecord['kind']] ? true : false
  >,
];

/** That the check itself holds: what is allowed, and each way of breaking it. */
export type Tried = [
  Holds<StillIs<GapRecordV1 & { since?: number }, GapRecordV1>>,
  // @ts-expect-error -- a new field that is needed
  Holds<StillIs<GapRecordV1 & { since: number }, GapRecordV1>>,
  // @ts-expect-error -- an optional field that has gone
  Holds<StillIs<Omit<GapRecordV1, 'session'>, GapRecordV1>>,
  // @ts-expect-error -- a needed field that has another name
  Holds<StillIs<Omit<GapRecordV1, 'from'> & { first: number }, GapRecordV1>>,
  // @ts-expect-error -- an optional field that has another name
  Holds<StillIs<Omit<GapRecordV1, 'session'> & { sessionId?: string }, GapRecordV1>>,
  // @ts-expect-error -- a field of another type
  Holds<StillIs<Omit<GapRecordV1, 'count'> & { count: string }, GapRecordV1>>,
  // @ts-expect-error -- a field that may be more than it was
  Holds<StillIs<Omit<GapRecordV1, 'session'> & { session?: string | number }, GapRecordV1>>,
  // @ts-expect-error -- a field that was needed and is not any more
  Holds<StillIs<Omit<GapRecordV1, 'count'> & { count?: number }, GapRecordV1>>,
  // @ts-expect-error -- a field that was not needed and is
  Holds<StillIs<Omit<GapRecordV1, 'session'> & { session: string }, GapRecordV1>>,
];
