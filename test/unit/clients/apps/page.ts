/** The voice app in a page, on the browser's own WebSocket. */
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import type { Account, ConversationName } from '../account';
import { hold, type Peer } from './voiceApp';

/** Hands out events by their type, as the SDK's classes do. */
class Line {
  readonly #socket: WebSocket;
  readonly #listeners = new Map<string, ((event: unknown) => void)[]>();

  constructor(url: string, key: string) {
    this.#socket = new WebSocket(url, ['realtime', `openai-insecure-api-key.${key}`]);
    this.#socket.onmessage = ({ data }) => {
      const event = JSON.parse(String(data)) as RealtimeServerEvent;
      this.#emit('event', event);
      this.#emit(event.type, event.type === 'error' ? new Error(event.error.message) : event);
    };
    this.#socket.onclose = ({ code, reason }) => this.#emit('error', new Error(`closed ${code} ${reason}`));
  }

  on(type: string, listener: (event: unknown) => void): this {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    return this;
  }

  send(event: RealtimeClientEvent): void {
    this.#socket.send(JSON.stringify(event));
  }

  close(): void {
    this.#socket.close(1000, 'OK');
  }

  #emit(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

async function converse(conversation: ConversationName, base: string, key: string): Promise<Account> {
  const target = conversation === 'transcription' ? 'intent=transcription' : 'model=gpt-realtime';
  const [question, interruption] = await Promise.all(
    ['question', 'interruption'].map(async (name) => new Uint8Array(await (await fetch(`/${name}.pcm`)).arrayBuffer())),
  );
  const line = new Line(`${base}/realtime?${target}`, key);
  // Its methods are looser than the SDK's: whatever came is handed to whoever asked for that type.
  return hold(conversation, line as unknown as Peer, {
    question: question ?? new Uint8Array(),
    interruption: interruption ?? new Uint8Array(),
  });
}

/** What the test calls in the page. */
export interface PageWindow {
  converse: typeof converse;
}
Object.assign(globalThis, { converse } satisfies PageWindow);
