import { expect, it } from 'vitest';
import { Calls } from '../../../src/simulator/calls';
import { Random } from '../../../src/simulator/random';
import { Talk } from '../../../src/simulator/talk';

it('a call that cannot be configured so leaves no session behind, one that can does', () => {
  const begun: Talk[] = [];
  const calls = new Calls(new Random(1), (model) => {
    const session = { kind: 'realtime', model, seed: 1, joined: true } as const;
    const talk = new Talk({ session, pingMs: 20_000, speed: 1, log: undefined, mcp: undefined }, true);
    begun.push(talk);
    return talk;
  });
  const part = (name: string, text: string): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
  const create = (session: object): unknown =>
    calls.create(
      'multipart/form-data; boundary=b',
      `${part('sdp', 'v=0')}${part('session', JSON.stringify(session))}--b--\r\n`,
      undefined,
      0,
    );
  expect(() => create({ type: 'realtime', bogus: 1 })).toThrow(/bogus/);
  expect(create({ type: 'realtime', instructions: 'Be brief.' })).toMatchObject({ status: 201 });
  expect(begun.map(({ ended }) => ended)).toEqual([true, false]);
  calls.endAll('over');
  expect(begun.map(({ ended }) => ended)).toEqual([true, true]);
});
