/** The built command against the simulator, straight and through the proxy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { startSimulator } from '../../../src/simulator';
import { sessionUrl, usualHeaders } from '../../../src/cli/payload';
import { cleanUp, dist, later, readTrace, temporaryFolder } from '../fidelity/bed';
import { runEngine } from '../proxy/runningEngine';

afterEach(cleanUp);

interface Ran {
  status: number | null;
  events: Record<string, unknown>[];
  said: string;
}

async function simulator(): Promise<string> {
  const started = await startSimulator({ workers: dist, listen: { host: '127.0.0.1', port: 0 }, speed: 50, seed: 1 });
  later(() => started.stop());
  return started.url;
}

/** Sends a payload; what the command printed, and how it ended. */
async function send(to: string, payload: unknown, args: string[] = [], env: Record<string, string> = {}): Promise<Ran> {
  const file = path.join(await temporaryFolder(), 'ask.realtime.json');
  writeFileSync(file, typeof payload === 'string' ? payload : JSON.stringify(payload));
  const child = spawn(process.execPath, [path.join(dist, 'cli.cjs'), 'payload', file, '--to', to, ...args], {
    env: { PATH: process.env['PATH'], ...env },
  });
  let [out, said] = ['', ''];
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (said += String(data)));
  const [status] = (await once(child, 'close')) as [number | null];
  const events = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { status, events, said: said.replaceAll(path.dirname(file) + path.sep, '') };
}
const typesOf = ({ events }: Ran) => events.map(({ type }) => type);

const ASK = `[
  // A question in words.
  { "type": "conversation.item.create", "item": { "type": "message", "role": "user",
    "content": [{ "type": "input_text", "text": "\${input:Say=Hello} \${env:WORD}" }] } },
  { "wait": "conversation.item.done", "timeoutMs": 10000 },
  { "type": "conversation.item.retrieve", "item_id": "\${lastItemId}" },
  { "wait": "type:conversation.item.retrieved -error" },
  { "type": "response.create", "response": { "output_modalities": ["text"] } },
  { "wait": "response.done" },
]`;

describe('payload', () => {
  it('sends each event when its turn has come, its variables filled in, and prints what comes back', async () => {
    const ran = await send(await simulator(), ASK, ['--env-allowed', 'WORD', '--input', 'Say=Hi = there'], {
      WORD: 'World "1"',
    });
    expect([ran.status, ran.said]).toEqual([0, 'Sent 3 events; no error came back.\n']);
    expect(typesOf(ran)[0]).toBe('session.created');
    expect(typesOf(ran)).toContain('response.done');
    const item = ran.events.find(({ type }) => type === 'conversation.item.retrieved')?.['item'];
    expect(item).toMatchObject({ content: [{ text: 'Hi = there World "1"' }] });
  });

  it('goes through a proxy, and is recorded there as an app’s', async () => {
    const engine = await runEngine(await simulator());
    const ran = await send(engine.address.http, { type: 'session.update', session: { type: 'realtime' } });
    expect([ran.status, typesOf(ran)]).toEqual([0, ['session.created', 'session.updated']]);
    const sent = async () => (await readTrace(engine.file)).messages.filter(({ from }) => from === 'client');
    await expect.poll(async () => (await sent()).length).toBe(1);
    const [{ data, origin } = { data: '', origin: undefined }] = await sent();
    expect(origin).toBeUndefined();
    expect(JSON.parse(String(data))).toMatchObject({
      type: 'session.update',
      event_id: expect.stringMatching(/^evt_/),
    });
  });

  it('ends with 1 on an error event, after all of the file was sent', async () => {
    const ran = await send(await simulator(), [{ type: 'no.such' }, { type: 'input_audio_buffer.clear' }]);
    expect([ran.status, ran.said]).toEqual([1, 'Sent 2 events; 1 error came back.\n']);
    expect(typesOf(ran)).toEqual(['session.created', 'error', 'input_audio_buffer.cleared']);
  });

  it('ends with 1 when a wait is in vain, and sends nothing more', async () => {
    const steps = [{ type: 'input_audio_buffer.clear' }, { wait: 'response.done', timeoutMs: 50 }, { type: 'x.y' }];
    const ran = await send(await simulator(), steps);
    expect([ran.status, ran.said]).toEqual([
      1,
      'response.done did not come within 50 ms; what follows was not sent.\n',
    ]);
    expect(typesOf(ran)).not.toContain('error');
  });

  it('ends with 1 when the session ends too soon, or cannot be opened', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    later(() => void server.close());
    await once(server, 'listening');
    server.on('connection', (socket) => socket.on('message', () => socket.close(4001, 'no \u001b[31m')));
    const { port } = server.address() as { port: number };
    const steps = [{ type: 'a.b' }, { wait: 'response.done' }];
    const ran = await send(`ws://127.0.0.1:${port}/v1`, steps);
    expect([ran.status, ran.events]).toEqual([1, []]);
    expect(ran.said).toBe(
      'The session has ended: closed with 4001 (no  [31m). After 1 event response.done did not come.\n',
    );
    server.close();
    for (const client of server.clients) client.terminate();
    const gone = await send('http://127.0.0.1:1/v1', steps);
    expect(gone.status).toBe(1);
    expect(gone.said).toContain('ws://127.0.0.1:1/v1/realtime cannot be reached: ');
  });

  it.each<[string, unknown, string[], string]>([
    ['a value of the environment nobody has allowed', [{ type: 'a', x: '${env:HOME_SECRET}' }], [], '--env-allowed'],
    ['a question without an answer', { type: 'a', x: '${input:City}' }, [], 'The file asks "City". Answer with'],
    ['a text that is none', '[{ "type": }]', [], 'ask.realtime.json:1:12: '],
    ['an event for the client', [{ to: 'client', event: { type: 'a' } }], [], 'This is for the client'],
    ['a wait for what no message tells', [{ type: 'a' }, { wait: 'turn:1' }], [], 'turn:'],
    ['nothing to send', [{ delayMs: 1 }], [], 'has no event to send'],
    ['a header that is none', { type: 'a' }, ['--header', 'x'], '--header "x" has no ":" in it.'],
  ])('ends with 2 and sends nothing for %s', async (_, payload, args, words) => {
    const ran = await send('http://127.0.0.1:1/v1', payload, args, { HOME_SECRET: 'x' });
    expect([ran.status, ran.events]).toEqual([2, []]);
    expect(ran.said).toContain(words);
    expect(ran.said.trimEnd().split('\n')).toHaveLength(1);
  });

  it('makes a session’s address of what it is given', () => {
    const url = (to: string) => sessionUrl(to, 'm').href;
    expect(url('http://h:1/v1')).toBe('ws://h:1/v1/realtime?model=m');
    expect(url('wss://h/v1/realtime?intent=transcription')).toBe('wss://h/v1/realtime?intent=transcription');
    expect(() => url('h:1')).toThrow('is no address');
    expect(() => url('file:///etc/passwd')).toThrow('is no address');
  });

  it('gives the key of the environment to OpenAI and to this machine only', () => {
    const to = (url: string) => usualHeaders(new URL(url), 'sk-1');
    for (const own of ['wss://api.openai.com/v1', 'ws://127.0.0.1:1', 'ws://[::1]:1', 'ws://localhost:1'])
      expect(to(own)).toEqual({ Authorization: 'Bearer sk-1' });
    for (const other of ['wss://api.openai.com.example', 'wss://example.com']) expect(to(other)).toEqual({});
  });
});
