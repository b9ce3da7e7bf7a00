/** Filters with a name: those everybody has, and what stands for the selection in them. */
import { quoteValue } from '../../src/protocol/filter';

export interface Preset {
  name: string;
  filter: string;
  /** Why it cannot be used now; '' when it can. */
  missing: string;
}

/** What the built-in ones are about. */
export interface PresetContext {
  /** Ids of the selected row; '' where it has none. */
  response: string;
  item: string;
  /** Number of its turn; 0 when it is in none. */
  turn: number;
}

export function builtInPresets({ response, item, turn }: PresetContext): Preset[] {
  const of = (name: string, key: string, value: string, what: string): Preset => ({
    name,
    filter: value === '' ? '' : `${key}:${quoteValue(value)}`,
    missing: value === '' ? `the selected event has no ${what}` : '',
  });
  return [
    { name: 'Hide deltas', filter: '-delta', missing: '' },
    { name: 'Only errors', filter: 'error', missing: '' },
    { name: 'Only findings', filter: 'finding', missing: '' },
    { name: 'Client only', filter: 'from:client', missing: '' },
    { name: 'Server only', filter: 'from:server', missing: '' },
    of('This turn', 'turn', turn === 0 ? '' : String(turn), 'turn'),
    of('This response', 'response', response, 'response'),
    of('This item', 'item', item, 'item'),
  ];
}
