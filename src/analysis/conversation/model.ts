/** A conversation as it is shown: what was said, called and answered, in the server's order. Plain data. */

export type EntryKind =
  | 'message'
  | 'call'
  | 'output'
  | 'mcpCall'
  | 'mcpTools'
  | 'approvalRequest'
  | 'approvalAnswer'
  /** How a response ended, after its items. */
  | 'response'
  | 'other';

/** A piece of an item's content; at most `MOST_TEXT` characters of its text are kept. */
export interface EntryPart {
  kind: 'text' | 'audio' | 'image' | 'other';
  /** Text, or the transcript of audio; of an image '' (never the picture). */
  text: string;
  /** Characters that were left out at the end. */
  cut: number;
  /** Bytes of an image in the message, 0 when it is elsewhere. */
  bytes: number;
}

/** What became of the transcript of what the user said. */
export interface Transcript {
  /** `off`: nobody asked for one. */
  state: 'off' | 'pending' | 'done' | 'failed';
  /** From the arrival of `committed` to that of the transcript, ms; null while it is not here. */
  lateMs: number | null;
  /** Why it failed. */
  message: string;
  /** Row that told it. */
  row: number | null;
  /** Who said what, where the model tells speakers apart. */
  segments: { speaker: string; text: string }[];
}

/** An item of the conversation, or the end of a response. */
export interface ConversationEntry {
  key: string;
  session: string;
  kind: EntryKind;
  role: 'user' | 'assistant' | 'system' | '';
  /** '' where it has none (yet). */
  item: string;
  response: string;
  call: string;
  /** The event that stands for it, and the last one that told of it. */
  row: number;
  lastRow: number;
  /** When it began, and ended (null while it goes on), ms. */
  t: number;
  end: number | null;
  parts: EntryPart[];
  /** Of the user's audio. */
  transcript: Transcript | null;
  /** Length of the input audio the server made a user's item of (its `audio_start_ms` to `audio_end_ms`), ms; absent while unknown. */
  inputMs?: number;
  /** Of the item or response: `in_progress`, `completed`, `cancelled`, ...; `speaking`, `sent`, `refused` for the user's. */
  status: string;
  /** Why, in words. */
  detail: string;
  /** Outside the conversation. */
  aside: boolean;
  deleted: boolean;
  /** Where its audio was cut by a truncation, ms. */
  truncatedMs: number | null;
  /** Of a tool or MCP server. */
  name: string;
  /** Server label of MCP. */
  server: string;
  arguments: string;
  /** Output, or error, of a tool. */
  output: string;
  /** From the complete arguments to the output, ms; null without. */
  roundMs: number | null;
  /** Of a call: the row of its output. Of an output: that of its call. */
  otherRow: number | null;
  /** Of a response: tokens altogether; null when they were not told. */
  tokens: number | null;
}

/** A row with the ids its event carries ('' for none), to find the entry it belongs to. */
export interface EntryIds {
  row: number;
  item: string;
  response: string;
  call: string;
}

/** What is asked for: a stretch, and the place of the entry that an event belongs to. */
export interface ConversationQuestion {
  session: string;
  from: number;
  count: number;
  near?: EntryIds;
}

/** A stretch of a session's conversation. */
export interface ConversationPage {
  session: string;
  /** Entries altogether. */
  total: number;
  /** Place of the first entry here. */
  first: number;
  entries: ConversationEntry[];
  /** Place of the entry that a row belongs to, where one was asked for; -1 for none. */
  at: number;
}

/** Characters kept of one text; the events have the rest. */
export const MOST_TEXT = 8000;
