/** Sessions made of events, as traces. */
import { eventIds } from '../../../src/protocol/ids';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';

export type Json = Record<string, unknown>;
/** `>` of the client, `<` of the server. */
export type Said = ['>' | '<', Json];

/** A trace of one session, an event every `every` ms. */
export function made(events: readonly Said[], every = 10, session = 's1', query?: string): Promise<string> {
  return traceFile(
    [
      HEADER,
      openLine(session, 1, query),
      ...lines(events, every, session),
      closeLine(session, (events.length + 2) * every),
      '',
    ].join('\n'),
  );
}

/** Their lines. */
export function lines(events: readonly Said[], every = 10, session = 's1'): string[] {
  return events.map(([side, event], at) => {
    const { response, item, call } = eventIds(event);
    const ids = { ...(response && { response }), ...(item && { item }), ...(call && { call }) };
    const from = side === '>' ? 'client' : 'server';
    return eventLine(at + 1, (at + 1) * every, from, JSON.stringify(event), { session, ...ids });
  });
}

/** A typed question and its answer in words. */
export function exchange(n: string, question: string, answer: string): Said[] {
  const [response_id, item_id] = [`resp_${n}`, `item_a${n}`];
  const user = { id: `item_u${n}`, type: 'message', role: 'user', content: [{ type: 'input_text', text: question }] };
  const item = {
    id: item_id,
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: answer }],
  };
  const place = { response_id, item_id, output_index: 0, content_index: 0 };
  const half = Math.ceil(answer.length / 2);
  return [
    ['>', { type: 'conversation.item.create', item: user }],
    ['>', { type: 'response.create' }],
    ['<', { type: 'conversation.item.added', event_id: `e1${n}`, item: user }],
    [
      '<',
      {
        type: 'response.created',
        event_id: `e2${n}`,
        response: { id: response_id, status: 'in_progress', output: [] },
      },
    ],
    [
      '<',
      {
        type: 'response.output_item.added',
        response_id,
        output_index: 0,
        item: { ...item, status: 'in_progress', content: [] },
      },
    ],
    ['<', { type: 'response.output_text.delta', ...place, delta: answer.slice(0, half), obfuscation: `x${n}` }],
    ['<', { type: 'response.output_text.delta', ...place, delta: answer.slice(half) }],
    ['<', { type: 'response.output_text.done', ...place, text: answer }],
    ['<', { type: 'response.output_item.done', response_id, output_index: 0, item }],
    [
      '<',
      {
        type: 'response.done',
        response: {
          id: response_id,
          status: 'completed',
          output: [item],
          usage: { total_tokens: 9 + n.length, input_tokens: 4, output_tokens: 5 },
        },
      },
    ],
  ];
}
