import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { doubtsOf } from '../../../src/replay/client/doubts';
import { NO_OVERLAY, settingOf, type Setting } from '../../../src/replay/client/overlay';
import { parseOverlays } from '../../../src/replay/client/overlayFile';
import { cleanUp, dist } from '../fidelity/bed';
import { Tape } from './taped';

afterEach(cleanUp);

const doubted = (text: string, file = 'a.replay.yaml'): string[] => {
  const read = parseOverlays(text, file);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.doubts.map(({ line, column, message, severity }) => `${severity} ${line}:${column} ${message}`);
};

it('a mistyped path is doubted at its name, with what was meant, and counts all the same', () => {
  expect(doubted('set:\n  session.audio.inputt.turn_detection: { type: semantic_vad }\n')).toEqual([
    'warning 2:3 "inputt" is not a known field of "session.audio". Did you mean "input"? The live service refuses the whole update for one such.',
  ]);
  expect(
    doubted(
      '{ "runs": [{ "name": "a" ,\n "set": { "session.audio.input.turn_detection": { "typ": 1 } } }] }',
      'a.json',
    ),
  ).toEqual(['warning 2:49 Missing required field "session.audio.input.turn_detection.type".']);
  expect(doubted('set: { response.outputt_modalities: [text] }\n')).toEqual([
    'warning 1:8 "outputt_modalities" is not a known field of "response". Did you mean "output_modalities"?',
  ]);
});

it('so are values that no server takes, and what no kind of session or turn detection has', () => {
  expect(doubted('set:\n  session.audio.input.turn_detection:\n    type: semantic_vadd\n')[0]).toMatch(
    /^warning 3:11 .*did you mean "semantic_vad"\?/,
  );
  expect(doubted('set: { session.audio.input.turn_detection.eagernes: high }')[0]).toMatch(
    /Did you mean "eagerness"\?/,
  );
  expect(
    doubted(
      'set: { session.audio.input.turn_detection.type: server_vad }\nruns: [{ name: a, set: { session.audio.input.turn_detection.eagerness: high } }]',
    )[0],
  ).toMatch(/^warning 2:26 "eagerness" is not a known field/);
  expect(doubted('insert: [{ after: 0, event: { type: response.creat } }]')[0]).toMatch(
    /did you mean "response\.create"/,
  );
  expect(doubted('frames: [{ type: response.create, set: { response.metadat: {} } }]')[0]).toMatch(/"metadat"/);
});

it('what some session may hold is no slip, nor are names of the beta interface, whose recordings there are', () => {
  expect(
    doubted(`set:
  session.audio.input.turn_detection.silence_duration_ms: 500
  session.tools[0].name: other
  session.audio.output.voice: marin
  session.prompt: { id: pmpt_1, variables: { any: x } }
  session.turn_detection: { type: server_vad }
  response.metadata: { a: b }
frames: [{ seq: 3, set: { 'item.contentt': 1 } }]
`),
  ).toEqual([]);
  expect(doubted('set: { session.audio.input.turn_detection: null }')).toEqual([]);
  expect(doubted('set: { session.audio.output.language: es }')).toEqual([]);
});

it('beside fields of another server in the recorded configuration, one more is no slip', () => {
  const setting = settingOf('session.audio.enhancer', '"on"') as Setting;
  const own = { ...NO_OVERLAY, set: [setting] };
  const update = (audio: object) => JSON.stringify({ type: 'session.update', session: { type: 'realtime', audio } });
  expect(doubtsOf(own, own, update({ input: {} }))).toHaveLength(1);
  expect(doubtsOf(own, own, update({ denoiser: true }))).toEqual([]);
  expect(doubtsOf(own, own, 'no JSON')).toHaveLength(1);
});

it('the command says it before it sends, and its report has it', () => {
  const tape = new Tape();
  tape.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...[path.join(dist, 'cli.cjs'), 'replay', tape.file(), '--to', 'simulator', '--gate-timeout', '2'],
      ...['--set', 'session.audio.inputt.turn_detection={"type":"semantic_vad"}'],
    ],
    { encoding: 'utf8' },
  );
  const remark = 'session.audio.inputt.turn_detection: "inputt" is not a known field of "session.audio". Did you mean';
  expect(stderr).toContain(remark);
  expect(stdout).toContain(`otherwise than recorded`);
  expect(stdout).toContain(remark);
}, 30_000);
