import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Validator } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, findEvent } from '../../../src/protocol/catalogue';
import { fieldDoc, fieldsAt, type DocumentedSchema } from '../../../src/protocol/fields';
import { eventTemplate } from '../../../src/protocol/templates';
import { definitionOf } from '../../../src/protocol/validate/definitions';

const file = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const documented = JSON.parse(readFileSync(file('media/schema/realtime.schema.json'), 'utf8')) as Schema &
  DocumentedSchema;

describe('the JSON Schema in media/schema', () => {
  it('is what the installed package’s types give', () => {
    const run = () =>
      execFileSync(process.execPath, [file('scripts/generateSchema.mjs'), '--check'], { stdio: 'pipe' });
    expect(run).not.toThrow();
  });

  it('has a definition for every event of the catalogue', () => {
    const without = CATALOGUE.filter((info) => definitionOf({}, info.type, info.from) === undefined);
    expect(without.map((info) => info.type)).toEqual([]);
  });

  it('accepts what another reader of JSON Schema should accept, and refuses what it should refuse', () => {
    const validator = new Validator(documented, '7');
    const template = JSON.parse(eventTemplate('session.update', 'client') ?? '') as Record<string, unknown>;
    expect(validator.validate(template).valid).toBe(true);
    expect(validator.validate({ ...template, session: { type: 'robot' } }).valid).toBe(false);
    expect(validator.validate({ type: 'input_audio_buffer.append' }).valid).toBe(false);
  });

  it.each(['clientEvent', 'serverEvent', 'sessionUpdate', 'responseCreate', 'session', 'item', 'tools'])(
    'has a door %s that leads somewhere',
    (name) => {
      const door = JSON.parse(readFileSync(file(`media/schema/${name}.schema.json`), 'utf8')) as { $ref: string };
      const [target, definition = ''] = door.$ref.split('#/definitions/');
      expect(target).toBe('realtime.schema.json');
      expect(documented.definitions[definition]?.description).toMatch(/\w+/);
    },
  );
});

describe('the fields at a place', () => {
  const update = (session: Record<string, unknown>) => ({ type: 'session.update', session });
  const names = (event: Record<string, unknown>, path: (string | number)[]) =>
    fieldsAt(event, 'client', path).map((field) => field.name);

  it('follow what the event itself says it is', () => {
    const vad = (type: string) => update({ type: 'realtime', audio: { input: { turn_detection: { type } } } });
    const path = ['session', 'audio', 'input', 'turn_detection'];
    expect(names(vad('server_vad'), path)).toContain('threshold');
    expect(names(vad('server_vad'), path)).not.toContain('eagerness');
    expect(names(vad('semantic_vad'), path)).toContain('eagerness');
    expect(names(update({ type: 'transcription' }), ['session'])).not.toContain('tools');
    expect(names(update({ type: 'realtime' }), ['session'])).toContain('tools');
  });

  it('reach into arrays', () => {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text' }] };
    expect(names({ type: 'conversation.item.create', item }, ['item', 'content', 0])).toContain('image_url');
    const tools = [{ type: 'function' }, { type: 'mcp' }];
    expect(names(update({ type: 'realtime', tools }), ['session', 'tools', 0])).toContain('parameters');
    expect(names(update({ type: 'realtime', tools }), ['session', 'tools', 1])).toContain('server_url');
  });

  it('come with their types, values and need', () => {
    const [type] = fieldsAt(update({}), 'client', ['session']);
    expect(type).toMatchObject({ name: 'type', values: ['realtime', 'transcription'] });
    const event = update({ type: 'realtime', audio: { input: { turn_detection: { type: 'semantic_vad' } } } });
    const fields = fieldsAt(event, 'client', ['session', 'audio', 'input', 'turn_detection']);
    const eagerness = fields.find((field) => field.name === 'eagerness');
    expect(eagerness).toMatchObject({ required: false, types: ['string'], values: ['low', 'medium', 'high', 'auto'] });
    expect(fields.find((field) => field.name === 'type')?.required).toBe(true);
  });

  it('include those that live events have and types lack', () => {
    const delta = { type: 'response.output_text.delta' };
    expect(fieldsAt(delta, 'server').map((field) => field.name)).toContain('obfuscation');
    expect(findEvent('response.output_text.delta', 'server')?.required).not.toContain('obfuscation');
  });

  it('are none where nothing is known', () => {
    expect(fieldsAt({ type: 'no.such.event' }, 'client')).toEqual([]);
    expect(fieldsAt({}, 'client')).toEqual([]);
    expect(fieldsAt(update({ type: 'realtime' }), 'client', ['session', 'constructor', 'x'])).toEqual([]);
  });

  it('have words of our own where the types have none', () => {
    const item = { type: 'message', role: 'assistant' };
    const doc = (
      event: Record<string, unknown>,
      path: string[],
      name: string,
      from: 'client' | 'server' = 'client',
    ) => {
      const field = fieldsAt(event, from, path).find((one) => one.name === name);
      return field && fieldDoc(documented, field);
    };
    expect(doc({ type: 'conversation.item.create', item }, ['item'], 'phase')).toContain('`final_answer`');
    expect(doc({ type: 'response.output_item.done', item }, ['item'], 'phase', 'server')).toContain('`commentary`');
    const create = { type: 'response.create', response: { audio: {} } };
    expect(doc(create, ['response'], 'input')).toContain('Input items');
    expect(doc(create, ['response', 'audio'], 'output')).toContain('voice and speed');
    expect(doc(update({ type: 'realtime', audio: {} }), ['session', 'audio'], 'input')).toContain('turn detection');
  });

  it('are documented, every one that is in a definition', () => {
    const { definitions } = JSON.parse(readFileSync(file('media/schema/check.json'), 'utf8')) as {
      definitions: Record<string, { properties?: Record<string, unknown> }>;
    };
    const silent = Object.entries(definitions).flatMap(([definition, { properties }]) =>
      Object.keys(properties ?? {}).flatMap((name) => {
        const field = { name, definition, required: false, types: [], values: [], elements: [] };
        return fieldDoc(documented, field) === undefined ? [`${definition}.${name}`] : [];
      }),
    );
    expect(silent).toEqual([]);
  });

  it('are documented, all but a few, for every field of every template', () => {
    let documentedFields = 0;
    const silent: string[] = [];
    for (const { type, from } of CATALOGUE) {
      const event = JSON.parse(eventTemplate(type, from) ?? '{}') as Record<string, unknown>;
      for (const path of [[], ['session'], ['response'], ['item'], ['session', 'audio', 'input']]) {
        for (const field of fieldsAt(event, from, path)) {
          if (fieldDoc(documented, field) === undefined) silent.push(`${field.definition} ${field.name}`);
          else documentedFields += 1;
        }
      }
    }
    expect(documentedFields).toBeGreaterThan(400);
    expect(silent.length / documentedFields).toBeLessThan(0.05);
  });
});
