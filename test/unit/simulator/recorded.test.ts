import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/simulator/wire';
import { Script, ladder } from './script';
import { silence, speech } from './speech';

const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));

interface Line {
  direction: 'client' | 'server';
  event: Json;
}

function recorded(name: string): Line[] {
  const lines = readFileSync(`${folder}${name}.jsonl`, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

/** Plays the client's side of a recording to the simulator; the recordings' audio is cut off, so speech stands in for it. */
function replayed(lines: Line[]): Json[] {
  const server = lines.filter((line) => line.direction === 'server').map((line) => line.event);
  const model = String((server[0]?.['session'] as Json)['model']);
  const script = new Script({ model });
  let spoke = false;
  const calls: unknown[] = [];
  for (const [index, { direction, event }] of lines.entries()) {
    if (direction === 'server') continue;
    if (event['type'] !== 'input_audio_buffer.append') {
      // Ids the recorded server minted are not ours: an output answers our own call.
      const item = event['item'] as Json | undefined;
      script.send(item?.['call_id'] === undefined ? event : { ...event, item: { ...item, call_id: calls.shift() } });
    } else if (!spoke) {
      spoke = true;
      script.hear(Buffer.concat([silence(1500), speech('Hello, my name is Marcelo.'), silence(800)]));
    }
    const next = lines.slice(index + 1).find((line) => line.event['type'] !== 'response.created');
    if (next?.direction === 'client' && !event['type']?.toString().startsWith('response.')) continue;
    for (const sent of script.wait(20_000)) {
      if (sent.type === 'response.function_call_arguments.done') calls.push(sent['call_id']);
    }
  }
  return script.all.map(({ event }) => event);
}

/** Every path of a value with the JSON type found there, keys in order; what depends on the words is left out. */
function shape(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((element) => shape(element, `${path}[]`)))];
  if (typeof value !== 'object' || value === null) return [`${path}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`));
}

const TRANSCRIPTION = /input_audio_transcription/;

describe.runIf(existsSync(folder))('beside sessions recorded from the live service', () => {
  const WHOLE = [
    'test_openai_ws__test_audio_in_server_vad_turn',
    'test_openai_ws__test_message_history_seeding',
    'test_openai_ws__test_text_in_audio_out_turn',
    'test_azure_ws__test_text_in_audio_out_turn',
  ];

  const ROUND = 'test_parity_ws__test_text_tool_round_parity_openai-current';

  it.each(WHOLE)('%s has the same ladder of events', (name) => {
    const lines = recorded(name);
    const theirs = lines.filter((line) => line.direction === 'server').map((line) => line.event);
    const steps = (events: Json[]): string[] => {
      // Transcription runs beside the response and may land anywhere; rate limits came after some recordings had ended.
      const rest = events.filter(({ type }) => !TRANSCRIPTION.test(String(type)) && type !== 'rate_limits.updated');
      return ladder(rest);
    };
    expect(steps(replayed(lines))).toEqual(steps(theirs));
  });

  it.each([...WHOLE, ROUND])('%s has events of the same shape, field for field and in the same order', (name) => {
    const lines = recorded(name);
    const ours = new Map<string, Json[]>();
    for (const event of replayed(lines)) {
      const type = String(event['type']);
      ours.set(type, [...(ours.get(type) ?? []), event]);
    }
    let compared = 0;
    for (const { direction, event } of lines) {
      const type = String(event['type']);
      if (direction === 'client' || type === 'rate_limits.updated') continue;
      // Azure repeats the part under a second name.
      const { content: _content, ...theirs } = event;
      const shapes = (ours.get(type) ?? []).map((one) => shape(one).join('\n'));
      expect(shapes, type).toContain(shape(type.startsWith('response.content_part') ? theirs : event).join('\n'));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(10);
  });

  it('a tool round with commentary has the same ladder, the call begun before the commentary is closed', () => {
    const lines = recorded(ROUND);
    const steps = (events: Json[]): string[] => ladder(events.filter(({ type }) => type !== 'rate_limits.updated'));
    const theirs = lines.filter((line) => line.direction === 'server').map((line) => line.event);
    expect(steps(replayed(lines))).toEqual(steps(theirs));
  });
});
