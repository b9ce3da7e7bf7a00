/** `realtime-inspector events`: the catalogue of events, for people and for programs. */
import { CATALOGUE, DIALECTS, RETIRED, type EventInfo } from '../protocol';
import type { Side } from '../protocol/side';

/** An event of the catalogue as `events --json` prints it. */
export interface EventEntry extends Omit<EventInfo, 'from'> {
  /** Which end sends it. */
  direction: Side;
  /** Servers that call it otherwise, and how. */
  dialects: Record<string, string>;
}

/** Every event, current ones first; names of the retired beta interface come last. */
export function eventsJson(): EventEntry[] {
  return [...CATALOGUE, ...RETIRED].map(({ from, ...info }) => {
    const own = from === 'server' ? DIALECTS.filter(({ renamed }) => Object.hasOwn(renamed, info.type)) : [];
    const dialects = Object.fromEntries(own.map(({ id, renamed }) => [id, renamed[info.type] ?? '']));
    const { type, family, status, ...rest } = info;
    return { type, direction: from, family, status, ...rest, dialects };
  });
}

/** The catalogue as a table: direction as arrow, type, status where it is not current, and the line about it. */
export function formatEvents(entries: readonly EventEntry[]): string {
  const width = Math.max(...entries.map((entry) => entry.type.length));
  const lines = entries.map(({ direction, type, status, summary }) => {
    const mark = status === 'ga' ? '' : ` [${status}]`;
    return `${direction === 'client' ? '->' : '<-'} ${type.padEnd(width)}  ${summary}${mark}`;
  });
  return `${lines.join('\n')}\n`;
}
