/**
 * A small voice app over any client that hands out server events by their type, as `openai` for Node does. It knows the
 * API from its documentation only, and nothing of the simulator.
 */
import type { OpenAIRealtimeEmitter } from 'openai/realtime/internal-base';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import type { Account, ConversationName, Sounds } from '../account';
import { Microphone, toBase64 } from './microphone';

/** What the SDK's two classes have in common. */
export type Peer = OpenAIRealtimeEmitter;

type EventOf<T extends RealtimeServerEvent['type']> = Extract<RealtimeServerEvent, { type: T }>;

const SILENCE_MS = 500;
const bytesOf = (base64: string): number => atob(base64).length;
const msOf = (base64: string): number => bytesOf(base64) / 48;

/** Holds one conversation and hangs up. Rejects at the first error, the server's or the connection's. */
export async function hold(conversation: ConversationName, peer: Peer, sounds: Sounds): Promise<Account> {
  const app = new VoiceApp(conversation, peer);
  try {
    await app.event('session.created');
    await app[conversation](sounds);
    return app.account();
  } finally {
    peer.close();
  }
}

class VoiceApp {
  readonly #received: RealtimeServerEvent[] = [];
  readonly #answers = new Map<string, { text: string; ms: number }>();
  readonly #transcripts = new Map<string, string>();
  readonly #calls: Account['calls'] = [];
  #cut: Account['cut'];
  #waiting = new Set<() => void>();
  readonly #failed: Promise<never>;

  constructor(
    private readonly conversation: ConversationName,
    private readonly peer: Peer,
  ) {
    peer.on('event', (event) => {
      this.#received.push(event);
      for (const look of this.#waiting) look();
    });
    this.#failed = new Promise((_resolve, reject) => {
      peer.on('error', (error) => reject(new Error(`${error.message} ${String(error.cause ?? '')}`)));
    });
    this.#failed.catch(() => undefined);
    peer.on('response.created', ({ response }) => this.#answers.set(response.id ?? '', { text: '', ms: 0 }));
    peer.on('response.output_text.delta', ({ response_id, delta }) => this.#say(response_id, delta));
    peer.on('response.output_audio_transcript.delta', ({ response_id, delta }) => this.#say(response_id, delta));
    peer.on('response.output_audio.delta', ({ response_id, delta }) => {
      const answer = this.#answers.get(response_id);
      if (answer) answer.ms += msOf(delta);
    });
    peer.on('conversation.item.input_audio_transcription.delta', ({ item_id, delta }) => {
      this.#transcripts.set(item_id, (this.#transcripts.get(item_id) ?? '') + (delta ?? ''));
    });
  }

  account(): Account {
    const answers = [...this.#answers.values()];
    return {
      conversation: this.conversation,
      received: this.#received,
      answers: answers.map(({ text }) => text),
      heardMs: answers.map(({ ms }) => ms),
      calls: this.#calls,
      transcripts: [...this.#transcripts.values()],
      ...(this.#cut ? { cut: this.#cut } : {}),
    };
  }

  /** The nth event of that type, come already or yet to come. */
  async event<T extends RealtimeServerEvent['type']>(type: T, nth = 1): Promise<EventOf<T>> {
    let look = (): void => undefined;
    const come = new Promise<EventOf<T>>((resolve) => {
      look = () => {
        const event = this.#received.filter((one): one is EventOf<T> => one.type === type)[nth - 1];
        if (event) resolve(event);
      };
      this.#waiting.add(look);
      look();
    });
    try {
      return await Promise.race([come, this.#failed]);
    } finally {
      this.#waiting.delete(look);
    }
  }

  async text(): Promise<void> {
    this.peer.send({
      type: 'session.update',
      session: { type: 'realtime', output_modalities: ['text'], instructions: 'Be brief.' },
    });
    await this.event('session.updated');
    this.#ask('Good morning, keeper.');
    await this.event('response.done');
    this.#ask('Is the lamp lit?');
    await this.event('response.done', 2);
  }

  async tools(): Promise<void> {
    this.peer.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        output_modalities: ['text'],
        tool_choice: 'auto',
        tools: [
          {
            type: 'function',
            name: 'get_weather',
            description: 'Weather in a city.',
            parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
          },
        ],
      },
    });
    await this.event('session.updated');
    this.#ask('What is the weather in Oslo?');
    const { response } = await this.event('response.done');
    for (const item of response.output ?? []) {
      if (item.type !== 'function_call') continue;
      this.#calls.push({ name: item.name ?? '', arguments: item.arguments ?? '' });
      const { city } = JSON.parse(item.arguments ?? '') as { city: string };
      this.peer.send({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: item.call_id ?? '', output: `Fog over ${city}` },
      });
    }
    this.peer.send({ type: 'response.create' });
    await this.event('response.done', 2);
  }

  async spoken({ question, interruption }: Sounds): Promise<void> {
    this.peer.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        instructions: 'You keep a lighthouse.',
        audio: {
          input: {
            transcription: { model: 'gpt-4o-transcribe' },
            turn_detection: { type: 'server_vad', silence_duration_ms: SILENCE_MS },
          },
        },
      },
    });
    await this.event('session.updated');
    this.#stopWhenTheUserSpeaks();
    const microphone = new Microphone((pcm) =>
      this.peer.send({ type: 'input_audio_buffer.append', audio: toBase64(pcm) }),
    );
    microphone.open();
    try {
      microphone.say(question);
      await this.event('response.output_audio.delta', 3);
      microphone.say(interruption);
      const { item_id } = await this.event('conversation.item.truncated');
      this.peer.send({ type: 'conversation.item.retrieve', item_id });
      await this.event('conversation.item.retrieved');
      await this.event('response.done', 2);
      await this.event('conversation.item.input_audio_transcription.completed', 2);
    } finally {
      microphone.close();
    }
  }

  async transcription({ question, interruption }: Sounds): Promise<void> {
    this.peer.send({
      type: 'session.update',
      session: {
        type: 'transcription',
        audio: {
          input: {
            transcription: { model: 'gpt-4o-transcribe', language: 'en' },
            turn_detection: { type: 'server_vad', silence_duration_ms: SILENCE_MS },
          },
        },
      },
    });
    await this.event('session.updated');
    this.#append(question);
    this.#append(new Uint8Array(SILENCE_MS * 2 * 48));
    await this.event('conversation.item.input_audio_transcription.completed');
    const input = { transcription: { model: 'gpt-realtime-whisper' as const }, turn_detection: null };
    this.peer.send({ type: 'session.update', session: { type: 'transcription', audio: { input } } });
    await this.event('session.updated', 2);
    this.#append(interruption);
    this.peer.send({ type: 'input_audio_buffer.commit' });
    await this.event('conversation.item.input_audio_transcription.completed', 2);
  }

  /** A client over a WebSocket plays by itself, so only it knows how much of an answer the user heard. */
  #stopWhenTheUserSpeaks(): void {
    let playing: { itemId: string; index: number; sinceMs: number; haveMs: number } | undefined;
    this.peer.on('response.output_audio.delta', ({ item_id, content_index, delta }) => {
      if (playing?.itemId !== item_id) {
        playing = { itemId: item_id, index: content_index, sinceMs: performance.now(), haveMs: 0 };
      }
      playing.haveMs += msOf(delta);
    });
    this.peer.on('input_audio_buffer.speech_started', () => {
      if (!playing) return;
      const { itemId, index, sinceMs, haveMs } = playing;
      const playedMs = Math.floor(Math.min(performance.now() - sinceMs, haveMs));
      this.peer.send({
        type: 'conversation.item.truncate',
        item_id: itemId,
        content_index: index,
        audio_end_ms: playedMs,
      });
      this.#cut = { itemId, playedMs };
      playing = undefined;
    });
  }

  #ask(text: string): void {
    this.peer.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    this.peer.send({ type: 'response.create' });
  }

  #append(pcm: Uint8Array): void {
    for (let at = 0; at < pcm.length; at += 4800) {
      this.peer.send({ type: 'input_audio_buffer.append', audio: toBase64(pcm.subarray(at, at + 4800)) });
    }
  }

  #say(responseId: string, delta: string): void {
    const answer = this.#answers.get(responseId);
    if (answer) answer.text += delta;
  }
}
