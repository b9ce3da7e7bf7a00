import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  BETA_SESSION_FIELDS,
  ITEM_REFERENCE,
  ITEM_TYPES,
  MESSAGE_CONTENT,
  PART_TYPES,
  SESSION_FIELDS,
} from '../../../src/protocol/shapes';
import spec from '../../fixtures/protocol/specNames.json';

const types = readFileSync(
  fileURLToPath(new URL('../../../node_modules/openai/resources/realtime/realtime.d.ts', import.meta.url)),
  'utf8',
).replace(/\/\*\*.*?\*\//gs, '');

/** The own lines of an interface of the official package; `outer` is the namespace it stands in. */
function lines(name: string, outer?: string): string[] {
  const space =
    outer === undefined ? types : (new RegExp(`namespace ${outer} \\{\\n(.*?)^\\}`, 'ms').exec(types)?.[1] ?? '');
  const match = new RegExp(`^( *)(?:export )?interface ${name} \\{\\n(.*?)^\\1\\}`, 'ms').exec(space);
  expect(match, name).not.toBeNull();
  const indent = (match?.[1]?.length ?? 0) + 4;
  return (match?.[2] ?? '').split('\n').filter((line) => line.search(/\S/) === indent);
}

const fields = (name: string, outer?: string): string[] =>
  lines(name, outer).flatMap((line) => /^ *(\w+)\??:/.exec(line)?.[1] ?? []);

/** The literals a field `type` may have there. */
const literals = (name: string, outer?: string): string[] => {
  const line = lines(name, outer).find((one) => /^ *type\??:/.test(one)) ?? '';
  return [...line.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');
};

/** Names of the fields known directly below a path of the session. */
function below(path: string): string[] {
  const prefix = path === '' ? '' : `${path}.`;
  return SESSION_FIELDS.map((field) => field.path)
    .filter((known) => known.startsWith(prefix) && !known.slice(prefix.length).includes('.'))
    .map((known) => known.slice(prefix.length));
}

const places: [path: string, official: [name: string, outer?: string][], named: string[]][] = [
  [
    '',
    [['RealtimeSessionCreateRequest'], ['RealtimeTranscriptionSessionCreateRequest']],
    ['realtime', 'transcription'],
  ],
  ['audio.input', [['RealtimeAudioConfigInput'], ['RealtimeTranscriptionSessionAudioInput']], ['audio.input']],
  ['audio.output', [['RealtimeAudioConfigOutput']], ['audio.output']],
  ['audio.input.transcription', [['AudioTranscription']], ['transcriptionModel']],
  ['audio.input.noise_reduction', [['NoiseReduction', 'RealtimeAudioConfigInput']], []],
  [
    'audio.input.turn_detection',
    [
      ['ServerVad', 'RealtimeAudioInputTurnDetection'],
      ['SemanticVad', 'RealtimeAudioInputTurnDetection'],
    ],
    ['server_vad', 'semantic_vad'],
  ],
];

describe('the fields of a session', () => {
  it.each(places)(
    'below "%s" are those of the official package and of the definition files',
    (path, official, named) => {
      const wanted = new Set([
        ...official.flatMap(([name, outer]) => fields(name, outer)),
        ...named.flatMap((name) => spec.sessionFields[name as keyof typeof spec.sessionFields]),
      ]);
      expect(wanted.size).toBeGreaterThan(1);
      expect(below(path)).toEqual(expect.arrayContaining([...wanted]));
    },
  );

  it('hold what the service echoes besides, all but the key that only the REST answer had', () => {
    const echoed = [...spec.sessionFields.created, ...spec.sessionFields.createdTranscription];
    expect(echoed.filter((name) => !below('').includes(name))).toEqual(['client_secret']);
  });

  it('have a line each, and their outer field before them', () => {
    const seen = new Set<string>(['']);
    for (const { path, summary } of SESSION_FIELDS) {
      expect(seen.has(path.split('.').slice(0, -1).join('.')), path).toBe(true);
      expect(summary, path).toMatch(/^.{5,120}\.$/);
      seen.add(path);
    }
    expect(seen.size).toBe(SESSION_FIELDS.length + 1);
  });

  it('have a place for each flat field of the beta, or are known to be gone', () => {
    const flat = spec.betaSessionFields.filter((name) => !below('').includes(name));
    expect(Object.keys(BETA_SESSION_FIELDS).sort()).toEqual(flat.sort());
    for (const [old, now] of Object.entries(BETA_SESSION_FIELDS)) {
      if (now !== '')
        expect(
          SESSION_FIELDS.map((field) => field.path),
          old,
        ).toContain(now);
    }
  });
});

describe('items and their content', () => {
  it('are of the types in the official package and in the definition files', () => {
    const union =
      /export type ConversationItem = ([^;]+);/
        .exec(types)?.[1]
        ?.split('|')
        .map((part) => part.trim()) ?? [];
    expect(union).toHaveLength(9);
    const known = ITEM_TYPES.map((item) => item.type);
    expect(known).toEqual(expect.arrayContaining(union.flatMap((name) => literals(name))));
    expect(known).toEqual(expect.arrayContaining(Object.keys(spec.itemTypes)));
    expect(literals('ResponseItemReference')).toEqual([ITEM_REFERENCE]);
  });

  it('hold content of the types in the official package and in the definition files', () => {
    for (const [role, allowed] of Object.entries(MESSAGE_CONTENT)) {
      const name = `RealtimeConversationItem${role.charAt(0).toUpperCase()}${role.slice(1)}Message`;
      expect([...allowed].sort(), role).toEqual(literals('Content', name).sort());
      expect([...allowed].sort(), role).toEqual([...spec.contentTypes[role as keyof typeof MESSAGE_CONTENT]].sort());
    }
    expect([...PART_TYPES].sort()).toEqual(literals('Part', 'ResponseContentPartAddedEvent').sort());
    expect([...PART_TYPES].sort()).toEqual([...spec.contentTypes.part].sort());
  });
});
