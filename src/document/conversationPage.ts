/** A stretch of a conversation, with the words that are still on their way read from the file. */
import type { Conversation } from '../analysis/conversation/conversation';
import {
  MOST_TEXT,
  type ConversationEntry,
  type ConversationPage,
  type ConversationQuestion,
} from '../analysis/conversation/model';
import { parseLine } from '../trace/parseLine';
import { parseEventBody } from './eventBody';
import type { EachLine } from './sessionFold';

/** Entries given at once. */
export const MOST_ENTRIES = 500;

/** Entries from a place on, at most 500, each a copy. Rejects only when the file cannot be read. */
export async function conversationPage(
  conversation: Conversation | undefined,
  { session, from, count, near }: ConversationQuestion,
  eachLine: EachLine,
): Promise<ConversationPage> {
  if (!conversation) return { session, total: 0, first: 0, entries: [], at: -1 };
  const total = conversation.length;
  const first = Math.max(0, Math.min(from, total));
  const kept = conversation.slice(first, Math.min(count, MOST_ENTRIES));
  const at = near ? conversation.placeOf(near) : -1;
  const entries = kept.map(copyOf);
  const waiting = new Map<number, ConversationEntry>();
  for (const [place, entry] of kept.entries()) {
    const copy = entries[place];
    if (copy) for (const row of conversation.live(entry)?.rows ?? []) waiting.set(row, copy);
  }
  const into = new Map(kept.map((entry, place) => [entries[place], conversation.live(entry)?.into]));
  if (waiting.size > 0)
    await eachLine([...waiting.keys()], (row, line) => {
      const entry = waiting.get(row);
      const parsed = parseLine(line);
      const delta = parsed.kind === 'event' && parsed.body ? parseEventBody(line, parsed.body)?.delta : undefined;
      if (entry && typeof delta === 'string') addWords(entry, into.get(entry) ?? 'text', delta);
    });
  return { session, total, first, entries, at };
}

function addWords(entry: ConversationEntry, into: 'text' | 'audio' | 'arguments', words: string): void {
  if (into === 'arguments') {
    if (entry.arguments.length < MOST_TEXT) entry.arguments += words;
    return;
  }
  let part = entry.parts.find(({ kind }) => kind === into);
  if (!part) entry.parts.push((part = { kind: into, text: '', cut: 0, bytes: 0 }));
  if (part.text.length < MOST_TEXT) part.text += words;
  else part.cut += words.length;
}

function copyOf(entry: ConversationEntry): ConversationEntry {
  const { parts, transcript } = entry;
  return {
    ...entry,
    parts: parts.map((part) => ({ ...part })),
    transcript: transcript && { ...transcript, segments: transcript.segments.map((segment) => ({ ...segment })) },
  };
}
