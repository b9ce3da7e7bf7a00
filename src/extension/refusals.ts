/**
 * Which refused sessions of apps the user is told of. An app that cannot reach its upstream tries again and again: the
 * same reason is told once a minute. Free of `vscode`.
 */
import type { SessionState } from '../proxy/sessionState';

/** Shortest time between two messages with the same reason, ms. */
const QUIET_MS = 60_000;

export class Refusals {
  readonly #told = new Map<string, number>();

  /** `now` is a clock in ms that never goes back. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * What to tell of a session's new state, or undefined. An answer of the upstream's (401, 404) has gone to the app as it
   * came, and a session of the inspector's own fails where it was asked for: neither is told here.
   */
  take({ status, own, closeReason }: SessionState): string | undefined {
    if (status !== 'refused' || own || !closeReason || !isUnreachable(closeReason)) return undefined;
    const now = this.now();
    for (const [reason, at] of this.#told) if (now - at >= QUIET_MS) this.#told.delete(reason);
    if (this.#told.has(closeReason)) return undefined;
    this.#told.set(closeReason, now);
    return closeReason;
  }
}

/** The proxy's own words for an upstream, or an HTTP proxy before it, that gave no answer. */
function isUnreachable(reason: string): boolean {
  return /^The (?:upstream .* could not be reached|HTTP proxy .* (?:refused the connection|could not be used))/s.test(
    reason,
  );
}
