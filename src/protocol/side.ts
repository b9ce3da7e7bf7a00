/** Which end of a session a message comes from. Never "sent" or "received": a proxy has no such point of view. */
export type Side = 'client' | 'server';
