import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, targetOf, type CodeForm, type RecordedRow } from '../../../src/codegen';
import type { HttpRecord } from '../../../src/trace/records';
import { environment, startSimulator, type Route } from '../clients/bench';
import { pythonHome } from '../clients/pythonHome';
import { cleanUp, later, readTrace, root, startProxy, temporaryFolder, type RunningProxy } from '../fidelity/bed';
import { HOSTILE, HOSTILE_OBJECT } from './hostile';

// The code is run as a user would run it, by the real packages and the real curl, through a proxy whose record says what
// was sent: each client event as it was recorded, hostile text and all, and nothing else done.

const target = targetOf('wss://x/v1/realtime?model=gpt-realtime');
const INSTRUCTIONS = HOSTILE.join('\n');
const update = {
  type: 'session.update',
  session: {
    type: 'realtime',
    output_modalities: ['text'],
    instructions: INSTRUCTIONS,
    tools: [{ type: 'function', name: 'f', description: INSTRUCTIONS, parameters: HOSTILE_OBJECT }],
  },
};
const item = {
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: HOSTILE.map((text) => ({ type: 'input_text', text })) },
};
const create = { type: 'response.create', response: { tool_choice: 'none' } };
const SENT = [update, item, create];
/** As JSON has it: `__proto__` is a field like any other. */
const PLAIN = JSON.parse(JSON.stringify(SENT)) as unknown[];
const row = (from: 'client' | 'server', event: { type: string }): RecordedRow => ({
  kind: 'event',
  from,
  type: event.type,
  text: JSON.stringify(event),
});
const ROWS = [
  row('client', update),
  row('server', { type: 'session.updated' }),
  row('client', item),
  row('server', { type: 'conversation.item.done' }),
  row('client', create),
  row('server', { type: 'response.done' }),
];

let route: Route;
let proxy: RunningProxy;
let folder: string;
/** Inside the repository, where the packages are found. */
const written = path.join(import.meta.dirname, 'output', String(process.pid));
beforeAll(async () => {
  route = await startSimulator({});
  proxy = await startProxy(route.http);
  folder = await temporaryFolder();
  await mkdir(written, { recursive: true });
  later(() => rm(written, { recursive: true, force: true }));
}, 60_000);
afterAll(cleanUp);

async function write(name: string, text: string): Promise<string> {
  const file = path.join(written, name);
  await writeFile(file, text);
  return file;
}

/** Runs a program in an empty folder; what it says, when it ends well. */
async function run(command: string, args: string[], env: Record<string, string>): Promise<string> {
  const base = { PATH: process.env['PATH'] ?? '', OPENAI_API_KEY: 'sk-codegen', PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await promisify(execFile)(command, args, {
    cwd: folder,
    env: { ...base, ...env },
    timeout: 60_000,
  });
  expect(await readdir(folder)).toEqual([]);
  return stdout;
}

const isOurs = (type: string) => SENT.some((event) => event.type === type);
type Sent = { type: string; event_id?: string };
/** What the client of the newest session sent, as parsed JSON. */
async function lastSent(): Promise<Sent[]> {
  const { messages, records } = await readTrace(proxy.file);
  const session = records.findLast((record) => record.kind === 'open')?.session;
  return messages
    .filter(({ from, line }) => from === 'client' && line['session'] === session)
    .map(({ data }) => JSON.parse(data.toString('utf8')) as Sent);
}
/** Holds the body of the newest REST call against that JSON text. */
const expectCall = (body: string) =>
  expect
    .poll(async () => {
      const call = (await readTrace(proxy.file)).records.findLast(
        (record): record is HttpRecord => record.kind === 'http',
      );
      return JSON.parse(call?.requestBody ?? 'null') as unknown;
    })
    .toEqual(JSON.parse(body));

const secure = () => environment(proxy.https, { ...route, ca: proxy.ca });
const CALL = {
  kind: 'http' as const,
  method: 'POST',
  path: '/realtime/client_secrets',
  body: JSON.stringify({ session: { type: 'realtime', model: 'gpt-realtime', instructions: INSTRUCTIONS } }),
};

describe('generated TypeScript', () => {
  it('is right by the packages’ own types', { timeout: 120_000 }, async () => {
    const files: string[] = [];
    const redacted = row('client', {
      type: 'session.update',
      session: { tools: [{ authorization: '[redacted]' }] },
    } as never);
    const delayed = targetOf('wss://x/v1/realtime?intent=transcription');
    for (const [name, text] of Object.entries({
      openai: codeOf('openai', [...ROWS, redacted], target),
      transcription: codeOf('openai', ROWS, delayed),
      agents: codeOf('agents', [...ROWS, redacted], target),
      calls: codeOf('openai', [CALL], target),
    }))
      files.push(await write(`${name}.types.ts`, text));
    const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const flags =
      '--noEmit --strict --target es2022 --module nodenext --skipLibCheck --types node --ignoreConfig'.split(' ');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...flags, ...files], { cwd: root }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  it.each<[CodeForm, string]>([
    ['openai', 'response.done'],
    ['agents', 'response.done'],
  ])('for %s sends each event as it was, when its turn has come', { timeout: 60_000 }, async (form, last) => {
    const file = await write(`${form}.ts`, codeOf(form, ROWS, target));
    const said = await run(process.execPath, [file], secure());
    expect(said).toContain(last);

    await expect
      .poll(async () => {
        const sent = (await lastSent()).filter(({ type }) => isOurs(type));
        // The agents SDK configures its session first, by updates of its own, and names each request for a response.
        return form === 'agents' ? sent.slice(-SENT.length).map(({ event_id, ...event }) => event) : sent;
      })
      .toEqual(PLAIN);
  });

  it('makes the same REST call', { timeout: 60_000 }, async () => {
    const said = await run(process.execPath, [await write('calls.ts', codeOf('openai', [CALL], target))], secure());
    expect(said).toContain('expires_at');
    await expectCall(CALL.body);
  });

  it('ends with the server’s own words when an event is refused', { timeout: 60_000 }, async () => {
    const refused = row('client', { type: 'session.update', session: { type: 'realtime', nonsense: 1 } } as never);
    const file = await write('refused.ts', codeOf('openai', [refused], target));
    await expect(run(process.execPath, [file], secure())).rejects.toThrow(/unknown_parameter|Unknown parameter/);
  });
});

describe('generated Python', () => {
  it('sends each event as it was, and makes the same REST call', { timeout: 300_000 }, async (context) => {
    const home = await pythonHome();
    if ('missing' in home) return context.skip(home.missing);
    const env = { OPENAI_BASE_URL: proxy.http };
    const said = await run(home.python, [await write('turn.py', codeOf('python', ROWS, target))], env);
    expect(said).toContain('response.done');
    await expect.poll(lastSent).toEqual(PLAIN);
    // UTF-8 has no half a pair, and this SDK sends JSON as UTF-8 here.
    const call = { ...CALL, body: CALL.body.replaceAll(/\\ud800|\\udc00/g, '') };
    expect(await run(home.python, [await write('call.py', codeOf('python', [call], target))], env)).toContain('ek_');
    await expectCall(call.body);
  });
});

const curl = ['/usr/bin/curl', '/bin/curl', '/usr/local/bin/curl'].some(existsSync);
describe.skipIf(!curl)('a generated command', () => {
  const shell = async (text: string, env: Record<string, string> = {}) =>
    run('/bin/sh', [await write('command.sh', text)], { OPENAI_BASE_URL: proxy.http, ...env });

  it('makes a client secret for the session of an update', async () => {
    expect(await shell(codeOf('curl', [ROWS[0]!], target))).toContain('ek_');
    await expectCall(JSON.stringify({ session: update.session }));
  });

  it('puts a secret into its place, and stops when there is none', async () => {
    const fences = '<0>AUTHORIZATION<0>';
    const session = {
      type: 'realtime',
      instructions: fences,
      tools: [{ type: 'mcp', authorization: 'x [redacted] y' }],
    };
    const body = JSON.stringify({ session });
    const text = codeOf('curl', [{ kind: 'http', method: 'POST', path: '/echo', body }], target);
    const echo = 'curl() { for last; do :; done; printf %s "$last"; }\n';
    expect(await shell(echo + text, { AUTHORIZATION: '$(touch pwned)`x`' })).toBe(
      body.replace('[redacted]', () => '$(touch pwned)`x`'),
    );
    await expect(shell(text)).rejects.toThrow(/AUTHORIZATION: is not recorded/);
  });

  it('goes as far as the handshake', { timeout: 20_000 }, async () => {
    const said = await shell(`${codeOf('curl', [ROWS[4]!], target)}true\n`);
    expect(said).toMatch(/^HTTP\/1\.1 101 /);
    expect(said).toContain('"type":"session.created"');
  });
});
