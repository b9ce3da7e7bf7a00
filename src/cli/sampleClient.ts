/**
 * A sample voice app: it connects like any client of the Realtime API, speaks in real time, answers a tool call and
 * listens. It is what "Run Sample Conversation" and `npm run try` talk through the proxy with.
 */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { WebSocket } from 'ws';
import { pcmFromWav, voiceLikeSound } from './sampleVoice';

const RATE = 24_000;
const CHUNK_MS = 100;
const BYTES_PER_CHUNK = (RATE / 1000) * CHUNK_MS * 2;
/** Between hearing an answer and speaking again. */
const PAUSE_MS = 700;
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

/** A microphone that is always open, as a voice app's is: what it is given to say, else silence, in real time. */
class Microphone {
  private sound: Buffer = Buffer.alloc(0);
  private open = true;

  constructor(private readonly onChunk: (pcm: Buffer) => void) {
    void this.run();
  }

  /** Says 16-bit samples; resolves when the last of them has been handed on. */
  async say(pcm: Buffer): Promise<void> {
    this.sound = pcm;
    while (this.open && this.sound.length > 0) await wait(CHUNK_MS / 2);
  }

  close(): void {
    this.open = false;
  }

  private async run(): Promise<void> {
    const started = performance.now();
    for (let chunk = 1; this.open; chunk += 1) {
      // Against the clock, not from chunk to chunk, or it would drift.
      await wait(Math.max(0, started + chunk * CHUNK_MS - performance.now()));
      if (!this.open) return;
      const pcm = Buffer.alloc(BYTES_PER_CHUNK);
      this.sound.copy(pcm);
      this.sound = this.sound.subarray(BYTES_PER_CHUNK);
      this.onChunk(pcm);
    }
  }
}

/** One conversation over one socket. */
class Conversation {
  private finished: (() => void) | undefined;
  private audioBytes = 0;
  private failure: Error | undefined;
  private readonly microphone: Microphone;

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
    this.microphone = new Microphone((pcm) =>
      this.send({ type: 'input_audio_buffer.append', audio: pcm.toString('base64') }),
    );
  }

  send(event: Record<string, unknown>): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
  }

  /** A spoken turn: resolves when its answer has been heard. */
  speak(pcm: Buffer): Promise<void> {
    return this.turn(() => this.microphone.say(pcm));
  }

  /** A typed turn: resolves when its answer has been heard. */
  type(text: string): Promise<void> {
    return this.turn(() => {
      const content = [{ type: 'input_text', text }];
      this.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      this.send({ type: 'response.create' });
    });
  }

  /** Rejects when the session ends, or when no answer comes. */
  private async turn(ask: () => Promise<void> | void): Promise<void> {
    this.audioBytes = 0;
    const answered = new Promise<void>((resolve) => (this.finished = resolve));
    if (this.failure) throw this.failure;
    await ask();
    const patience = new AbortController();
    const late = wait(ANSWER_WITHIN_MS, undefined, { signal: patience.signal }).then(
      () => (this.failure ??= new Error(`No answer within ${ANSWER_WITHIN_MS / 1000} s.`)),
      () => undefined,
    );
    await Promise.race([answered, late]);
    patience.abort();
    if (this.failure) throw this.failure;
    // Audio comes faster than it is played; a person answers when it has been heard.
    await wait((this.audioBytes / 2 / RATE) * 1000 + PAUSE_MS);
  }

  async close(): Promise<void> {
    this.microphone.close();
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
  const spoken = audio ? pcmFromWav(readFileSync(audio), RATE) : undefined;
  say(`Connecting to ${new URL(url).host}`);
  const key = process.env.OPENAI_API_KEY;
  const socket = new WebSocket(url, key ? { headers: { authorization: `Bearer ${key}` } } : {});
  await once(socket, 'open');
  const conversation = new Conversation(socket);
  try {
    conversation.send({ type: 'session.update', session });
    for (let turn = 1; turn <= turns; turn += 1) {
      say(`Turn ${turn} of ${turns}`);
      // Asked in writing: speech without words gives no server a reason to call a tool.
      if (turn % 3 === 2) await conversation.type('What is the weather in Lisbon? Use get_weather.');
      else await conversation.speak(spoken ?? voiceLikeSound(RATE, 1.6 + 0.3 * (turn % 3), turn));
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
  .addOption(
    new Option('--base-url <url>', 'base URL of the API or of the proxy, ending in /v1')
      .env('OPENAI_BASE_URL')
      .makeOptionMandatory(),
  )
  .option('--turns <n>', 'turns to take', wholeNumber, 3)
  .option('--audio <file>', 'speak this WAV file (16-bit PCM) instead of the built-in sound')
  .option('--model <name>', 'model to ask for', 'gpt-realtime')
  .action(async (options: Options) => converse(options));

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
