import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, findEvent } from '../../../src/protocol/catalogue';

const types = readFileSync(
  fileURLToPath(new URL('../../../node_modules/openai/resources/realtime/realtime.d.ts', import.meta.url)),
  'utf8',
);

/** Interfaces by name: the type literal they declare and their own fields, from the official package's types. */
function interfaces(): Map<string, { type: string; required: string[]; all: string[] }> {
  const found = new Map<string, { type: string; required: string[]; all: string[] }>();
  const plain = types.replace(/\/\*\*.*?\*\//gs, '');
  for (const match of plain.matchAll(/^( *)(?:export )?interface (\w+) \{\n(.*?)^\1\}/gms)) {
    const [, indent = '', name = '', body = ''] = match;
    const type = /^ *type: '([\w.]+)';/m.exec(body)?.[1];
    if (type === undefined) continue;
    const fields = [...body.matchAll(/^( +)(\w+)(\??):/gm)].filter((field) => field[1] === `${indent}    `);
    const names = (optional: boolean): string[] =>
      fields.filter((field) => optional || field[3] === '').map((field) => field[2] ?? '');
    found.set(name, { type, required: names(false), all: names(true) });
  }
  return found;
}

function union(name: string): string[] {
  const body = new RegExp(`export type ${name} = ([^;]+);`).exec(types)?.[1] ?? '';
  return body.split('|').map((part) => part.trim().replace(/^RealtimeServerEvent\./, ''));
}

describe('the event catalogue', () => {
  const known = interfaces();
  const sides = [
    ['client', union('RealtimeClientEvent'), 11],
    ['server', union('RealtimeServerEvent'), 46],
  ] as const;

  for (const [from, members, atLeast] of sides) {
    it(`knows every ${from} event of the official package, with its fields`, () => {
      expect(members.length).toBeGreaterThanOrEqual(atLeast);
      for (const member of members) {
        const official = known.get(member);
        expect(official, member).toBeDefined();
        if (!official) continue;
        const info = findEvent(official.type, from);
        expect(info, official.type).toBeDefined();
        expect(Object.keys(info?.fields ?? {}), official.type).toEqual(expect.arrayContaining(official.all));
        // `name` of function_call_arguments.done is declared required but older recordings lack it.
        const required = official.required.filter((field) => field !== 'type' && field !== 'name');
        expect([...(info?.required ?? [])].sort(), official.type).toEqual(required.sort());
      }
    });
  }

  it('knows the older transcription-session pair too', () => {
    expect(findEvent('transcription_session.update', 'client')).toBeDefined();
    expect(findEvent('transcription_session.updated', 'server')).toBeDefined();
  });

  it('has each event once per direction, with a line and a paragraph about it', () => {
    const keys = CATALOGUE.map((info) => `${info.from} ${info.type}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const info of CATALOGUE) {
      expect(info.summary, info.type).toMatch(/^[^\n]{10,120}\.$/);
      expect(info.doc, info.type).toMatch(/\.$/);
      expect(info.doc).not.toBe(info.summary);
      expect(info.family).toBe(info.type.split('.')[0]);
    }
  });

  it('marks the events that come in runs', () => {
    const runs = CATALOGUE.filter((info) => info.delta).map((info) => info.type);
    expect(runs).toContain('input_audio_buffer.append');
    expect(runs).toContain('response.output_audio.delta');
    expect(runs).not.toContain('response.output_audio.done');
  });

  it('finds nothing for a type of the other end or of nobody', () => {
    expect(findEvent('response.done', 'client')).toBeUndefined();
    expect(findEvent('constructor', 'server')).toBeUndefined();
  });
});
