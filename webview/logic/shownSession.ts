/** Which session the views show that can show only one. */
import type { Store } from '../state/store';

/** The shown one; else that of the selected event, the one that is live, or the first. '' when there is none. */
export function shownSession(store: Pick<Store, 'session' | 'selected' | 'rows' | 'document' | 'status'>): string {
  if (store.session !== '') return store.session;
  const { selected, rows, document, status } = store;
  const ofSelected = selected === null ? '' : rows.sessionOf(selected);
  if (ofSelected !== '') return ofSelected;
  const sessions = document?.sessions ?? [];
  const live = sessions.findLast(({ id }) => status?.liveSessions.includes(id) === true);
  const spoken = sessions.find(({ status: code }) => code === 101);
  return (live ?? spoken ?? sessions[0])?.id ?? '';
}

/** The call whose sideband is all that is shown; '' when it is not a call's, or of several sessions. */
export function shownCall(store: Pick<Store, 'session' | 'document'>): string {
  const sessions = store.document?.sessions ?? [];
  const [only] = sessions.length === 1 ? sessions : sessions.filter(({ id }) => id === store.session);
  return only?.call ?? '';
}

/** Words for a session that is one of several, so that it is clear which is shown; '' when there is only one. */
export function sessionWords(store: Pick<Store, 'document'>, session: string): string {
  const sessions = store.document?.sessions ?? [];
  if (sessions.length < 2) return '';
  const label = sessions.find(({ id }) => id === session)?.label ?? '';
  return `${session}${label === '' ? '' : ` · ${label}`} (one of ${sessions.length} sessions)`;
}
