// A live session: lines that are appended to a trace at an even pace, and when the page has painted them.
import fs from 'node:fs';
import { sleep } from './proc.mjs';

/** Lines between two looks at the clock. */
const BATCH_MS = 10;

/** Appends events after number `first`; resolves with when each batch was written (Unix ms) and its last event. */
export async function appendLive(file, { first, seconds, perSecond }) {
  const out = fs.openSync(file, 'a');
  const batches = [];
  const began = performance.now();
  const total = seconds * perSecond;
  const delta = Buffer.alloc(480, 7).toString('base64');
  const from = first * 3;
  let seq = first;
  while (seq - first < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) / 1000) * perSecond));
    let text = '';
    while (seq - first < due) {
      seq += 1;
      // The last of a batch is no delta: it gets a row of its own in the list, so that it can be seen there.
      const isLast = seq - first === due;
      const event = isLast
        ? {
            type: 'response.output_item.added',
            response_id: 'resp_live',
            item: { id: `item_l${seq}`, type: 'message' },
          }
        : { type: 'response.output_audio.delta', response_id: 'resp_live', item_id: 'item_live', delta };
      const json = JSON.stringify(event);
      const t = (from + ((seq - first) * 1000) / perSecond).toFixed(3);
      text += `{"kind":"event","seq":${seq},"session":"s1","t":${t},"from":"server","type":"${event.type}","bytes":${json.length},"response":"resp_live","event":${json}}\n`;
    }
    if (text !== '') {
      batches.push({ at: performance.timeOrigin + performance.now(), seq });
      fs.writeSync(out, text);
    }
    await sleep(BATCH_MS);
  }
  fs.closeSync(out);
  return { batches, rows: seq - first };
}

/** In the page: notes after each frame the last row of the list that is in the document, by its event number. */
export const watchPainted = () => {
  const { store, shadowRoot } = document.querySelector('rti-app');
  const list = shadowRoot.querySelector('rti-event-list').shadowRoot;
  const painted = { at: [], seq: [], began: performance.now() };
  window.painted = painted;
  const { port1, port2 } = new MessageChannel();
  let last = 0;
  port1.onmessage = () => {
    const rows = list.querySelectorAll('.row');
    const row = rows[rows.length - 1]?.dataset.row;
    const seq = row === undefined ? 0 : store.rows.seq.at(Number(row));
    if (seq === last) return;
    last = seq;
    painted.at.push(performance.timeOrigin + performance.now());
    painted.seq.push(seq);
  };
  const frame = () => {
    port2.postMessage(0);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

/** ms from each batch's writing until a frame with its last event, or a later one, had been painted. */
export function followLag({ batches }, { at, seq }) {
  const lags = [];
  let n = 0;
  for (const batch of batches) {
    while (n < seq.length && seq[n] < batch.seq) n += 1;
    lags.push(n < seq.length ? at[n] - batch.at : Infinity);
  }
  return lags;
}
