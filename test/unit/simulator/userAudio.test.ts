import { describe, expect, it } from 'vitest';
import { compareLadders } from '../../../src/simulator/ladder';
import { playRecording } from '../../../src/simulator/playback';
import type { Recording } from '../../../src/simulator/recording';
import { UserAudio } from '../../../src/simulator/userAudio';
import type { Json } from '../../../src/simulator/wire';
import { Notes, bargeIn, blanked, cut, spoken, update, whole, type NotedLine } from './notes';
import { loudness, silence, speech } from './speech';

function recordingOf(lines: readonly NotedLine[]): Recording {
  const messages = lines.map(({ direction, event }) => ({
    from: direction,
    text: JSON.stringify(event),
    event,
    t: undefined,
  }));
  return { id: '', url: '', messages, closedAt: undefined };
}

/** What the server said of the user's speech: kind and ms. */
function told(events: readonly { [key: string]: unknown }[]): { type: unknown; ms: number }[] {
  return events
    .filter(({ type }) => /speech_(started|stopped)$/.test(String(type)))
    .map((event) => ({ type: event['type'], ms: Number(event['audio_start_ms'] ?? event['audio_end_ms']) }));
}

function hearsTheSame(recording: Recording, toleranceMs: number): void {
  const recorded = told(recording.messages.flatMap(({ from, event }) => (from === 'server' && event ? [event] : [])));
  const simulated = told(playRecording(recording).sent.map(({ event }) => event));
  expect(recorded.length).toBeGreaterThan(3);
  expect(simulated.map(({ type }) => type)).toEqual(recorded.map(({ type }) => type));
  for (const [index, { ms }] of recorded.entries()) {
    expect(Math.abs(simulated[index]!.ms - ms), `${index}: ${ms} ms`).toBeLessThanOrEqual(toleranceMs);
  }
  const ladder = compareLadders(recording);
  expect(ladder.differences).toEqual([]);
}

describe('the user’s audio of a recording', () => {
  it('is the recorded one where that is whole', () => {
    const recording = recordingOf(bargeIn(whole).lines);
    const audio = new UserAudio(recording);
    expect(audio.generated).toBeUndefined();
    expect(audio.sounds.size).toBe(0);
    hearsTheSame(recording, 0);
  });

  it('is speech from where to where the server heard it, in every turn and into an answer, where payloads were cut', () => {
    const recording = recordingOf(bargeIn(cut).lines);
    expect(new UserAudio(recording).generated).toBe('cut');
    hearsTheSame(recording, 60);
  });

  it('is speech at its recorded place where the sound was blanked and its length kept', () => {
    const recording = recordingOf(bargeIn(blanked).lines);
    expect(new UserAudio(recording).generated).toBe('heard otherwise');
    hearsTheSame(recording, 60);
  });

  describe.each([60, 100, 300, 500])('that begins to be speech in its first %i ms', (quietMs) => {
    // Speech begins here at once, so less is padded before it than it is set to.
    const early = (keep: (event: Json) => Json): Recording => {
      const notes = new Notes({}, 'gpt-realtime', false, keep);
      for (let turn = 1; turn <= 3; turn += 1) {
        const loud = speech('What do you think?');
        const begins = Array.from({ length: loud.length / 960 }, (_, at) => at * 960).find(
          (at) => loudness(loud.subarray(at, at + 960)) > -30,
        )!;
        notes.hear(Buffer.concat([silence(quietMs - 60), loud.subarray(begins), silence(900)]));
        notes.wait(20_000);
      }
      return recordingOf(notes.lines);
    };

    it('is the recorded one where that is whole', () => {
      const recording = early(whole);
      expect(told(recording.messages.map(({ event }) => event!))[0]).toMatchObject({ ms: Math.max(0, quietMs - 360) });
      expect(new UserAudio(recording).generated).toBeUndefined();
      hearsTheSame(recording, 0);
    });

    it('is speech from where to where the server heard it where payloads were cut or blanked', () => {
      hearsTheSame(early(cut), 60);
      hearsTheSame(early(blanked), 60);
    });
  });

  it('is speech where something else than base64 stands in its place', () => {
    const notes = bargeIn((event) =>
      event['type'] === 'input_audio_buffer.append' ? { ...event, audio: '<4800 bytes>' } : cut(event),
    );
    hearsTheSame(recordingOf(notes.lines), 60);
  });

  it('is speech only where the server heard some, though more was said', () => {
    // As a server that takes the second sentence for noise would have told it.
    const notes = new Notes({}, 'gpt-realtime', false, whole);
    notes.hear(spoken());
    notes.wait(20_000);
    const heard = notes.lines.length;
    const deaf = [...notes.lines];
    notes.hear(Buffer.concat([speech('Nobody hears this'), silence(900)]));
    deaf.push(...notes.lines.slice(heard).filter(({ direction }) => direction === 'client'));
    notes.send(update({ instructions: 'Be brief.' }));
    deaf.push(...notes.lines.slice(-2));
    const recording = recordingOf(deaf);
    expect(new UserAudio(recording).generated).toBe('heard otherwise');
    expect(compareLadders(recording).differences).toEqual([]);
  });

  it('is cut into the appends of the recording, none of them empty, in the format of the session', () => {
    const notes = new Notes();
    notes.send(update({ audio: { input: { format: { type: 'audio/pcmu' } } } }));
    const mu = Buffer.alloc(24_000, 0xff);
    notes.hear(mu, 800);
    const lines = [...notes.lines];
    const at = lines.findLastIndex(({ direction }) => direction === 'client');
    const item_id = 'item_EmQ08ineXbcSY8kEACTKx';
    lines.splice(at, 0, {
      direction: 'server',
      event: { type: 'input_audio_buffer.speech_started', audio_start_ms: 1000, item_id },
    });
    const audio = new UserAudio(recordingOf(lines));
    const sounds = [...audio.sounds.values()].map((text) => Buffer.from(text, 'base64'));
    expect(sounds).toHaveLength(30);
    expect(sounds.every(({ length }) => length > 0)).toBe(true);
    // Eight bytes a millisecond; speech begins behind the padding of 300 ms.
    const all = Buffer.concat(sounds);
    expect(all.subarray(0, 1200 * 8).every((byte) => byte === 0xff)).toBe(true);
    expect(all.subarray(1320 * 8, 1400 * 8).some((byte) => byte !== 0xff)).toBe(true);
  });

  it('is one stretch of voice however it is asked for', () => {
    const recording = recordingOf(bargeIn(cut).lines);
    const [first] = told(recording.messages.flatMap(({ event }) => (event ? [event] : [])));
    const inOne = new UserAudio(recording);
    const pcm = [...inOne.sounds.values()].map((text) => Buffer.from(text, 'base64'));
    const from = (first!.ms + 300) * 48;
    const spokenPart = Buffer.concat(pcm).subarray(from + 100 * 48, from + 400 * 48);
    for (let at = 0; at < spokenPart.length; at += 960) {
      expect(loudness(spokenPart.subarray(at, at + 960))).toBeGreaterThan(-38);
    }
  });
});
