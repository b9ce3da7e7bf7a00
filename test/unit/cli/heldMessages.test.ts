import { expect, it } from 'vitest';
import { inspectTrace } from '../../../src/exchange/page/inspectTrace';
import { validateFile } from '../../../src/cli/validate';
import { readRecordings } from '../../../src/simulator/recording';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';

// Of a message that was held, two lines tell: everyone who reads a trace has to take them for one.

const json = (type: string, n: number) => JSON.stringify({ type, event_id: `e${n}`, wrong: true });
const held = (seq: number, from: 'client' | 'server', text: string) =>
  eventLine(seq, seq, from, text, { sent: null, fate: 'held' });
const gone = (seq: number, from: 'client' | 'server', replaces: number, fate: 'dropped' | 'lost') =>
  JSON.stringify({ kind: 'event', seq, session: 's1', t: seq, from, type: 'x', bytes: 9, replaces, fate });

const trace = () =>
  traceFile(
    [
      HEADER,
      openLine(),
      held(1, 'client', json('response.create', 1)),
      eventLine(2, 2, 'client', json('response.create', 1), { replaces: 1 }),
      held(3, 'client', json('response.cancel', 3)),
      eventLine(4, 4, 'client', json('response.create', 4), { origin: 'inspector', replaces: 3 }),
      held(5, 'client', json('input_audio_buffer.clear', 5)),
      gone(6, 'client', 5, 'dropped'),
      held(7, 'server', json('input_audio_buffer.cleared', 7)),
      gone(8, 'server', 7, 'lost'),
      closeLine(),
      '',
    ].join('\n'),
  );

it('inspect counts each once', async () => {
  const { messages, injected } = await inspectTrace(await trace());
  expect([messages.client.count, messages.server.count, injected]).toEqual([3, 1, 1]);
});

it('validate says once what is wrong with each, and with what was sent in its place', async () => {
  const { problems } = await validateFile(await trace());
  expect(problems.filter(({ path }) => path === '/wrong').map(({ seq }) => seq)).toEqual([1, 3, 4, 5, 7]);
});

it('a recording is played again with what reached the server, and with what the server said', async () => {
  const [recording] = await readRecordings(await trace());
  expect(recording?.messages.map(({ from, event }) => [from, event?.['event_id']])).toEqual([
    ['client', 'e1'],
    ['client', 'e4'],
    ['server', 'e7'],
  ]);
});
