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

/** Audio delta: `size` bytes in all, almost all of it base64. */
export function audioEvent(stamp, size = 8192) {
  return padTo(
    {
      type: 'response.output_audio.delta',
      ...stamp,
      event_id: 'event_Bq3xJ9sYk2LmN8pQrT5vW',
      response_id: 'resp_Bq3xJ8wZaB1cD2eF3gH4i',
      item_id: 'item_Bq3xJ7jKlM5nO6pQ7rS8t',
      output_index: 0,
      content_index: 0,
    },
    'delta',
    size,
  );
}

export const eventOfSize = (size, stamp = {}) => (size <= 1024 ? smallEvent(stamp, size) : audioEvent(stamp, size));

/** Nanoseconds of CLOCK_MONOTONIC: comparable between processes of one machine, so one-way latency can be measured. */
export const nowNs = () => Number(process.hrtime.bigint());
