import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/protocol/catalogue';
import { fieldsAt } from '../../../src/protocol/fields';
import { lintEvent } from '../../../src/protocol/lint';
import { NEW_SESSION, advance, expectedConfig, type SessionState } from '../../../src/protocol/state/session';
import { eventTemplate } from '../../../src/protocol/templates';
import { rewriteToGa } from '../../../src/protocol/validate/fix';

type Json = Record<string, unknown>;

const ODD: unknown[] = [
  null,
  7,
  -1.5,
  '',
  'x',
  true,
  [],
  [[null]],
  {},
  { type: 5 },
  JSON.parse('{"__proto__":{"a":1}}'),
];

/** The event with each of its values, at any depth, in turn replaced by `odd`. */
function* spoilt(value: unknown, odd: unknown): Generator<unknown, void, undefined> {
  yield odd;
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) {
      for (const bad of spoilt(inner, odd)) yield value.with(index, bad);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      for (const bad of spoilt(inner, odd)) yield { ...value, [name]: bad };
    }
  }
}

const templates = CATALOGUE.map(({ type, from }) => ({
  from,
  event: JSON.parse(eventTemplate(type, from) ?? '') as Json,
}));
/** A session in which every kind of event has been seen. */
const busy = templates.reduce<SessionState>((state, { event, from }) => advance(state, event, from), NEW_SESSION);

describe('an event spoilt at any one place', () => {
  it.each(ODD.map((odd) => [JSON.stringify(odd), odd] as const))(
    'with %s has an answer for it, and marks its own text',
    (_, odd) => {
      let checked = 0;
      for (const { event, from } of templates) {
        for (const bad of spoilt(event, odd)) {
          const text = JSON.stringify(bad);
          for (const { offset, length, message, fix } of lintEvent(text, from, busy)) {
            expect(offset >= 0 && length > 0 && offset + length <= text.length, `${text}: ${message}`).toBe(true);
            expect(message).not.toMatch(/undefined|\[object|NaN/);
            if (fix) expect(() => JSON.parse(fix.text) as unknown, fix.title).not.toThrow();
          }
          if (typeof bad !== 'object' || bad === null || Array.isArray(bad)) continue;
          expectedConfig(advance(busy, bad as Json, from));
          fieldsAt(bad as Json, from, ['session']);
          rewriteToGa(structuredClone(bad) as Json);
          checked += 1;
        }
      }
      expect(checked).toBeGreaterThan(500);
      expect(({} as Json)['a']).toBeUndefined();
    },
  );
});
