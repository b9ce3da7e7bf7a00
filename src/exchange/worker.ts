/** Bundle `exchangeWorker`: one import or export, off its owner's thread. */
import { serveThread, type JobOptions } from '../rewrite/thread';
import { exportFile } from './export';
import { importFile } from './import';
import type { ExchangeJobs } from './jobs';
import { exportOtlp, otlpRequests } from './write/otlp';

/** Characters of a preview: nobody reads more, and an editor bears it. */
const MOST_PREVIEW = 2_000_000;

const handlers: {
  [N in keyof ExchangeJobs]: (
    params: ExchangeJobs[N]['params'],
    options: JobOptions,
  ) => Promise<ExchangeJobs[N]['result']>;
} = {
  import: ({ file, out }, options) => importFile(file, out, options),
  export: ({ trace, kind, out, ...part }, options) => exportFile(trace, kind, out, { ...options, ...part }),
  preview: async ({ trace, content }, options) => {
    const { requests, metrics, report } = await otlpRequests(trace, { ...options, content });
    const text = JSON.stringify([...requests, ...metrics], null, 2);
    const cut = text.length > MOST_PREVIEW ? `\n... and ${text.length - MOST_PREVIEW} characters more` : '';
    return { text: text.slice(0, MOST_PREVIEW) + cut, report };
  },
  send: ({ trace, to, content, headers }, options) => exportOtlp(trace, to, { ...options, content, headers }),
};

// A thread started from a terminal of the inspector's own must not send its calls back to the proxy.
Object.assign(globalThis, { [Symbol.for('realtime-inspector.bypass')]: true });
serveThread('exchangeWorker', handlers);
