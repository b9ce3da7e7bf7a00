// A trace like a long voice session's, of any length: 90 of 100 events carry sound or a piece of text.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const TURN = { appends: 50, deltas: 40 };
/** 840 bytes of noise: 17.5 ms of PCM16, a line of about 1.2 kB. */
const sound = Buffer.from(Uint8Array.from({ length: 840 }, (_, at) => (at * 31) & 255)).toString('base64');

/** Writes about `events` events to `file`; resolves with how many. */
export async function writeTrace(file, events) {
  const out = createWriteStream(file, { highWaterMark: 1 << 20 });
  let text = '{"kind":"trace","version":1,"id":"bench","startedAt":"2026-11-20T21:00:00.000Z","generator":"bench"}\n';
  text +=
    '{"kind":"open","session":"s1","t":0,"url":"wss://x/v1/realtime?model=gpt-realtime","headers":{},"subprotocols":[],"status":101,"upstream":"x","phases":{}}\n';
  let seq = 0;
  let turn = 0;
  const add = (from, event, ids = '') => {
    const json = JSON.stringify(event);
    seq++;
    text += `{"kind":"event","seq":${seq},"session":"s1","t":${(seq * 3).toFixed(3)},"sent":${(seq * 3 + 0.05).toFixed(3)},"from":"${from}","type":"${event.type}","bytes":${json.length}${ids},"event":${json}}\n`;
  };
  while (seq < events) {
    turn++;
    const id = String(turn).padStart(21, '0');
    const [response_id, item_id, said] = [`resp_${id}`, `item_${id}`, `item_u${id.slice(1)}`];
    const both = `,"response":"${response_id}","item":"${item_id}"`;
    const place = { response_id, item_id, output_index: 0, content_index: 0 };
    for (let i = 0; i < TURN.appends; i++) add('client', { type: 'input_audio_buffer.append', audio: sound });
    add(
      'server',
      { type: 'input_audio_buffer.speech_started', audio_start_ms: turn * 875 - 800, item_id: said },
      `,"item":"${said}"`,
    );
    add(
      'server',
      { type: 'input_audio_buffer.speech_stopped', audio_end_ms: turn * 875 - 100, item_id: said },
      `,"item":"${said}"`,
    );
    add('server', { type: 'input_audio_buffer.committed', item_id: said }, `,"item":"${said}"`);
    add(
      'server',
      { type: 'response.created', response: { id: response_id, status: 'in_progress', output: [] } },
      `,"response":"${response_id}"`,
    );
    const item = { id: item_id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
    add('server', { type: 'response.output_item.added', response_id, output_index: 0, item }, both);
    for (let i = 0; i < TURN.deltas; i++) {
      add('server', { type: 'response.output_audio.delta', ...place, delta: sound }, both);
      if (i % 2) add('server', { type: 'response.output_audio_transcript.delta', ...place, delta: 'word ' }, both);
    }
    const content = [{ type: 'output_audio', transcript: 'word '.repeat(40) }];
    const done = { ...item, status: 'completed', content };
    add('server', { type: 'response.output_item.done', response_id, output_index: 0, item: done }, both);
    const usage = { total_tokens: 100, input_tokens: 50, output_tokens: 50 };
    add(
      'server',
      { type: 'response.done', response: { id: response_id, status: 'completed', output: [done], usage } },
      `,"response":"${response_id}"`,
    );
    if (text.length > 1 << 20) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  out.end(text);
  await once(out, 'finish');
  return seq;
}
