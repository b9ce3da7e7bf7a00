import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import type { HeldMessage } from '../../../src/proxy';
import { cleanUp, sessionOf, temporaryFolder } from '../fidelity/bed';
import { at } from '../fidelity/hand';
import { runEngine, type RunningEngine } from '../proxy/runningEngine';
import { openPage } from './browser';
import { pythonHome } from './pythonHome';

// Clients of two more kinds while their session.update waits at a breakpoint and is edited: the Python package, and a page's own
// WebSocket. What they hear is what the user wrote, and the record holds both.

afterEach(cleanUp);

async function holding(): Promise<{ engine: RunningEngine; held: HeldMessage[] }> {
  const engine = await runEngine('', { upstream: { kind: 'simulator' }, simulation: { speed: 50 } });
  const held: HeldMessage[] = [];
  engine.on('held', (messages) => held.splice(0, Infinity, ...messages));
  await engine.setBreakpoints([at('type:session.update')]);
  return { engine, held };
}

/** Edits the update that is held, lets it go, and gives what stands of it in the record when the session has ended. */
async function edit(engine: RunningEngine, held: HeldMessage[]): Promise<void> {
  await expect.poll(() => held.length, { timeout: 20_000 }).toBe(1);
  const [{ id, text } = { id: '', text: '' }] = held;
  expect(text).toContain('as the app wrote');
  await engine.release(id, text?.replace('as the app wrote', 'as the user wished'));
}
async function recordTells(engine: RunningEngine): Promise<void> {
  const { messages } = await sessionOf(engine.file, 'model=gpt-realtime');
  const updates = messages.filter(({ line }) => line['type'] === 'session.update');
  expect(updates.map(({ line, data }) => [line['fate'], /as the \w+ \w+/.exec(data.toString())?.[0]])).toEqual([
    ['held', 'as the app wrote'],
    [undefined, 'as the user wished'],
  ]);
  expect(engine.problems).toEqual([]);
}

const PYTHON = `
from openai import OpenAI
with OpenAI().realtime.connect(model="gpt-realtime") as connection:
    connection.session.update(session={"type": "realtime", "instructions": "as the app wrote", "output_modalities": ["text"]})
    connection.conversation.item.create(item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]})
    connection.response.create()
    for event in connection:
        if event.type == "session.updated":
            print("updated", event.session.instructions, flush=True)
        if event.type == "response.done":
            print("done", event.response.status, flush=True)
            break
`;

it('the Python package waits for its held update, and what follows it keeps its place', async ({ skip }) => {
  const home = await pythonHome();
  if ('missing' in home) return skip(home.missing);
  const { engine, held } = await holding();
  const child = spawn(home.python, ['-c', PYTHON], {
    env: { PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-secret', OPENAI_BASE_URL: engine.address.http },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk));
  const closed = once(child, 'close');
  await expect.poll(() => held.length, { timeout: 20_000 }).toBe(1);
  expect(out).toBe('');
  await edit(engine, held);
  await closed;
  expect(out.trim().split(/\r?\n/)).toEqual(['updated as the user wished', 'done completed']);
  await recordTells(engine);
});

it('a page’s own WebSocket does, too', async () => {
  const { engine, held } = await holding();
  const page = await openPage(await temporaryFolder());
  const url = `${engine.address.http.replace('http', 'ws')}/realtime?model=gpt-realtime`;
  const heard = page.evaluate(
    (address) =>
      new Promise<string[]>((resolve, reject) => {
        const said: string[] = [];
        const socket = new WebSocket(address, ['realtime', 'openai-insecure-api-key.ek_secret']);
        const send = (event: object) => socket.send(JSON.stringify(event));
        const content = [{ type: 'input_text', text: 'Hi' }];
        socket.onerror = () => reject(new Error(`failed after ${said.join()}`));
        socket.onmessage = ({ data }) => {
          const event = JSON.parse(String(data)) as { type: string; session?: { instructions: string } };
          if (event.type === 'session.created') {
            const session = { type: 'realtime', instructions: 'as the app wrote', output_modalities: ['text'] };
            send({ type: 'session.update', session });
            send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
            send({ type: 'response.create' });
          }
          if (event.type === 'session.updated') said.push(`updated ${event.session?.instructions}`);
          if (event.type !== 'response.done') return;
          said.push('done');
          socket.close(1000);
          resolve(said);
        };
      }),
    url,
  );
  await edit(engine, held);
  expect(await heard).toEqual(['updated as the user wished', 'done']);
  await recordTells(engine);
});
