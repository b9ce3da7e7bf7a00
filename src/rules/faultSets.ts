/** Ready-made faults: rules files of ours (`media/rules`), to be switched on by name or copied and changed. */
import errorStorm from '../../media/rules/error-storm.json';
import flakyMobileNetwork from '../../media/rules/flaky-mobile-network.json';
import rateLimited from '../../media/rules/rate-limited.json';
import sessionExpiry from '../../media/rules/session-expiry.json';
import slowFirstAudio from '../../media/rules/slow-first-audio.json';
import type { WrittenFile } from './written';

/** A ready-made set. */
export interface FaultSet {
  /** As a rules file names it; its file is `media/rules/ID.json`. */
  id: string;
  title: string;
  description: string;
  rules: NonNullable<WrittenFile['rules']>;
}

const setOf = (id: string, title: string, file: unknown): FaultSet => {
  const { description = '', rules = [] } = file as WrittenFile;
  return { id, title, description, rules };
};

/** All of them, in the order people see. */
export const FAULT_SETS: readonly FaultSet[] = [
  setOf('flaky-mobile-network', 'Flaky mobile network', flakyMobileNetwork),
  setOf('slow-first-audio', 'Slow first audio', slowFirstAudio),
  setOf('session-expiry', 'Session expiry', sessionExpiry),
  setOf('rate-limited', 'Rate limited', rateLimited),
  setOf('error-storm', 'Error storm', errorStorm),
];

/** The set of that name; undefined when there is none. */
export function faultSet(id: string): FaultSet | undefined {
  return FAULT_SETS.find((set) => set.id === id);
}
