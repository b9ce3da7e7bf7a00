import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis/analysis';
import { audioField } from '../../../src/protocol/audioEvents';
import { told, type Told } from './told';
import { Said, traced } from './wire';

/**
 * Sessions recorded from live services, and what there is to say of each, worked out by hand from its events. The recordings have no
 * times, and their audio is cut: here the nth line comes at n times 100 ms (the first at 0), a piece of input is 100 ms long
 * and one of output 250 ms. So 100 ms of input are sent every 100 ms from line 3 on, the first of it captured from 200 on:
 * what the server heard at `audio_end_ms` of its clock was captured 200 ms later on this one.
 */
const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const LINE_MS = 100;
const INPUT_MS = 100;
const OUTPUT_MS = 250;
/** The handshake took 45 ms and was answered 50 ms before the first event. */
const CONNECTION = 'connection -95..0 completed { tcp -85, tls -65, upgrade -50, session.created 0 }';

const HELLO = 'Hello, Marcelo! Great to meet you. How can I help you today?';
const HI = "Hi Marcelo, it's great to meet you. How can I help you today?";
const NICE = 'Hi Marcelo, nice to meet you! How can I help you today?';
const CHECK = 'I’ll check the current weather in London for you.';
const FOGGY = 'It’s foggy and 12 degrees in London.';

interface Recorded extends Told {
  url: string;
  messages: number;
}

const SESSIONS: Record<string, Recorded> = {
  // Speech from line 58, committed in 60, answered in 63; 27 pieces of sound, the last 18 of them from line 100 on.
  test_openai_ws__test_audio_in_server_vad_turn: {
    url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime',
    messages: 124,
    turns: [`1 speech 5800..12300 completed: "Hello, my name is Marcelo." -> "${HELLO}" speech 5900 voice 4456`],
    spans: [
      CONNECTION,
      'speech 5800..5900 completed',
      'turn 5800..12300 completed { speech end 5900, committed 6000, response 6300, first text 7000, first audio 7500 }',
      'transcription 6000..9900 completed { first text 6400 }',
      'response 6300..12300 completed { created 6300, first text 7000, first audio 7500 }',
      'item message 6700..12200 completed { first text 7000, first audio 7500 }',
      'part audio 6900..12000 completed { first text 7000, first audio 7500 }',
    ],
    latencies: [
      'endpointing 1444, speechToCreated 400, speechToTranscript 1100, speechToAudio 1600, voiceToAudio 3044, toAnswer 1600, transcriptLateness 3900',
    ],
    // 26 gaps: 20 of one line, 2 of two, 1 of three, 2 of four, 1 of seven. From line 100 on each piece adds 150 ms to 300.
    pacing: { deltaGap: '26 100 100 400 700', aheadOfPlayback: '27 250 900 2700 2850' },
    playback: ['7500..12400 heard 4600 of 6750, cut by close, ahead 2850'],
    usage: 'text 14/0/28, audio 27/0/136, total 205, 3 s transcribed',
    // 14 * 4 + 28 * 16 + 27 * 32 + 136 * 64 millionths, and 3 s at $0.017 a minute.
    cost: 0.010922,
    audio: [4256 - 1460, 6750, 12_400 - 7500 - 300],
    findings: [],
  },
  // The same on Azure, where the transcription fails. Contracts of Azure are not known, so there is no price.
  test_azure_ws__test_audio_in_server_vad_transcription_requires_deployment: {
    url: 'wss://me.openai.azure.com/openai/v1/realtime?model=gpt-realtime',
    messages: 106,
    turns: [`1 speech 5800..10500 completed: "" -> "${HI}" speech 5900 voice 4424`],
    spans: [
      CONNECTION,
      'speech 5800..5900 completed',
      'turn 5800..10500 completed { speech end 5900, committed 6000, response 6300, first text 6800, first audio 7100 }',
      "transcription 6000..6400 failed (DeploymentNotFound: Input transcription failed for item 'item_E4GEZV6Pux1f4VnDEzVPh'.)",
      'response 6300..10500 completed { created 6300, first text 6800, first audio 7100 }',
      'item message 6500..10400 completed { first text 6800, first audio 7100 }',
      'part audio 6700..10200 completed { first text 6800, first audio 7100 }',
    ],
    latencies: [
      'endpointing 1476, speechToCreated 400, speechToTranscript 900, speechToAudio 1200, voiceToAudio 2676, toAnswer 1200',
    ],
    // 15 gaps: 12 of one line, then of three, five and eight. What is ahead: 250, 400, 550, 500, 650, 400, 550, 700, and from
    // line 92 on 250 and 150 more with each of eight pieces.
    pacing: { deltaGap: '15 100 100 800 800', aheadOfPlayback: '16 250 550 1300 1300' },
    playback: ['7100..10600 heard 3400 of 4000, cut by close, ahead 1300'],
    usage: 'text 14/0/28, audio 26/0/80, total 148',
    cost: null,
    audio: [4224 - 1556, 4000, 10_600 - 7100 - 100],
    findings: ['warning no-transcription'],
  },
  // Voice Live: the beta's names and flat fields are its own.
  test_azure_voice_live_ws__test_audio_in_server_vad_turn: {
    url: 'wss://me.cognitiveservices.azure.com/voice-live/realtime?api-version=2025-10-01&model=gpt-realtime',
    messages: 103,
    turns: [`1 speech 5800..10200 completed: "Cześć, nazywam się Marcelo." -> "${NICE}" speech 5900 voice 4712`],
    spans: [
      CONNECTION,
      'speech 5800..5900 completed',
      'turn 5800..10200 completed { speech end 5900, committed 6000, response 6300, first text 6700, first audio 7100 }',
      'transcription 6000..7200 completed { first text 7000 }',
      'response 6300..10200 completed { created 6300, first text 6700, first audio 7100 }',
      'item message 6400..10100 completed { first text 6700, first audio 7100 }',
      'part audio 6600..10000 completed { first text 6700, first audio 7100 }',
    ],
    latencies: [
      'endpointing 1188, speechToCreated 400, speechToTranscript 800, speechToAudio 1200, voiceToAudio 2388, toAnswer 1200, transcriptLateness 1200',
    ],
    // 13 gaps: 9 of one line, 1 of two, 2 of four, 1 of seven. Ahead: 250, 300, 450, 300, 450, 300, 450, 600, and from line 92 on
    // 250 and 150 more with each of six pieces.
    pacing: { deltaGap: '13 100 100 700 700', aheadOfPlayback: '14 250 450 1000 1000' },
    playback: ['7100..10300 heard 3100 of 3500, cut by close, ahead 1000'],
    usage: 'text 14/0/27, audio 30/0/72, total 143',
    cost: null,
    audio: [4512 - 1456, 3500, 10_300 - 7100 - 100],
    findings: [],
  },
  // Typed in line 3, asked for in 4, begun in 7; 3 pieces of sound from line 14 on and 13 from 22 on.
  test_azure_ws__test_text_in_audio_out_turn: {
    url: 'wss://me.openai.azure.com/openai/v1/realtime?model=gpt-realtime',
    messages: 41,
    turns: ['1 text 300..4000 completed: "Say a short greeting." -> "Hello there! Great to meet you!"'],
    spans: [
      CONNECTION,
      'turn 300..4000 completed { response 700, first text 1100, first audio 1400 }',
      'response 700..4000 completed { created 700, first text 1100, first audio 1400 }',
      'item message 800..3900 completed { first text 1100, first audio 1400 }',
      'part audio 1000..3700 completed { first text 1100, first audio 1400 }',
    ],
    latencies: ['createToCreated 300, createToText 700, createToAudio 1000, toAnswer 1000'],
    pacing: { deltaGap: '15 100 100 600 600', aheadOfPlayback: '16 250 850 2050 2050' },
    playback: ['1400..4100 heard 2650 of 4000, cut by close, ahead 2050'],
    usage: 'text 16/0/16, audio 0/0/82, total 114',
    cost: null,
    audio: [0, 4000, 4100 - 1400 - 50],
    findings: [],
  },
  test_openai_ws__test_text_in_audio_out_turn: {
    url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime',
    messages: 24,
    turns: ['1 text 300..2300 completed: "Say a short greeting." -> "Hi there!"'],
    spans: [
      CONNECTION,
      'turn 300..2300 completed { response 700, first text 1100, first audio 1400 }',
      'response 700..2300 completed { created 700, first text 1100, first audio 1400 }',
      'item message 800..2200 completed { first text 1100, first audio 1400 }',
      'part audio 1000..2000 completed { first text 1100, first audio 1400 }',
    ],
    latencies: ['createToCreated 300, createToText 700, createToAudio 1000, toAnswer 1000'],
    pacing: { deltaGap: '3 100 100 100 100', aheadOfPlayback: '4 250 400 700 700' },
    playback: ['1400..2400 heard 1000 of 1000, cut by none, ahead 700'],
    usage: 'text 16/0/9, audio 0/0/15, total 40',
    // 16 * 4 + 9 * 16 + 15 * 64 millionths.
    cost: 0.001168,
    audio: [0, 1000, 1000],
    findings: [],
  },
  // Lines 3 and 4 tell of an exchange of before, so the turn begins with line 5.
  test_openai_ws__test_message_history_seeding: {
    url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime',
    messages: 34,
    turns: [
      '1 text 500..3300 completed: "What is my name and favorite color?" -> "Your name is Alice, and your favorite color is teal!"',
    ],
    spans: [
      CONNECTION,
      'turn 500..3300 completed { response 1300, first text 1700 }',
      'response 1300..3300 completed { created 1300, first text 1700 }',
      'item message 1400..3200 completed { first text 1700 }',
      'part text 1600..3000 completed { first text 1700 }',
    ],
    latencies: ['createToCreated 700, createToText 1100, toAnswer 1100'],
    pacing: {},
    playback: [],
    usage: 'text 149/0/14, total 163',
    // 149 * 4 + 14 * 16 millionths.
    cost: 0.00082,
    audio: [0, 0, 0],
    findings: [],
  },
  // The call is whole in line 33, its output sent in 36, the next response asked for in 38 and begun in 42.
  'test_parity_ws__test_text_tool_round_parity_openai-current': {
    url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1',
    messages: 62,
    turns: [`1 text 300..6100 completed: "What is the weather in London?" -> "${CHECK} ${FOGGY}" [get_weather]`],
    spans: [
      CONNECTION,
      'turn 300..6100 completed { response 700, first text 1100 }',
      'response 700..3700 completed { created 700, first text 1100 }',
      'item message 800..3200 completed { first text 1100 }',
      'part text 1000..3000 completed { first text 1100 }',
      'item call get_weather 2200..3500 completed',
      'call get_weather 3300..4200 completed { output sent 3600 }',
      'response 4200..6100 completed { created 4200, first text 4600 }',
      'item message 4300..6000 completed { first text 4600 }',
      'part text 4500..5800 completed { first text 4600 }',
    ],
    latencies: [
      'createToCreated 300, createToText 700, toolRun 300, toAnswer 700, createToCreated 400, toolRound 900, createToText 800',
    ],
    pacing: {},
    playback: [],
    usage: 'text 748/384/51, total 799',
    // 347 * 4 + 36 * 24, and (401 - 384) * 4 + 384 * 0.4 + 15 * 24 millionths.
    cost: 0.0028336,
    audio: [0, 0, 0],
    findings: [],
  },
  // xAI: sound comes before words, parts end without saying what they are, usage stands beside the response.
  test_xai_ws__test_text_in_audio_out_turn: {
    url: 'wss://api.x.ai/v1/realtime?model=grok-voice-latest',
    messages: 21,
    turns: ['1 text 500..2000 completed: "Say a short greeting." -> "Hello there!"'],
    spans: [
      CONNECTION,
      'turn 500..2000 completed { response 800, first audio 1200, first text 1300 }',
      'response 800..2000 completed { created 800, first audio 1200, first text 1300 }',
      'item message 900..1900 completed { first audio 1200, first text 1300 }',
      'part audio 1100..1700 completed { first audio 1200, first text 1300 }',
    ],
    latencies: ['createToCreated 200, createToAudio 600, toAnswer 600, createToText 700'],
    pacing: { deltaGap: '2 100 100 200 200', aheadOfPlayback: '3 250 300 450 450' },
    playback: ['1200..1950 heard 750 of 750, cut by none, ahead 450'],
    usage: 'text 5/0/3, audio 0/0/39, total 47',
    cost: null,
    audio: [0, 750, 750],
    findings: [],
  },
};

// The client closes at the end of each, and is taken to play no further: what is heard of an answer is the time until then less
// the pauses in which nothing had come.
describe('a session recorded from a live service', () => {
  const names = Object.keys(SESSIONS);
  it.runIf(existsSync(folder)).each(names)('%s is what its events say', (name) => {
    const expected = SESSIONS[name]!;
    const analysis = new Analysis();
    const phases = { tcp: 10, tls: 20, upgrade: 15 };
    const { url, messages, ...rest } = expected;
    const at = { row: 0, t: -50, session: 's1', shift: 0 };
    const upgrade = { headers: {}, subprotocols: [], status: 101, upstream: url };
    analysis.record({ kind: 'open', session: 's1', t: -50, url, phases, ...upgrade }, at);
    const lines = readFileSync(`${folder}${name}.jsonl`, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(messages);
    for (const [n, line] of lines.entries()) {
      const { direction, event } = JSON.parse(line) as {
        direction: 'client' | 'server';
        event: Record<string, unknown>;
      };
      const isAudio = audioField(String(event.type), direction) !== undefined;
      const audioMs = isAudio ? (direction === 'client' ? INPUT_MS : OUTPUT_MS) : 0;
      analysis.event(traced(n + 1, n * LINE_MS, direction, event, { audioMs }));
    }
    const t = lines.length * LINE_MS;
    const close = { kind: 'close', session: 's1', t, code: 1000, reason: '', by: 'client' } as const;
    analysis.record(close, { row: lines.length + 1, t, session: 's1', shift: 0 });
    const said = new Said();
    said.add(analysis.take());
    const spans = [...said.spans.values()];
    const turns = [...said.turns.values()];
    const playback = [...said.playback.values()];
    const metrics = said.metrics.get('s1')!;
    expect(told({ spans, turns, playback, findings: analysis.findings.all(), metrics })).toEqual(rest);
    // What has a time has the row of the line that came then.
    for (const { lane, start, startRow, end, endRow, marks } of spans) {
      if (lane === 'connection') continue;
      expect([startRow, endRow]).toEqual([start / LINE_MS + 1, (end ?? NaN) / LINE_MS + 1]);
      for (const mark of marks) expect(mark.row).toBe(mark.t / LINE_MS + 1);
    }
  });
});
