/** Every query of docs/queries.md, asked of DuckDB about traces of the simulator. */
import { once } from 'node:events';
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../../src/simulator/server';
import { cleanUp, later, root, startProxy, temporaryFolder } from '../fidelity/bed';
import { voiceTrace } from './voiceTrace';

const text = await readFile(path.join(root, 'docs/queries.md'), 'utf8');
/** Each block with the words above it. */
const blocks = [...text.matchAll(/(?:^|\n)([^\n]*)\n\n```sql( views)?\n([\s\S]*?)```/g)].map(
  ([, title = '', views, sql = '']) => ({
    title: title.replace(/:$/, ''),
    isViews: views !== undefined,
    sql,
  }),
);

let connection: DuckDBConnection;
const ask = async (sql: string) =>
  (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
const answers = async (title: RegExp) =>
  ask(blocks.find((block) => title.test(block.title))?.sql ?? 'SELECT no such query');

beforeAll(async () => {
  const folder = await temporaryFolder();
  const server = await startServer({ host: '127.0.0.1', port: 0, seed: 7, speed: 20 });
  later(() => server.stop());
  for (const name of ['one', 'two']) {
    const proxy = await startProxy(server.url);
    await talk(`${proxy.ws}/realtime?model=gpt-realtime`);
    await proxy.stop();
    await rename(proxy.file, path.join(folder, `${name}.realtime.jsonl`));
  }
  voiceTrace(path.join(folder, 'voice.realtime.jsonl'));
  const instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  later(() => connection.closeSync());
  const views = blocks.filter(({ isViews }) => isViews).map(({ sql }) => sql);
  expect(views).toHaveLength(1);
  await connection.run((views[0] ?? '').replace("'*.realtime.jsonl'", `'${folder}/*.realtime.jsonl'`));
});
afterAll(cleanUp);

/** A question in words, an answer, and an event that is refused. */
async function talk(url: string): Promise<void> {
  const socket = new WebSocket(url);
  const heard = (type: string) =>
    new Promise<void>((resolve) =>
      socket.on('message', (data: Buffer) => {
        if ((JSON.parse(data.toString()) as { type: string }).type === type) resolve();
      }),
    );
  await heard('session.created');
  const done = heard('response.done');
  const content = [{ type: 'input_text', text: 'Who are you?' }];
  socket.send(JSON.stringify({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } }));
  socket.send(JSON.stringify({ type: 'response.create' }));
  await done;
  const refused = heard('error');
  socket.send(JSON.stringify({ type: 'no.such.event' }));
  await refused;
  socket.close(1000);
  await once(socket, 'close');
}

describe('the queries of docs/queries.md', () => {
  it.each(blocks.filter(({ isViews }) => !isViews))('can be asked: $title', async ({ sql }) => {
    expect(await ask(sql)).toBeInstanceOf(Array);
  });

  it('are as many as are tested here', () => expect(blocks.length).toBe((text.match(/```sql/g) ?? []).length));

  it('find every session, with its model and end', async () => {
    const sessions = await answers(/^Sessions, newest/);
    expect(sessions.map(({ model, status, code }) => ({ model, status, code }))).toEqual(
      expect.arrayContaining([
        { model: 'gpt-realtime', status: 101, code: 1000 },
        { model: 'm', status: 401, code: null },
      ]),
    );
    expect(sessions).toHaveLength(4);
  });

  it('count what the traces say', async () => {
    const [error] = await answers(/^Errors by code/);
    expect(error).toMatchObject({ times: '2', sessions: '2' });
    const ended = await answers(/^How responses ended/);
    expect(ended.find(({ status }) => status === 'completed')).toMatchObject({ responses: '3' });
    const [tool] = await answers(/^How long tools ran/);
    expect(tool).toMatchObject({ name: 'look', calls: '1', answered: '1', p50_ms: 380 });
    const [wait] = await answers(/^From the end of speech/);
    expect(wait).toMatchObject({ turns: '1', p50_ms: 300 });
    const [usage] = await answers(/^Tokens by day/).then((days) => days.filter(({ day }) => day === '2026-11-20'));
    expect(usage).toMatchObject({ input: '200', output: '100', cached_percent: 30 });
    const said = await answers(/^Words of both/);
    expect(said.filter(({ words }) => words === 'Who are you?')).toHaveLength(2);
    expect(said.some(({ side_of }) => side_of === 'model')).toBe(true);
    const bad = await answers(/^Handshakes that were refused/);
    expect(bad.filter(({ status }) => status === 401)).toHaveLength(1);
    expect(bad.some(({ code }) => code === 1000)).toBe(false);
  });
});
