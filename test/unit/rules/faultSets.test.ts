import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { validateEvent } from '../../../src/protocol';
import { FAULT_SETS, faultSet } from '../../../src/rules/faultSets';
import type { Step } from '../../../src/rules/model';
import { parseRules } from '../../../src/rules/ruleFile';
import { createRuleSet } from '../../../src/rules/ruleSet';
import { actionsOf } from '../../../src/rules/written';
import { ERRORS, FAILURES } from '../../../src/simulator/texts';
import { message } from './passing';

const MEDIA = new URL('../../../media/', import.meta.url);
const inForce = (...faultSets: string[]) =>
  createRuleSet(parseRules(JSON.stringify({ faultSets }), 'r.jsonc'), { seed: 3 });
const CREATE = { type: 'response.create', event_id: 'e1' };
const RESPONSE = { id: 'r1', object: 'realtime.response', status: 'completed', status_details: null, output: [] };

describe.each(FAULT_SETS.map(({ id }) => id))('the fault set %s', (id) => {
  it('is a rules file in which nothing is wrong, and can be switched on by its name', () => {
    const text = readFileSync(fileURLToPath(new URL(`rules/${id}.json`, MEDIA)), 'utf8');
    expect(parseRules(text, `${id}.json`).problems).toEqual([]);
    const parsed = parseRules(JSON.stringify({ faultSets: [id] }), 'r.jsonc');
    expect(parsed.problems).toEqual([]);
    expect(parsed.rules.length).toBe(faultSet(id)!.rules.length);
    expect(
      parsed.rules.every(({ info, written }) => info.active && info.faultSet === id && actionsOf(written!).length),
    ).toBe(true);
    expect(faultSet(id)!.description).toMatch(/\w/);
  });

  it('sends only events that a client knows', () => {
    const session = inForce(id).session('s1', { seed: 1 });
    const steps: Step[] = [];
    const passing = [
      message('client', CREATE),
      message('server', { type: 'session.created', event_id: 'x', session: { type: 'realtime' } }),
      message('server', { type: 'response.created', event_id: 'x', response: RESPONSE }),
      message('server', { type: 'response.done', event_id: 'x', response: RESPONSE }),
      message('server', {
        ...{ type: 'rate_limits.updated', event_id: 'x' },
        rate_limits: [{ name: 'tokens', limit: 9, remaining: 5, reset_seconds: 1 }],
      }),
      message('server', {
        ...{ type: 'conversation.item.input_audio_transcription.completed', event_id: 'x', item_id: 'i1' },
        ...{ content_index: 0, transcript: 'Hi', usage: { type: 'duration', seconds: 1 } },
      }),
    ];
    for (let round = 0; round < 20; round += 1)
      for (const each of passing) steps.push(...(session.message(each)?.steps ?? []));
    const texts = steps.flatMap((step) => (step.kind === 'inject' || step.kind === 'send' ? [step.text] : []));
    for (const text of texts)
      expect(
        validateEvent(text, 'server').filter(({ severity }) => severity !== 'note'),
        text,
      ).toEqual([]);
  });
});

it('the sets fail in the words of the API', () => {
  const text = JSON.stringify(FAULT_SETS);
  for (const { message: words } of [
    ERRORS.sessionExpired,
    { message: FAILURES.rate_limit_exceeded.message.replace('{model}', 'gpt-realtime') },
    { message: FAILURES.server_error.message.replace('{session}', 'sess_${newId}') },
  ])
    expect(text).toContain(words);
});

it('the schema knows every set', () => {
  const schema = JSON.parse(readFileSync(fileURLToPath(new URL('schema/rules.schema.json', MEDIA)), 'utf8')) as {
    properties: { faultSets: { items: { enum: string[]; enumDescriptions: string[] } } };
  };
  const { items } = schema.properties.faultSets;
  expect(items.enum).toEqual(FAULT_SETS.map(({ id }) => id));
  expect(items.enumDescriptions).toHaveLength(FAULT_SETS.length);
});

it('an expired session tells the client, and then closes as the service does', () => {
  const verdict = inForce('session-expiry')
    .session('s1', { seed: 1 })
    .message(message('server', { type: 'session.created', session: {} }));
  expect(verdict?.steps.map(({ kind, delayMs }) => [kind, delayMs])).toEqual([
    ['pass', 0],
    ['inject', 60_000],
    ['disconnect', 60_050],
  ]);
});

it('a refused response begins and ends under one id', () => {
  const session = inForce('rate-limited').session('s1', { seed: 1 });
  const verdicts = Array.from({ length: 20 }, () => session.message(message('client', CREATE))).filter(Boolean);
  expect(verdicts.length).toBeGreaterThan(3);
  const [created, done] = verdicts[0]!.steps.map(
    (step) => JSON.parse('text' in step ? step.text! : '') as { response: { id: string } },
  );
  expect(created!.response.id).toMatch(/^resp_\w{21}$/);
  expect(done!.response.id).toBe(created!.response.id);
});
