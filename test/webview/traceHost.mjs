// Serves the webview over a real trace, with the product's own bridge and document worker, to look at it without VS Code:
// node test/webview/traceHost.mjs TRACE [port]. What only VS Code can do (dialogs, editors, commands) is refused by name.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { basename, join } from 'node:path';
import { WebSocketServer } from 'ws';
import { bundled, fileServer } from './bundle.mjs';

/**
 * What VS Code carries beside JSON: typed arrays (after the JSON as their bytes, each at a multiple of 8) and numbers that
 * are not finite. A length, JSON, bytes; the first byte says whether the JSON holds anything to be put back.
 */
export function encode(value) {
  const parts = [];
  let at = 0;
  let isPlain = true;
  const json = JSON.stringify(value, (_key, each) => {
    if (typeof each === 'number' && !Number.isFinite(each)) {
      isPlain = false;
      return { $number: String(each) };
    }
    if (!ArrayBuffer.isView(each)) return each;
    isPlain = false;
    const marked = { $array: each.constructor.name, at, length: each.length };
    const gap = (8 - (each.byteLength % 8)) % 8;
    parts.push(Buffer.from(each.buffer, each.byteOffset, each.byteLength), Buffer.alloc(gap));
    at += each.byteLength + gap;
    return marked;
  });
  const text = Buffer.from(json);
  const head = Buffer.alloc(8);
  head[0] = isPlain ? 1 : 0;
  head.writeUInt32LE(text.length, 4);
  return Buffer.concat([head, text, Buffer.alloc((8 - (text.length % 8)) % 8), ...parts]);
}

export const page = (
  theme,
  script = '/webview.js',
) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Trace</title>
<link rel="stylesheet" href="/codicon.css" id="vscode-codicon-stylesheet"><link rel="stylesheet" href="/themes.css"></head>
<body class="${theme}"><script>
const arrays = { Float64Array, Float32Array, Uint32Array, Uint8Array, Uint16Array, Int16Array };
const decode = (buffer) => {
  const length = new DataView(buffer).getUint32(4, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 8, length));
  if (new Uint8Array(buffer)[0] === 1) return JSON.parse(text);
  const arraysAt = 8 + Math.ceil(length / 8) * 8;
  return JSON.parse(text, (_key, v) => v && typeof v === 'object' && v.$array
    ? new arrays[v.$array](buffer.slice(arraysAt + v.at, arraysAt + v.at + v.length * arrays[v.$array].BYTES_PER_ELEMENT))
    : v && typeof v === 'object' && v.$number ? Number(v.$number) : v);
};
const socket = new WebSocket('ws://' + location.host + '/bridge');
const waiting = [];
socket.binaryType = 'arraybuffer';
socket.onopen = () => waiting.splice(0).forEach((text) => socket.send(text));
socket.onmessage = ({ data }) => window.postMessage(decode(data), '*');
window.asked = [];
window.acquireVsCodeApi = () => ({
  getState: () => JSON.parse(sessionStorage.getItem('kept') ?? 'null') ?? undefined,
  setState: (state) => sessionStorage.setItem('kept', JSON.stringify(state)),
  postMessage: (message) => {
    if (message.request) window.asked.push(message.request);
    const text = JSON.stringify(message);
    if (socket.readyState === 1) socket.send(text); else waiting.push(text);
  },
});
</script><script type="module" src="${script}"></script></body></html>`;

/** What a page may ask of a trace's model; what only VS Code can do is refused by name. */
export function handlersOf(model, searchHandlers) {
  const onlyVscode = (name) => () => Promise.reject(new Error(`${name} needs VS Code.`));
  const document = () => model.document();
  let presets = [];
  return {
    summaries: async ({ rows }) => ({ summaries: await (await document()).summaries(rows) }),
    body: async ({ row, whole }) => (await document()).body(row, whole ?? false),
    sessionState: async ({ session, upTo }) => (await document()).sessionState(session, upTo),
    conversation: async (question) => (await document()).conversation(question),
    measures: async ({ session, start, end }) => (await document()).measures(session, start, end),
    peaks: async ({ session, from, startMs, endMs, buckets }) =>
      (await document()).peaks(session, from, startMs, endMs, buckets),
    waveforms: async ({ places, buckets }) => (await document()).waveforms(places, buckets),
    audio: async (selector) => (await document()).audio(selector),
    ...searchHandlers({ document }),
    related: async ({ row }) => (await document()).related(row),
    bufferSteps: async (p) => (await document()).bufferSteps(p.session, p.startMs, p.endMs, p.most),
    // Filters with a name are kept in the settings; here as long as it runs.
    filterPresets: async ({ save }) => ({ presets: (presets = save ?? presets) }),
    openBody: async () => ({ opened: true }),
    openConfig: async () => ({ opened: true }),
    ...Object.fromEntries(
      ['saveWav', 'send', 'newSession', 'closeSession', 'run'].map((name) => [name, onlyVscode(name)]),
    ),
  };
}

/** Classes of the body by `?theme=`; dark without. */
export const THEME_CLASSES = {
  light: 'vscode-light',
  hc: 'vscode-high-contrast',
  hcl: 'vscode-high-contrast vscode-high-contrast-light',
};

/**
 * Bundles page and host and serves them over `trace`; resolves with the address. `?theme=dark|light|hc|hcl`. `status`, a part of
 * the status or what gives one, and `more` handlers take the place of what only VS Code has.
 */
export async function serveTrace(trace, port = 0, status = {}, more = {}) {
  const out = await bundled('host');
  const require = createRequire(join(out, 'x.cjs'));
  const { Bridge } = require('./bridge.cjs');
  const { searchHandlers } = require('./searchHandlers.cjs');
  const { noteHandlers } = require('./noteHandlers.cjs');
  const { TraceModel } = require('./traceModel.cjs');
  const { openDocument } = require('./client.cjs');
  const model = new TraceModel(trace, out, async () => openDocument);
  const handlers = {
    ...handlersOf(model, searchHandlers),
    ...noteHandlers({ model, record: async () => false }),
    ...(typeof more === 'function' ? more(model) : more),
  };
  const serveFile = await fileServer();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/')
      return response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(page(THEME_CLASSES[searchParams.get('theme')] ?? 'vscode-dark'));
    serveFile(request, response);
  });
  const sockets = new WebSocketServer({ server, path: '/bridge' });
  const bridges = new Set();
  sockets.on('connection', (socket) => {
    const bridge = new Bridge({
      model,
      handlers,
      post: (message) => new Promise((done) => socket.send(encode(message), () => done(true))),
      status: () => ({
        title: basename(trace),
        live: false,
        recording: false,
        proxy: { state: 'stopped' },
        liveSessions: [],
        ...(typeof status === 'function' ? status() : status),
      }),
      reload: () => undefined,
      log: (line) => console.error(line),
    });
    bridges.add(bridge);
    socket.on('message', (text) => void bridge.receive(JSON.parse(String(text))));
    socket.on('close', () => {
      bridges.delete(bridge);
      bridge.dispose();
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    model,
    bridges,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
      await model.close();
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serveTrace(process.argv[2], Number(process.argv[3] ?? 0));
  console.log(url);
}
