import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { formatLadder, ladderReport, type LadderReport } from '../../../src/cli/ladder';
import { compareLadders, type Ladder } from '../../../src/simulator/ladder';
import { UnreadableRecordingError, type Recording } from '../../../src/simulator/recording';
import type { Json } from '../../../src/simulator/wire';
import { dist } from '../fidelity/bed';
import { Notes, SESSIONS, bargeIn, update, type NotedLine } from '../simulator/notes';

const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
/** Servers that speak another dialect: said, not matched. */
const OTHER = /voice_live|xai/;

const scratch = mkdtempSync(path.join(tmpdir(), 'ladder-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe.runIf(names.length > 0)('the ladder of a session recorded from the live service', () => {
  it.each(names.filter((name) => !OTHER.test(name)))(
    '%s is the simulator’s ladder too, field for field',
    async (name) => {
      const report = await ladderReport(path.join(folder, name));
      expect(report.same, formatLadder(report)).toBe(true);
      expect(report.sessions[0]?.rows.length).toBeGreaterThan(10);
    },
  );

  it.each(names.filter((name) => OTHER.test(name)))('%s differs, and it is said in what', async (name) => {
    const report = await ladderReport(path.join(folder, name));
    expect(report.same).toBe(false);
    expect(formatLadder(report)).toMatch(/^ {2}! /m);
  });
});

function written(lines: readonly unknown[]): string {
  const file = path.join(scratch, `${randomUUID()}.jsonl`);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(file, text.join('\n'));
  return file;
}

async function laddered(lines: readonly unknown[]): Promise<LadderReport> {
  return ladderReport(written(lines));
}

describe('a session written down with its sound cut off', () => {
  it.each(Object.keys(SESSIONS))('with %s comes out of its own recording again', async (name) => {
    const { lines } = SESSIONS[name]!();
    const report = await laddered(lines);
    expect(report.same, formatLadder(report)).toBe(true);
  });

  it('is matched as well where the client wrote down the server’s words late', async () => {
    const { lines } = SESSIONS['two calls at once, their outputs, and an answer beside the conversation']!();
    // What the client sent while three more events of the server were on their way.
    const late = [...lines];
    for (let at = 3; at < late.length; at += 1) {
      if (late[at]?.direction !== 'client' || late[at - 1]?.direction !== 'server') continue;
      if (late[at]?.event['type'] !== 'response.create') continue;
      const [message] = late.splice(at, 1);
      late.splice(at - 1, 0, message!);
    }
    const report = await laddered(late);
    expect(report.same, formatLadder(report)).toBe(true);
  });
});

it('a session whose limits come while the next response is being made is the same, with its times', async () => {
  const notes = new Notes({ turns: [{ when: { turn: 1 }, answer: { output: [{ say: 'One.' }] } }] });
  notes.send(update({ output_modalities: ['text'] }));
  notes.say('Go on');
  notes.respond();
  notes.respond();
  // The client takes its time to ask again, and the limits come after it has.
  const types = notes.lines.map(({ event }) => event['type']);
  const [limits] = notes.lines.splice(types.indexOf('rate_limits.updated'), 1);
  const begun = notes.lines.findLastIndex(({ event }) => event['type'] === 'response.created');
  notes.lines.splice(begun + 1, 0, limits!);
  const asked = notes.lines.findLastIndex(({ event }) => event['type'] === 'response.create');
  const timed = notes.lines.map((line, seq) => {
    const t = seq < asked ? seq : seq <= begun ? 500 : 520 + seq;
    return { kind: 'event', session: 's1', seq, t, sent: t, from: line.direction, event: line.event };
  });
  const report = await laddered(timed);
  expect(report.same, formatLadder(report)).toBe(true);
});

describe('a ladder that does not match', () => {
  const base = (): NotedLine[] => SESSIONS['errors of every kind between turns']!().lines;

  it.each<[string, (lines: NotedLine[]) => NotedLine[]]>([
    [
      'an event the simulator does not send',
      (lines) => [...lines.slice(0, -1), { direction: 'server', event: { type: 'x.y' } }, ...lines.slice(-1)],
    ],
    [
      'an event missing in the middle',
      (lines) => lines.filter(({ event }) => event['type'] !== 'response.content_part.done'),
    ],
    ['a field more', (lines) => changed(lines, 'response.done', (event) => ({ ...event, extra: 1 }))],
    [
      'another status',
      (lines) => changed(lines, 'response.output_item.done', (event) => ({ ...event, item: { status: 'odd' } })),
    ],
    [
      'finished words that are not those of its deltas',
      (lines) => changed(lines, 'response.output_audio_transcript.done', (event) => ({ ...event, transcript: 'No.' })),
    ],
    ['two events in the other order', (lines) => swapped(lines, 'conversation.item.added')],
  ])('because of %s is different', async (_name, change) => {
    const report = await laddered(change(base()));
    expect(report.same).toBe(false);
    expect(formatLadder(report)).toContain(': different');
    expect(report.sessions[0]?.differences.length).toBeGreaterThan(0);
  });

  it('names the fields only one side has, without all that lies within them', async () => {
    const odd = { deep: [{ er: 1 }] };
    const report = await laddered(
      changed(base(), 'response.done', (event) => ({
        ...event,
        extra: 1,
        response: { ...(event['response'] as Json), odd },
      })),
    );
    expect(formatLadder(report)).toContain('only recorded:  extra, response.odd\n');
    expect(report.sessions[0]?.differences).toContainEqual(
      expect.objectContaining({
        kind: 'fields',
        onlyRecorded: ['extra', 'response.odd', 'response.odd.deep', 'response.odd.deep[].er'],
      }),
    );
  });

  it('says in which deltas a run differs', async () => {
    const lines = base();
    const runs = lines.map(({ event }, at) => ({ type: event['type'], at }));
    const sound = runs.find(({ type }) => type === 'response.output_audio.delta')!.at;
    // A second item that nobody began: its sound cannot be told again.
    lines[sound] = { direction: 'server', event: { ...lines[sound]!.event, output_index: 1 } };
    const report = await laddered(lines);
    expect(report.sessions[0]?.differences).toContainEqual(
      expect.objectContaining({ kind: 'order', recorded: expect.arrayContaining(['response.output_audio.delta 1.1']) }),
    );
    expect(formatLadder(report)).toContain('other deltas');
  });

  it('says what the recording should have had at its end, and lists what it may lack', async () => {
    const { lines } = SESSIONS['two calls at once, their outputs, and an answer beside the conversation']!();
    const added = lines.findIndex(({ event }) => event['type'] === 'conversation.item.added');
    const [ladder] = (await laddered(lines.slice(0, added + 1))).sessions;
    expect(ladder?.differences).toMatchObject([{ kind: 'event', only: 'simulated', type: 'conversation.item.done' }]);
    const done = lines.findLastIndex(({ event }) => event['type'] === 'response.done');
    const [hungUp] = (await laddered(lines.slice(0, done + 1))).sessions;
    expect(hungUp).toMatchObject({ same: true, afterwards: ['rate_limits.updated', 'rate_limits.updated'] });
  });

  it('says that limits are missing when the recording went on without them', async () => {
    const timed = base().map((line, at) => ({
      kind: 'event',
      session: 's1',
      t: at,
      sent: at,
      from: line.direction,
      ...line,
    }));
    const last = timed.findLastIndex(({ event }) => event['type'] === 'response.done');
    const cutOff = timed.slice(0, last + 1);
    const closes = (t: number): Json => ({ kind: 'close', session: 's1', t, code: 1000, reason: '', by: 'client' });
    expect((await laddered([...cutOff, closes(last + 30)])).same).toBe(true);
    const long = await laddered([...cutOff, closes(last + 30_000)]);
    expect(long.sessions[0]?.differences).toMatchObject([{ type: 'rate_limits.updated', only: 'simulated' }]);
  });

  it('misses a transcription that was never completed although later ones were', async () => {
    const { lines } = SESSIONS['transcription only, words streaming while the user speaks']!();
    const first = lines.findIndex(({ event }) => String(event['type']).endsWith('transcription.completed'));
    const report = await laddered(lines.filter((_line, at) => at !== first));
    expect(report.sessions[0]?.differences).toMatchObject([
      { of: 'input 1', kind: 'event', only: 'simulated', type: expect.stringContaining('completed') as string },
    ]);
  });
});

describe('a session that was damaged', () => {
  const SHORT = [
    'errors of every kind between turns',
    'two calls at once, their outputs, and an answer beside the conversation',
    'an MCP server: its tools, a request for approval, a call, and another server that fails',
    'a picture and a question about it',
  ];
  const sessions = SHORT.map((name) => SESSIONS[name]!().lines);
  const place = fc.record({ session: fc.nat(SHORT.length - 1), at: fc.nat(10_000), to: fc.nat(10_000) });
  const compared = (lines: readonly NotedLine[]): Ladder => compareLadders(recordingOf(lines));

  /** What a recording may lack without showing it: sound, that it was refused, limits, the first greeting, and its own end. */
  const SILENT = /^(response\.output_audio\.delta|rate_limits\.updated|session\.created)$/;

  it('shows every event of the server that was dropped, but those whose absence looks like the live service', () => {
    for (const lines of sessions) {
      for (const [at, { direction, event }] of lines.entries()) {
        const last = !lines.slice(at + 1).some((line) => line.direction === 'server');
        const refusesSound = (event['error'] as Json | undefined)?.['param'] === 'audio';
        if (direction === 'client' || last || refusesSound || SILENT.test(String(event['type']))) continue;
        const dropped = compared(lines.filter((_line, index) => index !== at));
        expect(dropped.same, `without line ${at}, ${String(event['type'])}`).toBe(false);
      }
    }
  });

  it('cut anywhere is the same up to there, but between the events that come in one breath', () => {
    const breath = /^(conversation\.item\.added|mcp_list_tools\.\w+|input_audio_buffer\.(speech_stopped|committed))$/;
    // Every place of the short ones; of the spoken one, which takes longer, one in forty.
    const cases = [...sessions.map((lines) => ({ lines, step: 1 })), { lines: bargeIn().lines, step: 40 }];
    for (const { lines, step } of cases) {
      for (let length = 1; length <= lines.length; length += step) {
        const { direction, event } = lines[length - 1]!;
        if (direction === 'server' && (breath.test(String(event['type'])) || listing(event))) continue;
        const ladder = compared(lines.slice(0, length));
        expect(ladder.differences, `cut after ${length} lines, ${String(event['type'])}`).toEqual([]);
      }
    }
  }, 60_000);

  it('is compared to an end whatever is dropped, doubled, moved or turned into something else', () => {
    const odd = fc.oneof(fc.constant(null), fc.integer(), fc.string(), fc.constant({ type: 'response.created' }));
    fc.assert(
      fc.property(
        place,
        fc.constantFrom('drop', 'double', 'move', 'spoil'),
        fc.string(),
        odd,
        ({ session, at, to }, how, key, value) => {
          const lines = [...sessions[session]!];
          const [line] = lines.splice(at % lines.length, how === 'double' ? 0 : 1);
          const own = line ?? lines[at % lines.length]!;
          if (how === 'double') lines.splice(to % lines.length, 0, own);
          if (how === 'move') lines.splice(to % (lines.length + 1), 0, own);
          if (how === 'spoil') {
            const keys = Object.keys(own.event);
            const event = { ...own.event, [keys[to % keys.length] ?? key]: value } as Json;
            lines.splice(at % (lines.length + 1), 0, { ...own, event });
          }
          const ladder = compared(lines);
          expect(ladder.same).toBe(ladder.differences.length === 0);
          expect(
            formatLadder({ file: '', same: ladder.same, unreadable: 0, lost: 0, sessions: [ladder] }),
          ).toBeTruthy();
        },
      ),
      { numRuns: 150, seed: 4 },
    );
  }, 60_000);
});

describe('a long session', () => {
  it('of more than ten thousand messages is compared on the simulator’s own clock, and so is one that differs all along', () => {
    const notes = new Notes({ expiresAfterMs: 1e9 });
    notes.send(update({ output_modalities: ['text'] }));
    while (notes.lines.length < 10_000) {
      notes.say('Tell me more about it');
      notes.respond();
    }
    expect(compareLadders(recordingOf(notes.lines)).same).toBe(true);
    const other = notes.lines.filter(({ event }) => event['type'] !== 'response.content_part.done');
    expect(compareLadders(recordingOf(other)).same).toBe(false);
  }, 60_000);
});

describe('the file given to the ladder', () => {
  it('may hold several sessions, of which one can be chosen', async () => {
    const sessions = ['a picture and a question about it', 'failures and too few tokens'].flatMap((name, index) =>
      SESSIONS[name]!().lines.map((line) => ({ ...line, session: `s${index + 1}` })),
    );
    const all = await laddered(sessions);
    expect(all.sessions.map(({ session, same }) => [session, same])).toEqual([
      ['s1', true],
      ['s2', true],
    ]);
    const file = written(sessions);
    expect((await ladderReport(file, { session: 's2' })).sessions).toHaveLength(1);
    await expect(ladderReport(file, { session: 's3' })).rejects.toThrow(`has no session s3; it has s1, s2.`);
  });

  it('is refused when it holds no session or nothing of a server, and says so', async () => {
    const refused = async (file: string, message: RegExp): Promise<void> => {
      await expect(ladderReport(file)).rejects.toThrow(UnreadableRecordingError);
      await expect(ladderReport(file)).rejects.toThrow(message);
    };
    await refused(written(['{"a":1}', 'not json']), /holds no session/);
    await refused(path.join(scratch, 'none.jsonl'), /cannot be read/);
    await refused(written([{ direction: 'client', event: { type: 'response.create' } }]), /holds no server events/);
  });

  it('is compared without the lines that cannot be read, whose number is told', async () => {
    const { lines } = SESSIONS['a picture and a question about it']!();
    const report = await ladderReport(written([...lines, '{"direction":"server","event":{"type":"resp']));
    expect(report).toMatchObject({ same: true, unreadable: 1 });
    expect(formatLadder(report)).toContain('could not be read and were left out: 1');
  });

  it('is printed in two columns that hold, also beside long runs of deltas', async () => {
    const { lines } = SESSIONS['three spoken turns, the second cutting the first answer short']!();
    const text = formatLadder(await laddered(lines));
    const rows = text.split('\n').filter((line) => line.startsWith('    '));
    const at = rows[0]!.indexOf('simulated');
    expect(rows.some((row) => row.includes('transcript.delta x'))).toBe(true);
    for (const row of rows) expect(row.slice(at - 1), row).toMatch(/^ \S/);
    const long = `x.${'long'.repeat(30)}`;
    const wrapped = formatLadder(await laddered([...lines, { direction: 'server', event: { type: long } }]));
    expect(wrapped).toContain(`  ! ${long}\n    ${' '.repeat(at - 4)}-`);
  });

  it('prints what was captured without its control characters', async () => {
    const { lines } = SESSIONS['a picture and a question about it']!();
    const report = await laddered([
      ...lines,
      { direction: 'server', event: { type: '\u001b[31mred\u202e', '\u0007': 1 } },
    ]);
    expect(formatLadder(report)).toContain('?[31mred?');
    expect(formatLadder(report)).not.toMatch(/[\u0007\u001b\u202e]/);
  });

  it('decides how the command ends: 0 the same, 1 different, 2 unreadable', () => {
    const { lines } = SESSIONS['a picture and a question about it']!();
    const run = (file: string): { status: number | null; stderr: string } =>
      spawnSync(process.execPath, [path.join(dist, 'cli.cjs'), 'ladder', file, '--json'], { encoding: 'utf8' });
    expect(run(written(lines)).status).toBe(0);
    expect(run(written(swapped(lines, 'conversation.item.added'))).status).toBe(1);
    const unreadable = run(path.join(scratch, 'none.jsonl'));
    expect(unreadable.status).toBe(2);
    expect(unreadable.stderr.trim().split('\n')).toHaveLength(1);
  });
});

/** Servers are asked for their tools in the same breath, and the list is told with its item. */
function listing(event: Json): boolean {
  const { tools } = (event['session'] ?? {}) as { tools?: Json[] };
  const list = event['item'] as Json | undefined;
  return tools?.some(({ type }) => type === 'mcp') === true || list?.['type'] === 'mcp_list_tools';
}

function changed(lines: readonly NotedLine[], type: string, change: (event: Json) => Json): NotedLine[] {
  return lines.map((line) => (line.event['type'] === type ? { ...line, event: change(line.event) } : line));
}

/** The first event of that type behind the one after it. */
function swapped(lines: readonly NotedLine[], type: string): NotedLine[] {
  const at = lines.findIndex(({ event }) => event['type'] === type);
  return lines.map((line, index) => (index === at ? lines[at + 1]! : index === at + 1 ? lines[at]! : line));
}

function recordingOf(lines: readonly NotedLine[]): Recording {
  const messages = lines.map(({ direction, event }) => ({
    from: direction,
    text: JSON.stringify(event),
    event,
    t: undefined,
  }));
  return { id: '', url: '', messages, closedAt: undefined };
}
