/** `@openai/agents-realtime`, with its session's own ways of speaking, interrupting, remembering and calling tools. */
import { RealtimeAgent, RealtimeSession, tool, type RealtimeItem, type TransportEvent } from '@openai/agents-realtime';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { z } from 'zod';
import type { Account, ConversationName, Sounds } from '../account';
import { Microphone } from './microphone';
import { soundsOf, tellAll } from './program';

const url = process.env['REALTIME_URL'] ?? '';

type Config = NonNullable<ConstructorParameters<typeof RealtimeSession>[1]>['config'];

class Talk {
  readonly #calls: Account['calls'] = [];
  readonly #received: RealtimeServerEvent[] = [];
  readonly #answers = new Map<string, { text: string; ms: number }>();
  readonly #transcripts = new Map<string, string>();
  readonly #session: RealtimeSession;
  readonly #failed: Promise<never>;
  #waiting = new Set<() => void>();
  #interrupted = 0;

  constructor(private readonly conversation: ConversationName) {
    const weather = tool({
      name: 'get_weather',
      description: 'Weather in a city.',
      parameters: z.object({ city: z.string() }),
      execute: async (given) => {
        this.#calls.push({ name: 'get_weather', arguments: JSON.stringify(given) });
        return `Fog over ${given.city}`;
      },
    });
    const agent = new RealtimeAgent({
      name: 'Keeper',
      instructions: conversation === 'spoken' ? 'You keep a lighthouse.' : 'Be brief.',
      tools: conversation === 'tools' ? [weather] : [],
    });
    const spoken: Config = { outputModalities: ['audio'] };
    // It has no transcription sessions: there the user is only written down, and nobody answers.
    const quiet: Config = {
      audio: {
        input: {
          transcription: { model: 'gpt-4o-transcribe' },
          turnDetection: { type: 'server_vad', silenceDurationMs: 500, createResponse: false },
        },
      },
    };
    const config = { text: { outputModalities: ['text'] }, tools: { outputModalities: ['text'] } } satisfies Record<
      string,
      Config
    >;
    this.#session = new RealtimeSession(agent, {
      transport: 'websocket',
      model: 'gpt-realtime',
      config: conversation === 'spoken' ? spoken : conversation === 'transcription' ? quiet : config[conversation],
    });
    this.#failed = new Promise((_resolve, reject) => {
      this.#session.on('error', ({ error }) => reject(new Error(JSON.stringify(error))));
    });
    this.#failed.catch(() => undefined);
    this.#session.transport.on('*', (event: TransportEvent) => this.#take(event as RealtimeServerEvent));
    this.#session.on('audio', ({ data, responseId }) => {
      this.#answer(responseId).ms += data.byteLength / 48;
    });
    this.#session.on('audio_interrupted', () => {
      this.#interrupted += 1;
    });
  }

  async hold(given: Sounds): Promise<Account> {
    await this.#session.connect({ apiKey: 'any', url });
    try {
      await this.#event('session.updated');
      await this[this.conversation](given);
      const answers = [...this.#answers.values()];
      return {
        conversation: this.conversation,
        received: this.#received,
        answers: answers.map(({ text }) => text),
        heardMs: answers.map(({ ms }) => ms),
        calls: this.#calls,
        transcripts: [...this.#transcripts.values()],
        history: this.#session.history.map(lineOf),
      };
    } finally {
      this.#session.close();
    }
  }

  async text(): Promise<void> {
    this.#session.sendMessage('Good morning, keeper.');
    await this.#event('response.done');
    this.#session.sendMessage('Is the lamp lit?');
    await this.#event('response.done', 2);
  }

  async tools(): Promise<void> {
    this.#session.sendMessage('What is the weather in Oslo?');
    await this.#event('response.done', 2);
  }

  async spoken({ question, interruption }: Sounds): Promise<void> {
    const microphone = new Microphone((pcm) => this.#session.sendAudio(pcm.buffer));
    microphone.open();
    try {
      microphone.say(question);
      await this.#event('response.output_audio.delta', 3);
      microphone.say(interruption);
      await this.#event('conversation.item.truncated');
      await this.#event('conversation.item.retrieved');
      await this.#event('response.done', 2);
      await this.#event('conversation.item.input_audio_transcription.completed', 2);
    } finally {
      microphone.close();
    }
    // And by a button instead of the voice.
    this.#session.sendMessage('Tell me of every lamp.');
    await this.#event('response.created', 3);
    const sounded = this.#count('response.output_audio.delta');
    await this.#event('response.output_audio.delta', sounded + 3);
    this.#session.interrupt();
    await this.#event('response.done', 3);
    await this.#event('conversation.item.truncated', 2);
    if (this.#interrupted < 2) throw new Error(`The player was told to stop ${this.#interrupted} times.`);
  }

  async transcription({ question, interruption }: Sounds): Promise<void> {
    for (const [index, pcm] of [question, interruption].entries()) {
      for (const piece of [pcm, new Uint8Array(48_000)]) this.#session.sendAudio(Uint8Array.from(piece).buffer);
      await this.#event('conversation.item.input_audio_transcription.completed', index + 1);
    }
  }

  #take(event: RealtimeServerEvent): void {
    this.#received.push(event);
    if (event.type === 'response.created') this.#answer(event.response.id ?? '');
    if (event.type === 'response.output_text.delta' || event.type === 'response.output_audio_transcript.delta') {
      this.#answer(event.response_id).text += event.delta;
    }
    if (event.type === 'conversation.item.input_audio_transcription.delta') {
      this.#transcripts.set(event.item_id, (this.#transcripts.get(event.item_id) ?? '') + (event.delta ?? ''));
    }
    for (const look of this.#waiting) look();
  }

  #answer(id: string): { text: string; ms: number } {
    const answer = this.#answers.get(id) ?? { text: '', ms: 0 };
    this.#answers.set(id, answer);
    return answer;
  }

  #count(type: string): number {
    return this.#received.filter((event) => event.type === type).length;
  }

  /** Resolves when `nth` events of that type have come, and the session has done what it does with them. */
  async #event(type: RealtimeServerEvent['type'], nth = 1): Promise<void> {
    let look = (): void => undefined;
    const come = new Promise<void>((resolve) => {
      look = () => {
        if (this.#count(type) >= nth) setImmediate(resolve);
      };
      this.#waiting.add(look);
      look();
    });
    await Promise.race([come, this.#failed]).finally(() => this.#waiting.delete(look));
  }
}

/** An item of the session's own history as people would write it down. */
function lineOf(item: RealtimeItem): string {
  if (item.type === 'function_call') return `${item.name}(${item.arguments}) = ${item.output ?? ''}`;
  if (item.type !== 'message') return item.type;
  const said = item.content.map((part) => ('text' in part ? part.text : (part.transcript ?? '(no transcript)')));
  return `${item.role}: ${said.join(' ')}`;
}

const sounds = await soundsOf(process.argv.slice(2));
await tellAll((name) => new Talk(name).hold(sounds));
