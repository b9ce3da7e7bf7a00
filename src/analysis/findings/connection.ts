/** Begin and end of a session, as rules of findings meet them. */
import type { HeaderRecord } from '../../trace/records';

/** The handshake of a session. */
export interface Opened {
  row: number;
  t: number;
  /** Of the upstream. */
  url: string;
  headers: HeaderRecord;
  /** 101, or what it was refused with; 0 when nobody answered. */
  status: number;
  error: string;
  body: string;
}

/** The end of a session. */
export interface Closed {
  row: number;
  t: number;
  code: number;
  reason: string;
  /** `inspector` when neither end did it. */
  by: 'client' | 'server' | 'inspector';
}
