/**
 * Calls (WebRTC, SIP) in a trace: which record is of which call. Sound and data channel of a call go past the proxy; its
 * sideband, a connection with `?call_id=`, tells the events of both sides
 * (https://developers.openai.com/api/docs/guides/realtime-server-controls).
 */
import type { HttpRecord, OpenRecord } from '../trace/records';

/** The shape that ids of calls have: anything else is not taken for one. */
const ID = 'rtc_[\\w.-]{1,120}';
const IN_LOCATION = new RegExp(`(?:^|/)(${ID})/?(?:[?#]|$)`);
const IN_PATH = new RegExp(`/realtime/calls/(${ID})(?:[/?#]|$)`);
const BEGINS = /\/realtime\/calls\/?(?:[?#]|$)/;
const WHOLE = new RegExp(`^${ID}$`);

/** The call that a handshake joins; '' when it is a session of its own. */
export function callJoined({ url }: Pick<OpenRecord, 'url'>): string {
  const id = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? '').get('call_id') ?? '';
  return WHOLE.test(id) ? id : '';
}

/** The call that a REST call began (its id stands in the answer's Location) or is about (in its path); '' for none. */
export function callOfHttp({ url, responseHeaders }: Pick<HttpRecord, 'url' | 'responseHeaders'>): string {
  const about = IN_PATH.exec(url)?.[1];
  if (about !== undefined) return about;
  if (!BEGINS.test(url)) return '';
  const location = Object.entries(responseHeaders ?? {}).find(([name]) => name.toLowerCase() === 'location')?.[1];
  return IN_LOCATION.exec(typeof location === 'string' ? location : '')?.[1] ?? '';
}

/** What a sideband tells, for people. */
export const SIDEBAND = 'events of a WebRTC or SIP call, whose sound does not pass here';
