/** A session the proxy knows of. */
export interface SessionState {
  id: string;
  /** Model or other query of the handshake, for people. */
  label: string;
  upstream: string;
  openedAt: number;
  status: 'connecting' | 'open' | 'closed' | 'refused';
  /** The inspector is its client. */
  own: boolean;
  closeReason?: string;
}
