/**
 * A FAKE host: stands where VS Code's extension host would, answers the webview's messages from a synthetic trace with
 * audio. Query: ?theme=dark|light|hc|hcl, &state=live|stopped|failed|listening|recorded|torn|empty|reading, &rows=N for a
 * long session, &sessions=N for as many more sessions, &grow=1 for rows that keep coming. It keeps what was asked of it in `fakeHost.asked`.
 */
(() => {
  const query = new URLSearchParams(location.search);
  const themes = {
    light: ['vscode-light'],
    hc: ['vscode-high-contrast'],
    hcl: ['vscode-high-contrast', 'vscode-high-contrast-light'],
  };
  const theme = themes[query.get('theme')] ?? ['vscode-dark'];
  const state = query.get('state') ?? 'live';
  const rate = 24_000;
  addEventListener('DOMContentLoaded', () => document.body.classList.add(...theme));

  const strings = [''];
  const stringAt = new Map([['', 0]]);
  const intern = (text) => {
    if (!stringAt.has(text)) stringAt.set(text, strings.push(text) - 1);
    return stringAt.get(text);
  };
  const rows = [];
  const spans = [];
  const pieces = [];
  let seq = 0;

  /** One period of six harmonics. */
  const period = Float32Array.from({ length: 4096 }, (_, at) => {
    const phase = (2 * Math.PI * at) / 4096;
    return [1, 2, 3, 4, 5, 6].reduce((wave, harmonic) => wave + Math.sin(phase * harmonic) / harmonic, 0);
  });
  /** A voice-like tone: harmonics of a gliding pitch under a syllable envelope. */
  const voice = (startMs, lengthMs, pitch) => {
    const samples = new Int16Array(Math.round((lengthMs / 1000) * rate));
    let phase = 0;
    for (let n = 0; n < samples.length; n += 1) {
      const t = n / rate;
      phase += (4096 * (pitch + 18 * Math.sin(t * 3.1) + startMs * 0.001)) / rate;
      const syllable = Math.max(0, Math.sin(t * 13) * 0.6 + Math.sin(t * 4.7) * 0.4 + 0.15);
      const fade = Math.min(1, t * 20, (lengthMs / 1000 - t) * 20);
      samples[n] = period[phase & 4095] * syllable * fade * 9000;
    }
    return samples;
  };
  const base64 = (samples) => {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    if (bytes.toBase64) return bytes.toBase64();
    let text = '';
    for (let n = 0; n < bytes.length; n += 8192) text += String.fromCharCode(...bytes.subarray(n, n + 8192));
    return btoa(text);
  };

  const event = (t, from, body, more = {}) => {
    const text = JSON.stringify(body);
    seq += 1;
    rows.push({
      kind: 0,
      seq,
      t,
      sent: t + 0.05 + Math.random() * 0.06,
      from,
      text,
      bytes: text.length,
      type: body.type,
      flags: 0,
      audioMs: 0,
      summary: '',
      session: 's1',
      ...more,
    });
    return rows.length - 1;
  };
  const other = (kind, t, type, head, flags = 0) =>
    rows.push({
      kind,
      seq: 0,
      t,
      sent: NaN,
      from: 2,
      head,
      text: '',
      bytes: 0,
      type,
      flags,
      audioMs: 0,
      summary: head.summary ?? '',
      session: head.session ?? '',
    });

  const words = ['It', 'is', '<b>sunny</b>', 'in', 'Lisbon,', '24', 'degrees.'];
  const speak = (session, from, start, lengthMs, pitch, arrive, ids) => {
    const samples = voice(start, lengthMs, pitch);
    const chunkMs = from === 'client' ? 100 : 250;
    for (let at = 0; at < lengthMs; at += chunkMs) {
      const part = samples.subarray((at / 1000) * rate, (Math.min(lengthMs, at + chunkMs) / 1000) * rate);
      const ms = (part.length / rate) * 1000;
      const body =
        from === 'client'
          ? { type: 'input_audio_buffer.append', audio: base64(part) }
          : {
              type: 'response.output_audio.delta',
              event_id: `event_${seq}`,
              response_id: ids.response,
              item_id: ids.item,
              output_index: 0,
              content_index: 0,
              delta: base64(part),
            };
      const row = event(arrive(at), from === 'client' ? 0 : 1, body, {
        flags: 16,
        audioMs: ms,
        session,
        ...ids,
        summary: `audio ${Math.round(ms)} ms`,
      });
      pieces.push({
        session,
        from,
        row,
        start: start + at,
        ms,
        samples: part,
        response: ids.response ?? '',
        item: ids.item ?? '',
      });
      if (from === 'server' && at % 500 === 0)
        event(
          arrive(at) + 3,
          1,
          {
            type: 'response.output_audio_transcript.delta',
            response_id: ids.response,
            item_id: ids.item,
            output_index: 0,
            content_index: 0,
            delta: ` ${words[(at / 500) % words.length]}`,
            obfuscation: 'aZ81kkPq21x',
          },
          { flags: 16, session, ...ids, summary: ` ${words[(at / 500) % words.length]}` },
        );
    }
  };

  /** What the server heard as an item: what was sent names none. */
  const heardAs = new Map();
  const turn = (session, t, n, outcome) => {
    const user = `item_CuUser${n}aBcDeFgHiJkLmNoP`;
    const response = `resp_CuResp${n}QrStUvWxYz01234`;
    const answer = `item_CuAnsw${n}qRsTuVwXyZ56789`;
    const spoke = 1400 + 300 * (n % 3);
    const heard = pieces.length;
    speak(session, 'client', t, spoke + 500, 128, (at) => t + at + 100, {});
    heardAs.set(user, pieces.slice(heard));
    rows.sort((a, b) => a.t - b.t);
    const started = event(
      t + 300,
      1,
      { type: 'input_audio_buffer.speech_started', event_id: `event_${seq}`, audio_start_ms: t, item_id: user },
      { session, item: user, summary: `at ${t} ms` },
    );
    const stop = t + spoke + 400;
    event(
      stop,
      1,
      { type: 'input_audio_buffer.speech_stopped', event_id: `event_${seq}`, audio_end_ms: stop, item_id: user },
      { session, item: user, summary: `after ${spoke} ms of speech` },
    );
    spans.push({
      key: `sp${n}${session}`,
      session,
      lane: 'speech',
      label: 'speech',
      start: t + 40,
      end: stop - 200,
      status: '',
      detail: '',
      startRow: started,
      endRow: null,
      response: '',
      item: user,
    });
    event(
      stop + 2,
      1,
      { type: 'input_audio_buffer.committed', event_id: `event_${seq}`, previous_item_id: null, item_id: user },
      { session, item: user, summary: user },
    );
    event(
      stop + 4,
      1,
      {
        type: 'conversation.item.added',
        event_id: `event_${seq}`,
        previous_item_id: null,
        item: {
          id: user,
          type: 'message',
          status: 'completed',
          role: 'user',
          content: [{ type: 'input_audio', transcript: null }],
        },
      },
      { session, item: user, summary: 'message, user, input_audio' },
    );
    const created = event(
      stop + 210,
      1,
      {
        type: 'response.created',
        event_id: `event_${seq}`,
        response: {
          object: 'realtime.response',
          id: response,
          status: 'in_progress',
          status_details: null,
          output: [],
          conversation_id: 'conv_Cu1',
          output_modalities: ['audio'],
          max_output_tokens: 'inf',
          usage: null,
          metadata: null,
        },
      },
      { session, response, summary: 'in progress' },
    );
    event(
      stop + 330,
      1,
      {
        type: 'conversation.item.input_audio_transcription.completed',
        event_id: `event_${seq}`,
        item_id: user,
        content_index: 0,
        transcript: 'What is the weather like in Lisbon today?',
        usage: { type: 'duration', seconds: 2 },
      },
      { session, item: user, summary: 'What is the weather like in Lisbon today?' },
    );
    event(
      stop + 350,
      1,
      {
        type: 'response.output_item.added',
        event_id: `event_${seq}`,
        response_id: response,
        output_index: 0,
        item: { id: answer, type: 'message', status: 'in_progress', role: 'assistant', content: [] },
      },
      { session, response, item: answer, summary: 'message, assistant' },
    );
    const length = outcome === 'cancelled' ? 1200 : 2600 + (n % 2) * 700;
    const arrivesIn = length / 3.5;
    speak(session, 'server', stop + 480, length, 205, (at) => stop + 480 + at / 3.5, { response, item: answer });
    const end = stop + 500 + arrivesIn;
    if (outcome === 'cancelled')
      event(
        end - 40,
        0,
        { type: 'response.cancel', response_id: response },
        { session, response, flags: 1, summary: response },
      );
    event(
      end,
      1,
      {
        type: 'response.output_audio.done',
        event_id: `event_${seq}`,
        response_id: response,
        item_id: answer,
        output_index: 0,
        content_index: 0,
      },
      { session, response, item: answer },
    );
    if (outcome !== 'failed')
      event(
        end + 1,
        1,
        {
          type: 'response.output_audio_transcript.done',
          event_id: `event_${seq}`,
          response_id: response,
          item_id: answer,
          output_index: 0,
          content_index: 0,
          transcript: 'It is <b>sunny</b> in Lisbon, 24 degrees.',
        },
        { session, response, item: answer, summary: 'It is <b>sunny</b> in Lisbon, 24 degrees.' },
      );
    const details =
      outcome === 'completed'
        ? null
        : {
            type: outcome,
            reason: outcome === 'cancelled' ? 'turn_detected' : undefined,
            error: outcome === 'failed' ? { type: 'server_error', code: 'rate_limit_exceeded' } : undefined,
          };
    event(
      end + 6,
      1,
      {
        type: 'response.done',
        event_id: `event_${seq}`,
        response: {
          object: 'realtime.response',
          id: response,
          status: outcome,
          status_details: details,
          output: [
            {
              id: answer,
              type: 'message',
              role: 'assistant',
              status: outcome,
              content: [{ type: 'output_audio', transcript: 'It is <b>sunny</b> in Lisbon, 24 degrees.' }],
            },
          ],
          usage: {
            total_tokens: 223,
            input_tokens: 139,
            output_tokens: 84,
            input_token_details: { text_tokens: 43, audio_tokens: 96, cached_tokens: 64 },
            output_token_details: { text_tokens: 20, audio_tokens: 64 },
          },
        },
      },
      { session, response, flags: outcome === 'failed' ? 4 : 0, summary: `${outcome}, 223 tokens` },
    );
    spans.push({
      key: `re${n}${session}`,
      session,
      lane: 'response',
      label: `resp_…${n}`,
      start: stop + 210,
      end: Math.max(end + 6, stop + 480 + length * 0.4),
      status: outcome,
      detail: outcome === 'cancelled' ? 'turn_detected' : outcome === 'failed' ? 'rate_limit_exceeded' : '',
      startRow: created,
      endRow: null,
      response,
      item: '',
    });
    event(
      end + 9,
      1,
      {
        type: 'rate_limits.updated',
        event_id: `event_${seq}`,
        rate_limits: [{ name: 'tokens', limit: 15_000_000, remaining: 14_999_700, reset_seconds: 0.001 }],
      },
      { session, summary: 'tokens 14,999,700 of 15,000,000' },
    );
    return Math.max(end, stop + 480 + length);
  };

  const openSession = (session, t, status = 101) =>
    other(
      1,
      t,
      status === 101 ? 'open' : `open ${status}`,
      {
        kind: 'open',
        session,
        url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime',
        status,
        headers: { authorization: '[redacted]', 'user-agent': 'openai/js 7.55.0' },
        subprotocols: [],
        upstream: 'ws://127.0.0.1:41234/v1',
        phases: { tcp: 0.4, upgrade: 1.9 },
        summary: status === 101 ? 'gpt-realtime, accepted' : 'refused: 401 Unauthorized',
      },
      status === 101 ? 0 : 4,
    );

  const hasRows = ['live', 'recorded', 'torn'].includes(state);
  const long = Number(query.get('rows') ?? 0);
  if (hasRows && long === 0) {
    openSession('s1', 3);
    event(
      8,
      1,
      {
        type: 'session.created',
        event_id: 'event_1',
        session: {
          type: 'realtime',
          id: 'sess_CuA',
          object: 'realtime.session',
          model: 'gpt-realtime',
          output_modalities: ['audio'],
          instructions: 'You are a helpful voice assistant.',
          tools: [],
          audio: {
            input: {
              format: { type: 'audio/pcm', rate: 24000 },
              turn_detection: { type: 'server_vad', threshold: 0.5, silence_duration_ms: 200 },
            },
            output: { voice: 'marin', speed: 1.0 },
          },
        },
      },
      { summary: 'gpt-realtime, voice marin' },
    );
    event(
      40,
      0,
      {
        type: 'session.update',
        session: {
          type: 'realtime',
          instructions: 'Answer in one short sentence.',
          tools: [
            {
              type: 'mcp',
              server_label: 'weather',
              server_url: 'https://mcp.example/sse',
              authorization: '[redacted]',
            },
            {
              type: 'function',
              name: 'get_weather',
              parameters: { type: 'object', properties: { city: { type: 'string' } } },
            },
          ],
        },
      },
      { flags: 2, summary: 'instructions, 2 tools', redacted: ['/session/tools/0/authorization'] },
    );
    event(
      62,
      1,
      { type: 'session.updated', event_id: 'event_2', session: { type: 'realtime', id: 'sess_CuA' } },
      { summary: 'instructions, tools' },
    );
    let t = 900;
    t = turn('s1', t, 1, 'completed');
    event(
      t + 200,
      0,
      { type: 'conversation.item.truncate', item_id: 'item_nope', content_index: 0, audio_end_ms: 99999 },
      { summary: 'to 99,999 ms' },
    );
    event(
      t + 230,
      1,
      {
        type: 'error',
        event_id: 'event_e',
        error: {
          type: 'invalid_request_error',
          code: 'invalid_value',
          message: 'Audio content of 2600ms is already shorter than 99999ms',
          param: null,
          event_id: null,
        },
      },
      { flags: 4, summary: 'Audio content of 2600ms is already shorter than 99999ms' },
    );
    t = turn('s1', t + 600, 2, 'cancelled');
    other(3, t + 10, 'ping', { kind: 'control', session: 's1', op: 'ping', summary: '0 B' });
    t = turn('s1', t + 300, 3, 'failed');
    event(
      t + 20,
      0,
      { type: 'vendor.custom', note: '<img src=x onerror=alert(1)>', big: 12345678901234567890n === undefined ? 0 : 1 },
      { summary: '<img src=x onerror=alert(1)>' },
    );
    openSession('s2', t + 400);
    openSession('s3', t + 450, 401);
    t = turn('s2', t + 700, 4, 'completed');
    const more = Number(query.get('sessions') ?? 0);
    for (let n = 0; n < more; n += 1) {
      openSession(`m${n + 1}`, t + 1000);
      t = turn(`m${n + 1}`, t + 1200, 5 + n, 'completed');
    }
    other(2, t + 900, 'close 1000', {
      kind: 'close',
      session: 's2',
      code: 1000,
      reason: 'done',
      by: 'client',
      summary: 'by client: done',
    });
  } else if (hasRows) {
    const types = [
      'input_audio_buffer.append',
      'response.output_audio.delta',
      'response.output_text.delta',
      'conversation.item.added',
      'response.done',
      'error',
    ];
    for (let n = 0; n < long; n += 1) {
      const pick = n % 997 === 0 ? 5 : n % 53 === 0 ? 4 : n % 31 === 0 ? 3 : n % 3;
      rows.push({
        kind: 0,
        seq: n + 1,
        t: n * 3.3,
        sent: n * 3.3 + 0.1,
        from: pick === 0 ? 0 : 1,
        text: '{"type":"x"}',
        bytes: 12,
        type: types[pick],
        flags: pick < 3 ? 16 : pick === 5 ? 4 : 0,
        audioMs: 0,
        summary: 'row',
        session: 's1',
        response: pick > 0 ? `resp_${Math.floor(n / 53)}` : '',
      });
    }
  }
  // Rows must be in the order of time, and pieces and spans must name them: renumber after sorting.
  const before = rows.slice();
  rows.sort((a, b) => a.t - b.t);
  const place = new Map(rows.map((row, at) => [row, at]));
  if (long === 0) {
    let n = 0;
    for (const row of rows) if (row.kind === 0) row.seq = ++n;
    for (const piece of pieces)
      piece.row = rows.findIndex((row) => row.audioMs > 0 && Math.abs(row.t - before[piece.row]?.t) < 1e-6);
    for (const span of spans) span.startRow = place.get(rows.find((row) => row.t >= span.start)) ?? 0;
  }
  pieces.sort((a, b) => a.start - b.start);
  spans.sort((a, b) => a.start - b.start);

  /** Where the audio of a row stands. */
  const pieceAt = new Map(pieces.map((piece) => [piece.row, piece.start]));
  let sentStrings = 1;
  const batch = (first, count) => {
    const slice = rows.slice(first, first + count);
    const column = (Type, of) => Type.from(slice, of);
    const result = {
      first,
      count,
      t: column(Float64Array, (row) => row.t),
      sent: column(Float64Array, (row) => row.sent),
      seq: column(Uint32Array, (row) => row.seq),
      kind: column(Uint8Array, (row) => row.kind),
      from: column(Uint8Array, (row) => row.from),
      flags: column(Uint16Array, (row) => row.flags),
      type: column(Uint32Array, (row) => intern(row.type)),
      session: column(Uint32Array, (row) => intern(row.session)),
      response: column(Uint32Array, (row) => intern(row.response ?? '')),
      item: column(Uint32Array, (row) => intern(row.item ?? '')),
      call: column(Uint32Array, () => 0),
      bytes: column(Float64Array, (row) => row.bytes),
      audioMs: column(Float32Array, (row) => row.audioMs),
      audioAt: Float64Array.from(slice, (row, at) => pieceAt.get(first + at) ?? row.t),
    };
    result.firstString = sentStrings;
    result.strings = strings.slice(sentStrings);
    sentStrings = strings.length;
    return result;
  };

  const bodyOf = (row, whole) => {
    const { kind, text, redacted, head } = rows[row];
    const cut = text.length > 4_194_304 && !whole;
    return {
      row,
      head: head ?? { kind: 'event', seq: rows[row].seq, ...(redacted ? { redacted } : {}) },
      format: kind === 0 ? 'json' : 'none',
      text: cut ? text.slice(0, 4_194_304) : text,
      cutFrom: cut ? text.length : 0,
    };
  };
  const chosen = (p) =>
    pieces.filter(
      (piece) =>
        piece.session === p.session &&
        piece.from === p.from &&
        (p.item === undefined || piece.item === p.item || heardAs.get(p.item)?.includes(piece)) &&
        (p.response === undefined || piece.response === p.response) &&
        (p.startMs === undefined || piece.start + piece.ms > p.startMs) &&
        (p.endMs === undefined || piece.start < p.endMs),
    );
  const clip = (p) => {
    const found = chosen(p);
    if (found.length === 0) return { rate, samples: new Int16Array(0), startMs: 0, problem: '' };
    const startMs = found[0].start;
    const last = found[found.length - 1];
    const samples = new Int16Array(Math.ceil(((last.start + last.ms - startMs) / 1000) * rate));
    for (const piece of found) samples.set(piece.samples, Math.round(((piece.start - startMs) / 1000) * rate));
    return { rate, samples, startMs, problem: '' };
  };
  const peaks = (p) => {
    const min = new Int16Array(p.buckets);
    const max = new Int16Array(p.buckets);
    const per = (p.endMs - p.startMs) / p.buckets;
    for (const piece of chosen({ session: p.session, from: p.from, startMs: p.startMs, endMs: p.endMs }))
      for (let n = 0; n < piece.samples.length; n += 4) {
        const at = Math.floor((piece.start + (n / rate) * 1000 - p.startMs) / per);
        if (at < 0 || at >= p.buckets) continue;
        min[at] = Math.min(min[at], piece.samples[n]);
        max[at] = Math.max(max[at], piece.samples[n]);
      }
    return { startMs: p.startMs, endMs: p.endMs, min, max };
  };

  const running = {
    state: 'running',
    http: 'http://127.0.0.1:8787/v1',
    https: 'https://localhost:8787/v1',
    ca: '/home/you/ca.pem',
    upstream: 'ws://127.0.0.1:41234/v1',
    upstreamKind: 'simulator',
    trouble: query.get('trouble') ?? '',
  };
  const proxyStates = {
    stopped: { state: 'stopped' },
    failed: {
      state: 'failed',
      message: 'Port 8787 and the nine after it are in use. Choose another with the setting realtimeInspector.port.',
    },
  };
  const status = {
    title: 'session.realtime.jsonl',
    live: !['recorded', 'torn', 'empty', 'reading'].includes(state),
    recording: true,
    proxy: proxyStates[state] ?? running,
    liveSessions: state === 'live' ? ['s1', 's2'] : [],
  };
  const document_ = () => ({
    rows: rows.length,
    analysed: rows.length,
    read: state === 'reading' ? 10 : 123_456,
    size: 123_456,
    startedAt: '2026-11-20T21:00:00.000Z',
    generator: 'fake',
    version: 1,
    sessions:
      hasRows && long === 0
        ? [
            { id: 's1', label: 'gpt-realtime', start: 3, end: null, status: 101 },
            { id: 's2', label: 'gpt-realtime', start: 17_740, end: null, status: 101 },
            { id: 's3', label: 'gpt-realtime', start: 17_790, end: 17_791, status: 401 },
          ]
        : [{ id: 's1', label: 'gpt-realtime', start: 0, end: null, status: 101 }],
    problems:
      state === 'torn' ? ['The last line is torn (writing it was cut short); everything before it is shown.'] : [],
  });

  const lastTime = () => rows[rows.length - 1].t;
  /** Puts rows at the end and tells of them. */
  const add = (make) => {
    const first = rows.length;
    make();
    tell('columns', batch(first, rows.length - first));
  };
  /** What a server would say: a field named `nonsense` is refused, an update and a response are taken. */
  const answer = (session, sent) => {
    const say = (type, body, more) => add(() => event(lastTime() + 20, 1, { type, ...body }, { session, ...more }));
    if (sent.session?.nonsense !== undefined)
      say(
        'error',
        {
          error: {
            type: 'invalid_request_error',
            code: 'unknown_parameter',
            message: "Unknown parameter: 'session.nonsense'.",
            param: 'session.nonsense',
            event_id: sent.event_id ?? null,
          },
        },
        { flags: 4, summary: "Unknown parameter: 'session.nonsense'." },
      );
    else if (sent.type === 'session.update') say('session.updated', { session: sent.session });
    else if (sent.type === 'response.create')
      say('response.created', { response: { id: 'resp_new', conversation_id: 'conv_1' } }, { response: 'resp_new' });
  };

  let generation = 0;
  const asked = [];
  const runs = [];
  /** Parts of an update come each in one of its own. */
  const tell = (name, params) => {
    const isPart = ['status', 'document', 'columns', 'analysis'].includes(name);
    const message = isPart ? { notify: 'update', params: { [name]: params } } : { notify: name, params };
    window.postMessage({ generation, ...message }, '*');
  };
  let presets = [];
  const handlers = {
    ready: () => {
      generation += 1;
      sentStrings = 1;
      setTimeout(() => {
        tell('status', status);
        tell('document', document_());
        for (let first = 0; first < rows.length; first += 50_000)
          tell('columns', batch(first, Math.min(50_000, rows.length - first)));
        tell('analysis', {
          spans: spans.map((span) => ({ call: '', marks: [], ...span })),
          turns: [],
          playback: [],
          findings: [],
          withdrawn: [],
          configs: [],
          metrics: [],
        });
        if (query.get('grow') === '1')
          setInterval(() => {
            const first = rows.length;
            for (let n = 0; n < 3; n += 1)
              event(
                rows[rows.length - 1].t + 40,
                1,
                { type: 'response.output_text.delta', delta: 'x' },
                { flags: 16, response: 'resp_live', summary: '"x"' },
              );
            event(rows[rows.length - 1].t + 40, 0, { type: 'response.create' });
            tell('columns', batch(first, 4));
          }, 100);
      }, 0);
      return { generation };
    },
    summaries: ({ rows: wanted }) => ({ summaries: wanted.map((row) => rows[row]?.summary ?? '') }),
    body: ({ row, whole }) => bodyOf(row, whole),
    peaks,
    waveforms: ({ places, buckets }) => {
      const found = places.map((place) => peaks({ ...place, buckets }));
      const joined = (of) => Int16Array.from(found.flatMap((each) => [...each[of]]));
      return { min: joined('min'), max: joined('max') };
    },
    audio: clip,
    saveWav: ({ name }) => ({ saved: `recordings/${name}` }),
    send: ({ session, to, text, replaces }) => {
      if (text.includes('"refuse"')) throw new Error(`Session ${session} is closed.`);
      const first = rows.length;
      event(rows[first - 1].t + 100, to === 'server' ? 0 : 1, JSON.parse(text), {
        flags: 1,
        session,
        summary: `made from row ${replaces}`,
      });
      setTimeout(() => tell('columns', batch(first, 1)), 5);
      setTimeout(() => answer(session, JSON.parse(text)), 300);
      return { sent: true };
    },
    /** Runs what it is given at once, a step each 40 ms; a wait is over when it begins. */
    startRun: (plan) => {
      const run = {
        id: runs.length + 1,
        session: plan.session,
        to: plan.to,
        state: 'running',
        text: '',
        step: 0,
        round: 0,
        times: plan.times,
        sent: 0,
        total: plan.times * plan.steps.reduce((sum, step) => sum + ('text' in step || 'audio' in step ? 1 : 0), 0),
        events: [],
      };
      runs.push(run);
      const queue = Array.from({ length: plan.times }, (_, round) =>
        plan.steps.map((step, at) => ({ step, at, round })),
      ).flat();
      const next = () => {
        const one = queue.shift();
        if (run.state !== 'running') return;
        if (one === undefined) run.state = 'done';
        else {
          const { step, at, round } = one;
          Object.assign(run, { step: at, round, text: 'wait' in step ? `Waiting for ${step.wait}` : '' });
          if ('text' in step || 'audio' in step) run.sent += 1;
          if ('text' in step) {
            const sent = JSON.parse(step.text);
            add(() => event(lastTime() + 20, plan.to === 'server' ? 0 : 1, sent, { flags: 1, session: plan.session }));
            const entry = { step: at, round, type: sent.type, row: rows.length - 1, answer: { kind: 'waiting' } };
            answer(plan.session, sent);
            if (rows.length - 1 > entry.row)
              entry.answer =
                rows.at(-1).type === 'error'
                  ? { kind: 'refused', row: rows.length - 1, message: rows.at(-1).summary, param: 'session.nonsense' }
                  : { kind: 'taken', row: rows.length - 1, type: rows.at(-1).type };
            run.events.push(entry);
          }
          setTimeout(next, 40);
        }
        tell('status', { ...status, runs: structuredClone(runs) });
      };
      setTimeout(next, plan.delayMs);
      tell('status', { ...status, runs: structuredClone(runs) });
      return { run: run.id };
    },
    cancelRun: ({ run }) => {
      runs[run - 1].state = 'cancelled';
      tell('status', { ...status, runs: structuredClone(runs) });
      return { cancelled: true };
    },
    readClipboard: () => ({ text: '{"type":"response.cancel"}' }),
    listPayloads: () => ({ payloads: ['payloads/hello.realtime.json'] }),
    readPayload: () => ({ text: '[{"type":"response.create"},{"wait":"response.done","timeoutMs":100}]' }),
    newSession: () => ({ session: 's9' }),
    closeSession: ({ session }) => {
      status.liveSessions = status.liveSessions.filter((id) => id !== session);
      add(() => other(2, lastTime() + 10, 'close 1000', { kind: 'close', session, code: 1000, by: 'client' }));
      tell('status', status);
      return { closed: true };
    },
    sessionState: ({ session, upTo = rows.length - 1 }) => ({
      session,
      row: upTo,
      dialect: 'openai',
      state: rows
        .slice(0, upTo + 1)
        .filter((row) => row.session === session && row.kind === 0)
        .reduce(
          (state, row) => protocol.advance(state, JSON.parse(row.text), row.from === 0 ? 'client' : 'server'),
          protocol.NEW_SESSION,
        ),
    }),
    related: () => ({ causes: [], effects: [] }),
    bufferSteps: () => ({ t: new Float64Array(0), ms: new Float64Array(0) }),
    copyRows: (params) => {
      fakeHost.copied = params;
      return { copied: 'ranges' in params ? params.ranges.length / 2 : 0, left: 0 };
    },
    saveRows: ({ ranges }) => ({ saved: 'selection.realtime.jsonl', rows: ranges.length / 2 }),
    compare: () => ({ opened: true }),
    pickForCompare: ({ row }) => ({ picked: `#${rows[row].seq} ${rows[row].type}` }),
    filterPresets: ({ save }) => {
      if (save) presets = save;
      return { presets };
    },
    openBody: () => ({ opened: true }),
    stopSearch: () => ({ stopped: true }),
    search: ({ search, text, regex, first }) => {
      const test = regex
        ? (body) => new RegExp(text, 'i').test(body)
        : (body) => body.toLowerCase().includes(text.toLowerCase());
      const found = rows.flatMap((row, at) => (at >= first && test(row.text) ? [at] : []));
      tell('found', { search, rows: found, looked: rows.length, of: rows.length });
      return { found: found.length, looked: rows.length, of: rows.length, complete: true };
    },
    run: () => ({ done: true }),
  };
  /** Lets the server of s1 say something. */
  const say = (type, body) => add(() => event(lastTime() + 20, 1, { type, ...body }));
  window.fakeHost = { asked, tell, rows, say };
  window.acquireVsCodeApi = () => ({
    getState: () => JSON.parse(sessionStorage.getItem('kept') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('kept', JSON.stringify(state)),
    postMessage: ({ id, request, params }) => {
      // It says what it has taken in.
      if (request === undefined) return;
      asked.push({ request, params });
      setTimeout(() => {
        try {
          window.postMessage({ id, ok: true, result: handlers[request](params) }, '*');
        } catch (error) {
          window.postMessage({ id, ok: false, error: error.message }, '*');
        }
      }, 1);
    },
  });
})();
