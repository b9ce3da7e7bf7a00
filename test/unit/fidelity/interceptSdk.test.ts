import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import type { HeldMessage } from '../../../src/proxy';
import { runEngine } from '../proxy/runningEngine';
import { cleanUp, root, sessionOf } from './bed';
import { at } from './hand';

// The openai package, unmodified, in a process of its own, talking to the simulator while its messages are held.

afterEach(cleanUp);

const APP = `
  import { OpenAIRealtimeWS } from 'openai/realtime/ws';
  const rt = new OpenAIRealtimeWS({ model: 'gpt-realtime' });
  const say = (...words) => console.log(...words);
  rt.on('error', (error) => { say('error', error.message); process.exit(); });
  rt.on('session.created', () => {
    rt.send({ type: 'session.update', session: { type: 'realtime', instructions: 'as the app wrote', output_modalities: ['text'] } });
    rt.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] } });
    rt.send({ type: 'response.create' });
  });
  rt.on('session.updated', (event) => say('updated', event.session.instructions));
  rt.on('conversation.item.added', (event) => say('added', event.item.role));
  rt.on('response.done', (event) => { say('done', event.response.status); rt.close(); });
`;

it('a session.update of the SDK is edited and let go, its response.create answered in the place of the server', async () => {
  const engine = await runEngine('', { upstream: { kind: 'simulator' }, simulation: { speed: 20 } });
  const held: HeldMessage[] = [];
  engine.on('held', (messages) => held.splice(0, Infinity, ...messages));
  await engine.setBreakpoints([at('type:session.update,response.create')]);
  const child = spawn(process.execPath, ['--input-type=module', '-e', APP], {
    cwd: root,
    env: {
      ...{ PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-secret' },
      ...{ OPENAI_BASE_URL: engine.address.https, NODE_EXTRA_CA_CERTS: engine.address.ca },
    },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk));
  const closed = once(child, 'close');

  await expect.poll(() => held.length, { timeout: 10_000 }).toBe(2);
  const [update, create] = held;
  expect([out, update?.text]).toEqual(['', expect.stringContaining('as the app wrote')]);
  await engine.release(update?.id ?? '', update?.text?.replace('as the app wrote', 'as the user wished'));
  await expect.poll(() => out).toContain('added user');
  expect(out).toBe('updated as the user wished\nadded user\n');
  const response = { id: 'resp_1', object: 'realtime.response', status: 'failed', output: [] };
  await engine.answer(create?.id ?? '', JSON.stringify({ type: 'response.done', event_id: 'e1', response }));
  await closed;
  expect(out).toBe('updated as the user wished\nadded user\ndone failed\n');
  const trace = await sessionOf(engine.file, 'model=gpt-realtime');
  expect(trace.messages.map(({ line }) => line['fate']).filter(Boolean)).toEqual(['held', 'held', 'held', 'dropped']);
  expect(engine.problems).toEqual([]);
}, 30_000);
