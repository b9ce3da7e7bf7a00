/** The last moment that a date of JavaScript (ECMA-262, 21.4.1.1) can be, ms before or after 1970. */
const MOST = 8.64e15;

/** A moment in ms since 1970 as ISO 8601. One that no date can be, out of a file of somebody's making, is the nearest that can. */
export const isoTime = (ms: number): string => new Date(Math.min(MOST, Math.max(-MOST, ms || 0))).toISOString();
