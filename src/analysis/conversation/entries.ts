/** Entries of a conversation: how one begins, and what an item of the API says of it. */
import { asNumber, asObject, asText, dig, type JsonObject } from '../json';
import type { TracedEvent } from '../model';
import { errorWords } from '../words';
import type { ConversationEntry, EntryKind, Transcript } from './model';
import { keptText, partAt, setText, takeContent } from './parts';

/** Pieces of a transcript, by speaker, that are kept. */
const MOST_SEGMENTS = 500;

const KINDS: Readonly<Record<string, EntryKind>> = {
  message: 'message',
  function_call: 'call',
  function_call_output: 'output',
  mcp_call: 'mcpCall',
  mcp_list_tools: 'mcpTools',
  mcp_approval_request: 'approvalRequest',
  mcp_approval_response: 'approvalAnswer',
};

/** What an item is, by its `type`. */
export function kindOf(item: JsonObject): EntryKind {
  const type = asText(item.type);
  return Object.hasOwn(KINDS, type) ? (KINDS[type] ?? 'other') : 'other';
}

/** An entry of which nothing is known but the event that stands for it. */
export function newEntry(session: string, { row, t, item }: TracedEvent, kind: EntryKind): ConversationEntry {
  return {
    key: `${session} entry ${row}`,
    session,
    kind,
    role: '',
    item,
    response: '',
    call: '',
    row,
    lastRow: row,
    t,
    end: null,
    parts: [],
    transcript: null,
    status: '',
    detail: '',
    aside: false,
    deleted: false,
    truncatedMs: null,
    name: '',
    server: '',
    arguments: '',
    output: '',
    roundMs: null,
    otherRow: null,
    tokens: null,
  };
}

/** Takes over what an item says; what it leaves out stays as it was told before. `t` is when it was told, ms. */
export function takeItem(entry: ConversationEntry, item: JsonObject, t: number): void {
  const role = asText(item.role);
  const { kind } = entry;
  entry.kind = kindOf(item);
  // A user's item that was begun as speech stays one, whatever comes.
  if (entry.kind === 'other' && kind === 'message') entry.kind = kind;
  if (role === 'user' || role === 'assistant' || role === 'system') entry.role = role;
  takeContent(entry.parts, item);
  const call = asText(item.call_id).slice(0, 200) || asText(item.approval_request_id).slice(0, 200);
  entry.call = call || entry.call;
  entry.name = asText(item.name).slice(0, 200) || entry.name;
  entry.server = asText(item.server_label).slice(0, 200) || entry.server;
  entry.arguments = keptText(asText(item.arguments)).text || entry.arguments;
  const failure = asObject(item.error);
  entry.output =
    keptText(asText(item.output)).text || (failure ? errorWords(failure) : asText(item.error)) || entry.output;
  if (failure && entry.kind === 'mcpCall') entry.status = 'failed';
  if (entry.kind === 'mcpTools' && Array.isArray(item.tools)) {
    const names = item.tools.map((tool) => asText(dig(tool, 'name'))).filter(Boolean);
    entry.output = keptText(names.join(', ')).text;
    entry.status = 'completed';
  }
  if (entry.kind === 'approvalAnswer') entry.output = item.approve === true ? 'approved' : 'refused';
  if (entry.kind === 'mcpCall' && entry.output !== '') entry.roundMs ??= Math.max(0, t - (entry.end ?? entry.t));
}

/** A transcript of which nothing has come. */
export function newTranscript(state: 'off' | 'pending'): Transcript {
  return { state, lateMs: null, message: '', row: null, segments: [] };
}

/**
 * Takes over what an `input_audio_transcription.completed`, `.failed` or `.segment` says of the user's words.
 *
 * @param committed When their audio was committed, ms; undefined when that was not recorded.
 */
export function takeTranscript(
  entry: ConversationEntry,
  { type, row, t, event }: TracedEvent,
  committed: number | undefined,
): void {
  const transcript = (entry.transcript ??= newTranscript('pending'));
  if (type.endsWith('.segment')) {
    if (transcript.segments.length < MOST_SEGMENTS)
      transcript.segments.push({
        speaker: asText(event.speaker).slice(0, 64),
        text: keptText(asText(event.text)).text,
      });
    return;
  }
  transcript.lateMs = committed === undefined ? null : Math.max(0, t - committed);
  transcript.row = row;
  if (type.endsWith('.failed')) {
    transcript.state = 'failed';
    transcript.message = errorWords(asObject(event.error));
    return;
  }
  transcript.state = 'done';
  setText(partAt(entry.parts, asNumber(event.content_index) ?? 0, 'audio'), asText(event.transcript));
}
