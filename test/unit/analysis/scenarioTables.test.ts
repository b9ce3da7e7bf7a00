import { describe, expect, it } from 'vitest';
import { SCENARIOS } from './scenarioScripts';
import { told, type Told } from './told';

/**
 * What there is to say of each scenario's session, worked out by hand from its events and the moments at which the simulator, whose
 * clock and randomness are given, sends them. A piece of a microphone's sound is 100 ms and sent when it is whole, the first of
 * them at 0: what the server heard at a moment of its clock was captured 100 ms before it on this one. Prices are those of
 * gpt-realtime, $4 in, $0.4 cached and $16 out for 1M tokens of text, $32 and $64 of audio.
 */
const ECHO = 'This is the embedded simulator. I repeat what you said:';
const WROTE = 'This is the embedded simulator. You wrote: Good morning';
const TROUBLE =
  'server_error: The server had an error while processing your request. Sorry about that! Please contact us through our help center at help.openai.com if the error persists. (include session ID in your message: sess_EmQ08tyBNNqCQx8hi9MoH). We recommend you retry your request.';

const nothing: Told = {
  turns: [],
  spans: [],
  latencies: [],
  pacing: {},
  playback: [],
  usage: 'total 0',
  cost: 0,
  audio: [0, 0, 0],
  findings: [],
};

const TABLE: Record<string, Partial<Told>> = {
  text: {
    turns: [`1 text 0..173 completed: "Good morning" -> "${WROTE}"`],
    spans: [
      'turn 0..173 completed { response 0, first text 84 }',
      'response 0..173 completed { created 0, first text 84 }',
      'item message 84..173 completed { first text 84 }',
      'part text 84..173 completed { first text 84 }',
    ],
    latencies: ['createToCreated 0, createToText 84, toAnswer 84'],
    usage: 'text 133/0/11, total 144',
    // 133 * 4 + 11 * 16 millionths.
    cost: 0.000708,
  },
  // Sound of 100, 150, 200, 250, 250, 250, 200 ms at 1482, 1563, 1635, 1709, 1777, 1835, 1895.
  spoken: {
    turns: [
      `1 speech 0..1959 completed: "This is a simulated transcript of 1.4 seconds of speech." -> "${ECHO} 1.4 seconds of speech." speech 1300 voice 1300`,
    ],
    spans: [
      'speech 0..1300 completed { voice end 1300 }',
      'turn 0..1959 completed { speech end 1300, committed 1300, response 1300, first text 1452, first audio 1482 }',
      'transcription 1300..1725 completed { first text 1450 }',
      'response 1300..1959 completed { created 1300, first text 1452, first audio 1482 }',
      'item message 1452..1959 completed { first text 1452, first audio 1482 }',
      'part audio 1452..1959 completed { first text 1452, first audio 1482 }',
    ],
    latencies: [
      'endpointing 0, speechToCreated 0, speechToTranscript 152, speechToAudio 182, voiceToAudio 182, toAnswer 182, transcriptLateness 425',
    ],
    pacing: { deltaGap: '6 58 68 81 81', aheadOfPlayback: '7 100 473 987 987' },
    playback: ['1482..2882 heard 1400 of 1400, cut by none, ahead 987'],
    usage: 'text 130/0/19, audio 14/0/28, total 191, 2 s transcribed',
    // 130 * 4 + 19 * 16 + 14 * 32 + 28 * 64 millionths, and 2 s at $0.006 a minute.
    cost: 0.003264,
    audio: [1400, 1400, 1400],
  },
  // Sent in pieces from 0 to 900, so captured from -100 to 900; committed and asked for at 1000. Sound of 100, 150, 200, 250, 250
  // and 50 ms at 1116, 1207, 1290, 1372, 1423 and 1480.
  pushToTalk: {
    turns: [`1 speech -100..1545 completed: "" -> "${ECHO} 1.0 seconds of speech." speech 1000 voice 900`],
    spans: [
      'speech -100..1000 completed (committed by the client)',
      'turn -100..1545 completed { speech end 1000, committed 1000, response 1000, first text 1089, first audio 1116 }',
      'response 1000..1545 completed { created 1000, first text 1089, first audio 1116 }',
      'item message 1089..1545 completed { first text 1089, first audio 1116 }',
      'part audio 1089..1545 completed { first text 1089, first audio 1116 }',
    ],
    latencies: [
      'createToCreated 0, speechToCreated 0, createToText 89, speechToTranscript 89, createToAudio 116, speechToAudio 116, voiceToAudio 216, toAnswer 116',
    ],
    pacing: { deltaGap: '5 51 82 91 91', aheadOfPlayback: '6 100 276 643 643' },
    playback: ['1116..2116 heard 1000 of 1000, cut by none, ahead 643'],
    usage: 'text 130/0/19, audio 10/0/20, total 179',
    // 130 * 4 + 19 * 16 + 10 * 32 + 20 * 64 millionths.
    cost: 0.002424,
    audio: [1000, 1000, 1000],
  },
  // The first answer is cut off at 3850, 647 ms after its first sound at 3203, and the client says later that 100 were heard. The
  // second has 2000 ms from 5604 on; both come faster than they play.
  bargeIn: {
    turns: [
      `1 speech 0..3850 cancelled (turn detected): "" -> "${ECHO} 3.2 seconds of speech." speech 3100 voice 3100`,
      '2 speech 3850..6286 completed: "" -> "I repeat what you said: 2.0 seconds of speech." speech 5450 voice 5450',
    ],
    spans: [
      'speech 0..3100 completed { voice end 3100 }',
      'turn 0..3850 cancelled (turn detected) { speech end 3100, committed 3100, response 3100, first text 3188, first audio 3203 }',
      'response 3100..3850 cancelled (turn detected) { created 3100, first text 3188, first audio 3203 }',
      'item message 3188..3850 incomplete { first text 3188, first audio 3203 }',
      'part audio 3188..3850 completed { first text 3188, first audio 3203 }',
      'speech 3850..5450 completed { voice end 5450 }',
      'turn 3850..6286 completed { speech end 5450, committed 5450, response 5450, first text 5588, first audio 5604 }',
      'response 5450..6286 completed { created 5450, first text 5588, first audio 5604 }',
      'item message 5588..6286 completed { first text 5588, first audio 5604 }',
      'part audio 5588..6286 completed { first text 5588, first audio 5604 }',
    ],
    latencies: [
      'endpointing 0, speechToCreated 0, speechToTranscript 88, speechToAudio 103, voiceToAudio 103, toAnswer 103, bargeInToDone 0',
      'endpointing 0, speechToCreated 0, speechToTranscript 138, speechToAudio 154, voiceToAudio 154, toAnswer 154',
    ],
    // Nine gaps of each answer: 58, 76, 69, 74, 73, 72, 67, 84, 55, and 73, 70, 81, 78, 77, 72, 57, 56, 50.
    pacing: { deltaGap: '18 50 72 84 84', aheadOfPlayback: '20 100 673 1386 1572' },
    playback: [
      '3203..3303 heard 100 of 2200, cut by truncate, ahead 1572',
      '5604..7604 heard 2000 of 2000, cut by none, ahead 1386',
    ],
    usage: 'text 286/128/32, audio 106/0/84, total 508',
    // 130 * 4 + 19 * 16 + 32 * 32 + 44 * 64, and (156 - 128) * 4 + 128 * 0.4 + 13 * 16 + 74 * 32 + 40 * 64 millionths.
    cost: 0.0099632,
    audio: [3200 + 2000, 4200, 2100],
  },
  // The output comes after a minute: what was missing after half of it is not missing any more.
  tool: {
    turns: [
      '1 text 0..60197 completed: "What is the weather in Oslo?" -> "The tool get_weather answered: fog" [get_weather]',
    ],
    spans: [
      'turn 0..60197 completed { response 0, first text 60141 }',
      'response 0..119 completed { created 0 }',
      'item call get_weather 84..119 completed',
      'call get_weather 119..60000 completed { output sent 60000 }',
      'response 60000..60197 completed { created 60000, first text 60141 }',
      'item message 60141..60197 completed { first text 60141 }',
      'part text 60141..60197 completed { first text 60141 }',
    ],
    latencies: [
      'createToCreated 0, toolRun 59881, createToCreated 0, toolRound 59881, createToText 141, toAnswer 60141',
    ],
    usage: 'text 361/128/13, total 374',
    // 175 * 4 + 5 * 16, and (186 - 128) * 4 + 128 * 0.4 + 8 * 16 millionths.
    cost: 0.0011912,
  },
  mcp: {
    turns: ['1 text 1000..1275 completed: "Please look the word up: lookup word heron" -> "" [lookup_word]'],
    spans: [
      'mcp list tools docs 0..150 completed',
      'turn 1000..1275 completed { response 1000 }',
      'response 1000..1275 completed { created 1000 }',
      'item mcp lookup_word 1147..1275 completed',
      'mcp lookup_word 1155..1275 completed',
    ],
    latencies: ['createToCreated 0'],
    usage: 'text 171/0/1, total 172',
    // 171 * 4 + 16 millionths.
    cost: 0.0007,
  },
  // The second turn is not over while the session is open: nobody answers, and nobody speaks again.
  transcription: {
    turns: [
      '1 speech 0..1900 none: "This is a simulated transcript of 1.2 seconds of speech." -> "" speech 1100 voice 1100',
      '2 speech 1900.. none: "This is a simulated transcript of 1.9 seconds of speech." -> "" speech 3400 voice 3400',
    ],
    spans: [
      'speech 0..1100 completed { voice end 1100 }',
      'turn 0..1900 none { speech end 1100, committed 1100 }',
      'transcription 1100..1825 completed { first text 1250 }',
      'speech 1900..3400 completed { voice end 3400 }',
      'turn 1900.. none { speech end 3400, committed 3400 }',
      'transcription 3400..4125 completed { first text 3550 }',
    ],
    latencies: ['endpointing 0, transcriptLateness 725', 'endpointing 0, transcriptLateness 725'],
    usage: 'text 0/0/26, audio 31/0/0, total 57',
    // gpt-4o-transcribe: 31 * 2.5 + 26 * 10 millionths.
    cost: 0.0003375,
    audio: [1200 + 1900, 0, 0],
  },
  // What stays beside the conversation is listed, and does not lengthen the turn.
  outOfBand: {
    turns: [`1 text 0..159 completed: "Good morning" -> "${WROTE}"`],
    spans: [
      'turn 0..159 completed { response 0, first text 84 }',
      'response 0..159 completed { created 0, first text 84 }',
      'response out-of-band 0..233 completed { created 0, first text 149 }',
      'item message 84..159 completed { first text 84 }',
      'part text 84..159 completed { first text 84 }',
      'item message 149..233 completed { first text 149 }',
      'part text 149..233 completed { first text 149 }',
    ],
    latencies: ['createToCreated 0, createToCreated 0, createToText 84, createToText 149, toAnswer 84'],
    usage: 'text 266/0/22, total 288',
    cost: 0.001416,
  },
  // Sound of 100, 150 and 200 ms at 147, 197 and 257; cancelled at 300, 153 ms after the first.
  cancelled: {
    turns: ['1 text 0..300 cancelled (client cancelled): "Tell me everything about the sea" -> "This is the"'],
    spans: [
      'turn 0..300 cancelled (client cancelled) { response 0, first text 128, first audio 147 }',
      'response 0..300 cancelled (client cancelled) { created 0, first text 128, first audio 147 }',
      'item message 128..300 incomplete { first text 128, first audio 147 }',
      'part audio 128..300 completed { first text 128, first audio 147 }',
    ],
    latencies: ['createToCreated 0, createToText 128, createToAudio 147, toAnswer 147'],
    pacing: { deltaGap: '2 50 50 60 60', aheadOfPlayback: '3 100 200 340 340' },
    playback: ['147..300 heard 153 of 450, cut by interruption, ahead 340'],
    usage: 'text 138/0/3, audio 0/0/9, total 150',
    // 138 * 4 + 3 * 16 + 9 * 64 millionths.
    cost: 0.001176,
    audio: [0, 450, 153],
  },
  failed: {
    turns: [`1 text 0..84 failed (${TROUBLE}): "simulate server_error" -> ""`],
    spans: [`turn 0..84 failed (${TROUBLE}) { response 0 }`, `response 0..84 failed (${TROUBLE}) { created 0 }`],
    latencies: ['createToCreated 0'],
    findings: ['error failed-response'],
  },
  refused: { findings: ['error refused-update', 'info benign-error', 'warning small-commit'] },
};

describe('the whole of what is said', () => {
  it.each(Object.keys(SCENARIOS))('of a session of kind %s is what its events say', (name) => {
    const { analysis, said } = SCENARIOS[name]!().analysed();
    const everything = {
      spans: [...said.spans.values()],
      turns: [...said.turns.values()],
      playback: [...said.playback.values()],
      findings: analysis.findings.all(),
      metrics: said.metrics.get('s1')!,
    };
    expect(told(everything)).toEqual({ ...nothing, ...TABLE[name] });
  });
});
