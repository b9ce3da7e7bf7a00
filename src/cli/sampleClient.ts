/**
 * A sample voice app: it connects like any client of the Realtime API, speaks in real time, answers a tool call and
 * listens. It is what "Run Sample Conversation" and `npm run try` talk through the proxy with.
 */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { WebSocket } from 'ws';
import { pcmFromWav, voiceLikeSound } from './sampleVoice';

const RATE = 24_000;
const CHUNK_MS = 100;
const BYTES_PER_CHUNK = (RATE / 1000) * CHUNK_MS * 2;
/** Long enough for any server's voice detection to notice that the turn is over. */
const PAUSE_MS = 1200;
const ANSWER_WITHIN_MS = 30_000;

interface Options {
  baseUrl: string;
  turns: number;
  audio?: string;
  model: string;
}

/** The fields of a server event that this client reads. */
interface ServerEvent {
  type: string;
  delta?: string;
  transcript?: string;
  name?: string;
  call_id?: string;
  arguments?: string;
  error?: { message?: string };
  response?: { id?: string; status?: string; output?: { type?: string }[] };
}

/** A line for people. What a server says goes to a terminal here, so control characters are taken out. */
function say(line: string): void {
  process.stdout.write(`${line.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')}\n`);
}

/** The address of a session, from a base URL ending in `/v1`. */
function sessionUrl(baseUrl: string, model: string): string {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/realtime`);
  url.protocol = url.protocol.replace('http', 'ws');
  url.searchParams.set('model', model);
  return url.href;
}

/** One conversation over one socket. */
class Conversation {
  private finished: (() => void) | undefined;
  private audioBytes = 0;
  private failure: Error | undefined;

  constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      // Through the proxy anyone at the composer may say anything to this client.
      try {
        this.onEvent(JSON.parse((data as Buffer).toString('utf8')) as ServerEvent);
      } catch {
        say('  a message this client cannot read');
      }
    });
    socket.on('error', (error) => this.end(error));
    socket.on('close', (code, reason) => this.end(new Error(`The session ended early: ${code} ${reason.toString()}`)));
  }

  send(event: Record<string, unknown>): void {
    this.socket.send(JSON.stringify(event));
  }

  /** Streams 16-bit samples as a microphone would, in real time, then silence until the turn is answered. */
  async speak(pcm: Buffer): Promise<void> {
    const answered = new Promise<void>((resolve) => (this.finished = resolve));
    const silence = Buffer.alloc((RATE / 1000) * PAUSE_MS * 2);
    const started = performance.now();
    const sound = Buffer.concat([pcm, silence]);
    for (let at = 0, chunk = 0; at < sound.length && !this.failure; at += BYTES_PER_CHUNK, chunk += 1) {
      const due = started + chunk * CHUNK_MS - performance.now();
      if (due > 0) await wait(due);
      if (this.socket.readyState !== WebSocket.OPEN) break;
      const audio = sound.subarray(at, at + BYTES_PER_CHUNK).toString('base64');
      this.send({ type: 'input_audio_buffer.append', audio });
    }
    const tooLate = new AbortController();
    const late = wait(ANSWER_WITHIN_MS, undefined, { signal: tooLate.signal }).then(
      () => (this.failure ??= new Error(`No answer within ${ANSWER_WITHIN_MS / 1000} s.`)),
      () => undefined,
    );
    await Promise.race([answered, late]);
    tooLate.abort();
    if (this.failure) throw this.failure;
  }

  async close(): Promise<void> {
    this.socket.removeAllListeners('close');
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.close(1000);
    await closed;
  }

  private end(error: Error): void {
    this.failure ??= error;
    this.finished?.();
  }

  private onEvent(event: ServerEvent): void {
    switch (event.type) {
      case 'session.created':
        return say('  the server greets: session.created');
      case 'input_audio_buffer.speech_started':
        return say('  the server hears speech');
      case 'input_audio_buffer.speech_stopped':
        return say('  the server hears that it stopped');
      case 'conversation.item.input_audio_transcription.completed':
        return say(`  understood: ${event.transcript ?? ''}`);
      case 'response.output_audio.delta':
        this.audioBytes += Buffer.byteLength(event.delta ?? '', 'base64');
        return;
      case 'response.output_audio_transcript.done':
        return say(`  answer: ${event.transcript ?? ''}`);
      case 'response.function_call_arguments.done':
        return this.answerCall(event);
      case 'error':
        return say(`  error: ${event.error?.message ?? 'unknown'}`);
      case 'response.done':
        return this.onResponseDone(event);
    }
  }

  private answerCall(event: ServerEvent): void {
    say(`  the server calls ${event.name ?? 'a tool'}(${event.arguments ?? ''})`);
    const output = JSON.stringify({ temperature: 21, unit: 'celsius', sky: 'clear' });
    this.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: event.call_id, output },
    });
    say(`  answered: ${output}`);
  }

  private onResponseDone({ response }: ServerEvent): void {
    // The turn goes on: the answer that uses the tool's output comes as a response of its own.
    if (response?.output?.some((item) => item.type === 'function_call')) return this.send({ type: 'response.create' });
    const seconds = this.audioBytes / 2 / RATE;
    say(`  response ${response?.status ?? 'done'}, ${seconds.toFixed(1)} s of audio`);
    this.audioBytes = 0;
    this.finished?.();
  }
}

const session = {
  type: 'realtime',
  instructions: 'Answer in one short sentence.',
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: RATE },
      transcription: { model: 'gpt-4o-mini-transcribe' },
      turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 },
    },
    output: { format: { type: 'audio/pcm', rate: RATE } },
  },
  tools: [
    {
      type: 'function',
      name: 'get_weather',
      description: 'The weather in a city now.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  ],
};

async function converse({ baseUrl, turns, audio, model }: Options): Promise<void> {
  const url = sessionUrl(baseUrl, model);
  say(`Connecting to ${new URL(url).host}`);
  const key = process.env.OPENAI_API_KEY;
  const socket = new WebSocket(url, key ? { headers: { authorization: `Bearer ${key}` } } : {});
  await once(socket, 'open');
  const conversation = new Conversation(socket);
  try {
    conversation.send({ type: 'session.update', session });
    for (let turn = 1; turn <= turns; turn += 1) {
      say(`Turn ${turn} of ${turns}`);
      // The second turn asks for the tool in so many words, because a server may take speech without words for anything.
      if (turn === 2) {
        const content = [{ type: 'input_text', text: 'What is the weather in Lisbon? Use get_weather.' }];
        conversation.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      }
      await conversation.speak(audio ? pcmFromWav(readFileSync(audio), RATE) : voiceLikeSound(RATE, 1.8, turn));
    }
  } finally {
    await conversation.close();
  }
  say('Hung up.');
}

const wholeNumber = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100) throw new InvalidArgumentError('Wanted: 1 to 100.');
  return value;
};

const program = new Command()
  .name('sample-client')
  .description('A sample voice client of the Realtime API: speaks, listens, answers a tool call.')
  .requiredOption('--base-url <url>', 'base URL of the API or of the proxy, ending in /v1')
  .option('--turns <n>', 'turns to take', wholeNumber, 3)
  .option('--audio <file>', 'speak this WAV file (16-bit PCM) instead of the built-in sound')
  .option('--model <name>', 'model to ask for', 'gpt-realtime')
  .action(async (options: Options) => converse(options));

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
