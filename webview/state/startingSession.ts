/** Which session a trace opens with. */
import type { DocumentState } from '../../src/document/columns';

/**
 * The newest live session of several, '' (all of them) otherwise: between sessions there may be hours of nothing, in
 * which the one that is going on would be a few pixels wide.
 */
export function startingSession(sessions: DocumentState['sessions'], live: readonly string[]): string {
  if (sessions.length < 2) return '';
  const going = sessions.filter((session) => live.includes(session.id));
  return going.reduce((newest, session) => (session.start >= newest.start ? session : newest), {
    id: '',
    start: -Infinity,
  }).id;
}
