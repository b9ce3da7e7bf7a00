/** What a client program tells of a conversation it held. */
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';

/** The conversations that every client holds with the simulator. */
export const CONVERSATIONS = ['text', 'spoken', 'tools', 'transcription'] as const;
export type ConversationName = (typeof CONVERSATIONS)[number];

/** An account goes from a program to the test as a line of JSON. */
export interface Account {
  conversation: ConversationName;
  /** Every server event, in order, as the client's package handed it out. */
  received: RealtimeServerEvent[];
  /** What each response said, put together from its deltas. */
  answers: string[];
  /** Milliseconds of sound that each response brought. */
  heardMs: number[];
  /** Functions the app was asked to run. */
  calls: { name: string; arguments: string }[];
  /** What the user said, put together from the deltas of each item's transcription. */
  transcripts: string[];
  /** Where the app stopped playing because the user spoke, when the app itself knows. */
  cut?: { itemId: string; playedMs: number };
  /** What the package itself kept of the conversation, when it keeps anything: a line for each message. */
  history?: string[];
}

/** The other thing a program can tell. */
export interface Failure {
  conversation: ConversationName;
  failure: string;
}

/** PCM16 at 24 kHz, mono: 48 bytes a millisecond. */
export interface Sounds {
  question: Uint8Array;
  interruption: Uint8Array;
}
