// Realistic Realtime-API-shaped JSON text events of an exact byte size.
import crypto from 'node:crypto';

const B64 = crypto.randomBytes(3 * 1024 * 1024).toString('base64'); // 4 MiB of incompressible base64

function base64(n) {
  let s = '';
  while (s.length < n) s += B64.slice(0, Math.min(B64.length, n - s.length));
  return s;
}

/** `head` must be an object; pads its `field` so that JSON.stringify() is exactly `size` bytes (ASCII only). */
function padTo(head, field, size) {
  const bare = JSON.stringify({ ...head, [field]: '' }).length;
  if (bare > size) throw new Error(`event cannot be as small as ${size} B (needs ${bare})`);
  return JSON.stringify({ ...head, [field]: base64(size - bare) });
}

/** Small control event. `stamp` fields (t0, t1, ...) are put in front so that a reader needs only the first bytes. */
export function smallEvent(stamp, size = 300) {
  return padTo(
    {
      type: 'response.output_audio_transcript.delta',
      ...stamp,
      event_id: 'event_Bq3xJ9sYk2LmN8pQrT5vW',
      response_id: 'resp_Bq3xJ8wZaB1cD2eF3gH4i',
      item_id: 'item_Bq3xJ7jKlM5nO6pQ7rS8t',
      output_index: 0,
      content_index: 0,
      delta: ' ok',
    },
    'obfuscation',
    size,
  );
}

/** Audio delta: `size` bytes in all, almost all of it base64. With a number of a session it has that one's own ids. */
export function audioEvent(stamp, size = 8192, session = undefined) {
  return padTo(
    {
      type: 'response.output_audio.delta',
      ...stamp,
      event_id: 'event_Bq3xJ9sYk2LmN8pQrT5vW',
      ...(session === undefined
        ? { response_id: 'resp_Bq3xJ8wZaB1cD2eF3gH4i', item_id: 'item_Bq3xJ7jKlM5nO6pQ7rS8t' }
        : idsOf(session)),
      output_index: 0,
      content_index: 0,
    },
    'delta',
    size,
  );
}

const idsOf = (session) => ({
  response_id: `resp_${String(session).padStart(21, '0')}`,
  item_id: `item_${String(session).padStart(21, '0')}`,
});

/** How a voice session begins: it answers for as long as it lasts. */
export function beginning(session) {
  const { response_id, item_id } = idsOf(session);
  const item = { id: item_id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
  const response = { id: response_id, object: 'realtime.response', status: 'in_progress', output: [] };
  return [
    { type: 'response.created', event_id: `event_c${session}`, response },
    { type: 'response.output_item.added', event_id: `event_a${session}`, response_id, output_index: 0, item },
  ].map((event) => JSON.stringify(event));
}

/** One event in so many is no piece of sound or text but an item: it stands in a row of its own. */
const ITEM_EVERY = 25;

/** A small event of a voice session, by who sends it: sound and what is said to it, and now and then an item. */
export function spokenEvent(side, stamp, session = 0, size = 300) {
  const isItem = stamp.n % ITEM_EVERY === 0;
  if (side === 'client' && !isItem)
    return padTo({ type: 'input_audio_buffer.append', ...stamp, event_id: `event_u${stamp.n}` }, 'audio', size);
  if (isItem) {
    const item = {
      id: `item_${stamp.t0}`,
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'Go' }],
    };
    const type = side === 'client' ? 'conversation.item.create' : 'conversation.item.added';
    return JSON.stringify({ type, ...stamp, event_id: `event_i${stamp.t0}`, item });
  }
  const head = { type: 'response.output_audio_transcript.delta', ...stamp, event_id: `event_t${stamp.n}` };
  return padTo({ ...head, ...idsOf(session), output_index: 0, content_index: 0, delta: ' ok' }, 'obfuscation', size);
}

export const eventOfSize = (size, stamp = {}) => (size <= 1024 ? smallEvent(stamp, size) : audioEvent(stamp, size));

/** Nanoseconds of CLOCK_MONOTONIC: comparable between processes of one machine, so one-way latency can be measured. */
export const nowNs = () => Number(process.hrtime.bigint());
