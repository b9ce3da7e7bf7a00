import { expect, it } from 'vitest';
import { Calls } from '../../../src/simulator/calls';
import { Random } from '../../../src/protocol/random';
import { startServer } from '../../../src/simulator/server';
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

it.each([
  ['a form without an offer', { session: '{}' }, 'missing_required_parameter', 'sdp'],
  ['a form with an empty offer', { sdp: '' }, 'missing_required_parameter', 'sdp'],
  ['a form whose offer is none', { sdp: 'hello' }, 'invalid_offer', null],
])('%s is told what is wrong with it', async (_name, fields, code, param) => {
  const server = await startServer({ host: '127.0.0.1', port: 0, seed: 1 });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const answer = await fetch(`${server.url}/realtime/calls`, { method: 'POST', body: form });
  await server.stop();
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', code, param } });
});

it('a body that is no offer, as of a form sent in the wrong way, is told so', async () => {
  const server = await startServer({ host: '127.0.0.1', port: 0, seed: 1 });
  const body = new URLSearchParams({ sdp: 'hello' });
  const answer = await fetch(`${server.url}/realtime/calls`, { method: 'POST', body });
  await server.stop();
  expect(await answer.json()).toMatchObject({
    error: { code: 'invalid_offer', message: expect.stringMatching(/^Invalid SDP offer\./) as string },
  });
});
