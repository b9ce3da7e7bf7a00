/** A trace to look at: refused requests, a configuration that changed, turns of which the first was cut. */
import { eventIds } from '../../../src/protocol/ids';
import { closeLine, eventLine, HEADER, openLine } from '../trace/traceLines';

/** What an app's user might send to a page that believes it. */
const HOSTILE = '<img src=x onerror="document.title=1">';
const audio = Buffer.alloc(24_000, 40).toString('base64');

/** Turn `n`: the user types, the model speaks a second, of which an app that cuts it lets half be heard. */
function turn(n: number, t: number, { isCut = false, isSpoken = true } = {}): string[] {
  const seq = n * 20;
  const line = (from: 'client' | 'server') => (at: number, event: object) => {
    const { response = '', item = '' } = eventIds(event as Record<string, unknown>);
    const ids = { ...(response && { response }), ...(item && { item }) };
    return eventLine(seq + at, t + at * 10, from, JSON.stringify(event), ids);
  };
  const [server, client] = [line('server'), line('client')];
  const answer = { id: `a${n}`, type: 'message', role: 'assistant', status: 'completed' };
  const content = [{ type: 'output_audio', transcript: `Answer number ${n} to you` }];
  const ids = { response_id: `r${n}`, item_id: `a${n}`, output_index: 0, content_index: 0 };
  return [
    client(1, {
      type: 'conversation.item.create',
      item: {
        id: `u${n}`,
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: `Question ${n} ${HOSTILE}` }],
      },
    }),
    server(2, {
      type: 'conversation.item.added',
      previous_item_id: n > 0 ? `a${n - 1}` : null,
      item: {
        id: `u${n}`,
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: `Question ${n} ${HOSTILE}` }],
      },
    }),
    client(3, { type: 'response.create' }),
    server(4, { type: 'response.created', response: { id: `r${n}`, status: 'in_progress', conversation_id: 'c' } }),
    server(5, { type: 'response.output_item.added', response_id: `r${n}`, item: { ...answer, content: [] } }),
    server(6, { type: 'conversation.item.added', previous_item_id: `u${n}`, item: { ...answer, content: [] } }),
    ...(isSpoken ? [7, 8].map((at) => server(at, { type: 'response.output_audio.delta', ...ids, delta: audio })) : []),
    server(9, { type: 'response.output_audio_transcript.done', ...ids, transcript: `Answer number ${n} to you` }),
    server(10, {
      type: 'response.done',
      response: { id: `r${n}`, status: 'completed', output: [{ ...answer, content }], usage: { total_tokens: 120 } },
    }),
    ...(isCut
      ? [client(11, { type: 'conversation.item.truncate', item_id: `a${n}`, content_index: 0, audio_end_ms: 500 })]
      : []),
  ];
}

const session = (more: object) => ({ type: 'realtime', id: 'sess_1', model: 'gpt-realtime', audio: {}, ...more });

/** The text of a trace of so many turns; with a hundred and more they have no sound. */
export function talkTrace(turns: number): string {
  const lines = [
    HEADER,
    openLine('s1', 10),
    eventLine(1, 20, 'server', JSON.stringify({ type: 'session.created', session: session({ instructions: 'Old' }) })),
    eventLine(2, 30, 'client', '{"type":"session.update","session":{"type":"realtime","instructions":"New","nope":1}}'),
    eventLine(3, 40, 'server', JSON.stringify({ type: 'session.updated', session: session({ instructions: 'New' }) })),
    eventLine(4, 50, 'client', '{"type":"response.cancel"}'),
    eventLine(
      5,
      60,
      'server',
      '{"type":"error","error":{"type":"invalid_request_error","code":"response_cancel_not_active","message":"Nothing runs"}}',
    ),
  ];
  for (let n = 1; n <= turns; n++) lines.push(...turn(n, n * 3000, { isCut: n === 1, isSpoken: turns < 100 }));
  return [...lines, closeLine('s1', turns * 3000 + 5000, 1000, 'bye'), ''].join('\n');
}
