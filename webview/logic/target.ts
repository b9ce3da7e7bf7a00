/** Which session the composer writes to. */

/** What is known of the sessions. */
export interface TargetFacts {
  /** The session it writes to since the user chose it or began to write; '' when there was none yet. */
  held: string;
  /** That one was open at some time. */
  wasOpen: boolean;
  /** The session the page shows; '' for all. */
  shown: string;
  /** Open sessions, oldest first. */
  live: readonly string[];
}
export type Target = { kind: 'open' | 'closed' | 'opening'; session: string } | { kind: 'none'; session: '' };

/** The target as things stand. One that was held, or is shown, and has closed stays: only the user moves on to another. */
export function targetOf({ held, wasOpen, shown, live }: TargetFacts): Target {
  if (held !== '') return { kind: live.includes(held) ? 'open' : wasOpen ? 'closed' : 'opening', session: held };
  if (shown !== '') return { kind: live.includes(shown) ? 'open' : 'closed', session: shown };
  const newest = live.at(-1);
  return newest === undefined ? { kind: 'none', session: '' } : { kind: 'open', session: newest };
}
