import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, RETIRED, findEvent } from '../../../src/protocol/catalogue';
import spec from '../../fixtures/protocol/specNames.json';

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

  it('knows every event of the translation endpoint in the official package', () => {
    for (const [from, name] of [
      ['client', 'RealtimeTranslationClientEvent'],
      ['server', 'RealtimeTranslationServerEvent'],
    ] as const) {
      const members = union(name);
      expect(members.length).toBeGreaterThanOrEqual(3);
      for (const member of members) expect(findEvent(known.get(member)?.type ?? member, from), member).toBeDefined();
    }
  });

  it('knows every event named in the two definition files the project began with', () => {
    expect(spec.clientEvents).toHaveLength(12);
    expect(spec.serverEvents).toHaveLength(46);
    const missing = [
      ...spec.clientEvents.filter((type) => !findEvent(type, 'client')),
      ...spec.serverEvents.filter((type) => !findEvent(type, 'server')),
    ];
    expect(missing).toEqual([]);
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

  it('says how current each event is, and what replaced those that are not', () => {
    const legacy = CATALOGUE.filter((info) => info.status === 'legacy').map((info) => info.type);
    expect(legacy.sort()).toEqual([
      'conversation.created',
      'conversation.item.created',
      'transcription_session.update',
      'transcription_session.updated',
    ]);
    for (const info of [...CATALOGUE, ...RETIRED]) {
      const gone = info.status === 'legacy' || info.status === 'retired';
      expect(info.replacedBy.length > 0, info.type).toBe(gone);
      for (const type of info.replacedBy) expect(findEvent(type, info.from)?.status, type).toBe('ga');
    }
    expect(RETIRED.every((info) => info.status === 'retired')).toBe(true);
    expect(findEvent('response.audio.delta', 'server')?.replacedBy).toEqual(['response.output_audio.delta']);
    expect(findEvent('session.close', 'client')?.status).toBe('translation');
  });

  it('names only events that exist as neighbours, wholes and successors, and gives each a place in a session', () => {
    const exists = (type: string): boolean => CATALOGUE.some((info) => info.type === type);
    const lonely: string[] = [];
    for (const info of CATALOGUE) {
      for (const type of [...info.precededBy, ...info.followedBy])
        expect(exists(type), `${info.type}: ${type}`).toBe(true);
      if (info.precededBy.length + info.followedBy.length === 0) lonely.push(info.type);
    }
    // An error may come at any time, and so may a key press.
    expect(lonely.sort()).toEqual(['error', 'input_audio_buffer.dtmf_event_received']);
    for (const info of [...CATALOGUE, ...RETIRED].filter((one) => one.delta)) {
      expect(findEvent(info.deltaOf ?? '', 'server'), info.type).toBeDefined();
    }
  });

  it('says which ids an event carries and over what it travels', () => {
    expect(findEvent('response.output_item.added', 'server')?.ids).toEqual(['response_id', 'item.id', 'item.call_id']);
    expect(findEvent('session.update', 'client')?.ids).toEqual([]);
    expect(findEvent('output_audio_buffer.clear', 'client')?.transport).toBe('webrtc');
    expect(findEvent('input_audio_buffer.dtmf_event_received', 'server')?.transport).toBe('sip');
    expect(findEvent('response.output_audio.delta', 'server')?.transport).toBe('websocket');
    expect(findEvent('response.create', 'client')?.transport).toBe('any');
  });

  it('marks the events that come in runs', () => {
    const runs = CATALOGUE.filter((info) => info.delta).map((info) => info.type);
    expect(runs).toContain('input_audio_buffer.append');
    expect(runs).toContain('response.output_audio.delta');
    expect(runs).not.toContain('response.output_audio.done');
    expect(findEvent('response.output_audio.delta', 'server')?.deltaOf).toBe('response.output_audio.done');
    expect(findEvent('response.output_audio.done', 'server')?.deltaOf).toBeUndefined();
  });

  it('finds nothing for a type of the other end or of nobody', () => {
    expect(findEvent('response.done', 'client')).toBeUndefined();
    expect(findEvent('constructor', 'server')).toBeUndefined();
  });
});
