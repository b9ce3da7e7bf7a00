import { describe, expect, it } from 'vitest';
import { CATALOGUE, validateEvent } from '../../../src/protocol';
import type { ServerEvent } from '../../../src/simulator/wire';
import { EVERY_EVENT, type EventRow } from '../../fixtures/simulator/everyEvent';
import names from '../../fixtures/protocol/specNames.json';
import { definitionsOf, schemaProblems } from './eventSchema';
import { CLIENT_SCENES, SERVER_SCENES } from './scenes';
import { Script, errorOf } from './script';

const played = new Map<string, ServerEvent[]>();
function play(scene: string): ServerEvent[] {
  const events = played.get(scene) ?? SERVER_SCENES[scene]?.();
  if (!events) throw new Error(`There is no scene "${scene}"`);
  played.set(scene, events);
  return events;
}
const rows = (from: EventRow['from']): EventRow[] => EVERY_EVENT.filter((row) => row.from === from);
const titleOf = ({ test }: EventRow): string => test.replace(/^.* > /, '');
const problemsOf = (event: object, from: EventRow['from']): unknown[] => [
  ...schemaProblems(event as Record<string, unknown>, from),
  // Whatever is told of a client's event short of an error is advice, e.g. that a name is retired.
  ...validateEvent(JSON.stringify(event), from).filter(({ severity }) =>
    from === 'server' ? severity !== 'note' : severity === 'error',
  ),
];

describe('the table of every event', () => {
  it.each(['server', 'client'] as const)('has one row for each event of the %s, and no other', (from) => {
    const listed = from === 'server' ? names.serverEvents : names.clientEvents;
    const known = CATALOGUE.filter((info) => info.from === from).map(({ type }) => type);
    const expected = [...new Set([...listed, ...known])].sort();
    expect(
      rows(from)
        .map(({ type }) => type)
        .sort(),
    ).toEqual(expected);
  });

  it('names for each all its definitions in the schema', () => {
    for (const row of EVERY_EVENT) expect(row.documented, row.type).toEqual(definitionsOf(row.type, row.from));
  });

  it('uses every scene', () => {
    const used = (from: EventRow['from']): string[] => [...new Set(rows(from).map(({ scene }) => scene))].sort();
    expect(used('server')).toEqual(Object.keys(SERVER_SCENES).sort());
    expect(used('client')).toEqual(Object.keys(CLIENT_SCENES).sort());
  });
});

describe('every server event', () => {
  it.each(rows('server').map((row) => [titleOf(row), row] as const))('%s', (_title, row) => {
    const events = play(row.scene).filter(({ type }) => type === row.type);
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect(problemsOf(event, 'server')).toEqual([]);
  });

  it('of the legacy dialect, of calls and of translations comes there only', () => {
    for (const scene of Object.keys(SERVER_SCENES)) {
      const kind = ['legacy', 'call', 'translation', 'telephone'].find((word) => scene.includes(word)) ?? 'any';
      const where = kind === 'telephone' ? 'call' : kind;
      for (const { type } of play(scene)) {
        const row = rows('server').find((one) => one.type === type);
        // "a function call" and "a call of an MCP tool" are ordinary sessions.
        if (row?.where !== 'any') expect(where, `${type} in: ${scene}`).toBe(row?.where);
      }
    }
  });
});

describe('every client event', () => {
  it.each(rows('client').map((row) => [titleOf(row), row] as const))('%s', (_title, row) => {
    const { event, answers } = CLIENT_SCENES[row.scene]?.() ?? { event: {}, answers: [] };
    expect(event).toMatchObject({ type: row.type });
    expect(problemsOf(event, 'client')).toEqual([]);
    const types = answers.map(({ type }) => type);
    expect(types).not.toContain('error');
    expect(types.slice(0, row.answers.length)).toEqual(row.answers);
    if (row.answers.length === 0) expect(types).toEqual([]);
  });

  it.each(rows('client').filter(({ where }) => where !== 'any'))(
    '$type is refused in an ordinary session',
    ({ type }) => {
      expect(errorOf(new Script().send({ type, session: {}, audio: '' }))).toMatchObject({
        code: 'invalid_value',
        param: 'type',
      });
    },
  );
});
