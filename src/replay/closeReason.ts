/** Why a connection ends, as a close frame may say it. */

/** A reason may be so long, bytes (RFC 6455, 5.5.1: 125 with the code). */
const MOST_REASON = 123;

/** A reason as long as it may be, cut between characters. */
export function shortReason(reason: string): string {
  let short = reason.slice(0, MOST_REASON);
  while (Buffer.byteLength(short) > MOST_REASON) short = short.slice(0, -1);
  return short.replace(/[\ud800-\udbff]$/, '');
}
