/** Names of sessions outside their trace: they come from a file, and may be anything there. */

/** Of a session of the nth of joined traces, where names begin anew. */
export const partName = (session: string, part: number): string => (part > 1 ? `${session}_${part}` : session);

/** As a part of a file's name. */
export const fileName = (session: string): string => session.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'session';
