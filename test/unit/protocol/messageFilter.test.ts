import { describe, expect, it } from 'vitest';
import { compileMessageFilter, type FilterableMessage } from '../../../src/protocol/messageFilter';

const message = (from: 'client' | 'server', text: string | undefined, more: Partial<FilterableMessage> = {}) => ({
  session: 's1',
  from,
  text,
  ...more,
});
const MESSAGES: Record<string, FilterableMessage> = {
  update: message('client', '{"type":"session.update","session":{"instructions":"Say \\"hi\\"\\nnow"}}'),
  updated: message('server', '{ "session": {}, "type": "session.updated" }'),
  append: message('client', '{"type":"input_audio_buffer.append","audio":"AAAA"}', { session: 's2' }),
  empty: message('client', '{"type":"input_audio_buffer.append","audio":""}'),
  delta: message(
    'server',
    '{"type":"response.output_audio.delta","response_id":"resp_1","item_id":"item_1","delta":"AA=="}',
  ),
  failed: message('server', '{"type":"response.done","response":{"id":"resp_2","status":"failed"}}'),
  error: message('server', '{"type":"error","error":{"message":"no"}}'),
  call: message('server', '{"type":"response.function_call_arguments.done","call_id":"call_7"}'),
  own: message('client', '{"type":"response.create"}', { injected: true }),
  broken: message('client', '{"type":"session.update",}'),
  list: message('client', '[{"type":"session.update"}]'),
  bytes: message('server', undefined),
};
const all = Object.keys(MESSAGES);

/** The names of the messages that match; the sentence when the filter cannot be used. */
function matching(filter: string): string[] | string {
  const compiled = compileMessageFilter(filter);
  if (compiled.problem !== '') return compiled.problem;
  return all.filter((name) => 'matches' in compiled && compiled.matches(MESSAGES[name] as FilterableMessage));
}

describe('a filter over messages as they pass', () => {
  it.each<[string, string[]]>([
    ['', all],
    ['type:session.update', ['update']],
    ['type:session.update from:client', ['update']],
    ['type:session.update from:server', []],
    ['type:session.', ['update', 'updated']],
    ['type:/^session\\.updated?$/', ['update', 'updated']],
    ['session:s2', ['append']],
    ['response:resp_1', ['delta']],
    ['response:resp', ['delta', 'failed']],
    ['item:item_1', ['delta']],
    ['call:call_7', ['call']],
    ['from:inspector', ['own']],
    ['from:client -injected', ['update', 'append', 'empty', 'broken', 'list']],
    ['error', ['failed', 'error']],
    ['delta', ['append', 'empty', 'delta']],
    ['audio', ['append', 'delta']],
    ['is:audio,error', ['append', 'delta', 'failed', 'error']],
    ['injected', ['own']],
    ['binary', ['broken', 'list', 'bytes']],
    ['INSTRUCTIONS', ['update']],
    ['"say \\"', ['update']],
    ['/"status":"(failed|incomplete)"/', ['failed']],
    ['-session -response', ['append', 'empty', 'error', 'bytes']],
  ])('%s', (filter, names) => {
    expect(matching(filter)).toEqual(names);
  });

  it.each([
    ['turn:3', /turn: is known only after the analysis/],
    ['-turn:3', /turn: is known only after the analysis/],
    ['finding:slow', /finding: is known only after the analysis/],
    ['finding', /finding is known only of a recorded message/],
    ['is:error,redacted', /redacted is known only/],
    ['held', /held is known only/],
    ['typ:session.update', /Is type: meant/],
    ['from:nobody', /from: takes client, server or inspector/],
    ['/unclosed[/', /no regular expression/],
    [`/${'a?'.repeat(13)}b/`, /no regular expression \(more than 12 things in it may be left out\)/],
    [`type:/${'(?:a|)'.repeat(13)}b/`, /more than 12 things/],
    ['from:client type:', /A value is missing behind type:/],
    ['"open', /not closed/],
  ])('%s is said to be wrong', (filter, sentence) => {
    expect(matching(filter)).toMatch(sentence);
  });

  it.each([
    `/${'a.*?b.+?c'.repeat(13)}/`,
    `/${'(?:a)(?=b)[?]'.repeat(13)}\\?\\?/`,
    `/${'a?'.repeat(12)}/`,
    `/${'a|b|'.repeat(13)}c/`,
  ])('%s is an expression: little in it may be left out', (filter) => {
    expect(compileMessageFilter(filter).problem).toBe('');
  });

  it.each<[string, string[]]>([
    ['type:error', ['client', 'server']],
    ['from:client', ['client']],
    ['type:x from:server', ['server']],
    ['-from:server', ['client']],
    ['from:client from:server', []],
    ['from:inspector', ['client', 'server']],
  ])('%s can match messages of %j', (filter, sides) => {
    const compiled = compileMessageFilter(filter);
    expect('sides' in compiled && compiled.sides).toEqual(sides);
  });
});
