/**
 * The conversation of one session, entry by entry: items stand where the server put them, responses end with an entry of
 * their own. Texts are those of the events that complete them; of words that still come only the rows are kept.
 */
import type { Correlated } from '../correlation';
import type { Request } from '../requests';
import { withIds } from '../ids';
import { asList, asNumber, asObject, asText, type JsonObject } from '../json';
import type { TracedEvent } from '../model';
import { SessionTraits } from '../traits';
import { responseUsage } from '../usage';
import { errorWords, statusReason } from '../words';
import { kindOf, newEntry, newTranscript, takeItem, takeTranscript } from './entries';
import type { ConversationEntry, EntryIds, EntryKind } from './model';
import { Order } from './order';
import { keptText, partAt, takeWords } from './parts';
import { moveBehind } from './place';

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';
/** Rows of words on their way that are kept of an entry. */
const MOST_LIVE = 4000;
/** Deltas whose words belong to an entry: into which of its texts they go. */
const WORDS: Readonly<Record<string, 'text' | 'audio' | 'arguments'>> = {
  'response.output_text.delta': 'text',
  'response.text.delta': 'text',
  'response.output_audio_transcript.delta': 'audio',
  'response.audio_transcript.delta': 'audio',
  'response.function_call_arguments.delta': 'arguments',
  'response.mcp_call_arguments.delta': 'arguments',
  [`${TRANSCRIPTION}.delta`]: 'audio',
};

/** Words that have come and are in no other event yet. */
export interface LiveWords {
  into: 'text' | 'audio' | 'arguments';
  rows: number[];
}

export class Conversation {
  readonly #session: string;
  readonly #traits = new SessionTraits();
  readonly #entries = new Order<ConversationEntry>();
  readonly #byItem = new Map<string, ConversationEntry>();
  readonly #byResponse = new Map<string, ConversationEntry>();
  readonly #byCall = new Map<string, ConversationEntry>();
  /** Items the client has sent and the server has not named, by row. */
  readonly #sent = new Map<number, ConversationEntry>();
  readonly #live = new Map<ConversationEntry, LiveWords>();
  readonly #committed = new WeakMap<ConversationEntry, number>();
  /** The client wants them at the conversation's beginning. */
  readonly #atRoot = new WeakSet<ConversationEntry>();

  constructor(session: string) {
    this.#session = session;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Entries from a place on, as they are now. */
  slice(from: number, count: number): readonly ConversationEntry[] {
    return this.#entries.slice(from, count);
  }

  /** Words of an entry that no event has summed up yet. */
  live(entry: ConversationEntry): LiveWords | undefined {
    return this.#live.get(entry);
  }

  /** Place of the entry that an event belongs to, by its ids, else by its row; -1 for none. */
  placeOf({ row, item, response, call }: EntryIds): number {
    const entry = this.#byItem.get(item) ?? this.#byCall.get(call) ?? this.#byResponse.get(response);
    if (entry) return this.#entries.placeOf(entry);
    return this.#entries.findPlace((each) => each.row === row || each.lastRow === row || each.transcript?.row === row);
  }

  /** The next event, and what it was correlated with. Whatever is malformed changes nothing. */
  event(raw: TracedEvent, told: Correlated): void {
    if (!told.counts) return;
    const event = withIds(raw);
    this.#traits.observe(event);
    const into = Object.hasOwn(WORDS, event.type) ? WORDS[event.type] : undefined;
    if (into) this.#words(event, into);
    else if (event.from === 'client') this.#client(event);
    else this.#server(event, told);
  }

  #client(event: TracedEvent): void {
    if (event.type !== 'conversation.item.create') return;
    const item = asObject(event.event.item);
    if (!item) return;
    const known = this.#byItem.get(event.item);
    // A second item of an id that is taken is refused: the first stays what it is.
    const isTaken = known !== undefined && known.status !== 'sent' && known.status !== 'refused';
    const entry = (isTaken ? undefined : known) ?? this.#add(event, kindOf(item));
    entry.status = 'sent';
    entry.detail = '';
    this.#takeItem(entry, item, event);
    if (event.item && !isTaken) this.#byItem.set(event.item, entry);
    this.#sent.set(event.row, entry);
    if (event.event.previous_item_id === 'root') this.#atRoot.add(entry);
    if (entry.kind === 'output' || entry.kind === 'approvalAnswer') this.#answers(entry, event);
  }

  #server(event: TracedEvent, told: Correlated): void {
    const { type, item } = event;
    if (told.refused) this.#refused(told.refused, event);
    switch (type) {
      case 'input_audio_buffer.speech_started':
        if (item && !this.#byItem.has(item)) this.#user(event, 'speaking');
        return;
      case 'input_audio_buffer.speech_stopped':
        this.#touch(this.#byItem.get(item), event, (entry) => (entry.end = event.t));
        return;
      case 'input_audio_buffer.timeout_triggered':
        if (item) this.#touch(this.#user(event, ''), event, (entry) => (entry.detail = 'nobody spoke'));
        return;
      case 'input_audio_buffer.committed':
        return this.#commit(event);
      case 'conversation.item.added':
      case 'conversation.item.created':
      case 'conversation.item.done':
        return this.#placed(event, told);
      case 'conversation.item.deleted':
        this.#touch(this.#byItem.get(item), event, (entry) => (entry.deleted = true));
        return;
      case 'conversation.item.truncated':
        this.#touch(this.#byItem.get(item), event, (entry) => {
          entry.truncatedMs = asNumber(event.event.audio_end_ms) ?? entry.truncatedMs;
        });
        return;
      case `${TRANSCRIPTION}.completed`:
      case `${TRANSCRIPTION}.failed`:
      case `${TRANSCRIPTION}.segment`:
        return this.#transcribed(event);
      case 'response.created':
        return this.#begun(event, told);
      case 'response.output_item.added':
      case 'response.output_item.done':
        return this.#output(event);
      case 'response.content_part.added':
      case 'response.content_part.done':
      case 'response.output_text.done':
      case 'response.text.done':
      case 'response.output_audio_transcript.done':
      case 'response.audio_transcript.done':
        return this.#said(event);
      case 'response.function_call_arguments.done':
        this.#touch(this.#byItem.get(item), event, (entry) => {
          entry.arguments = keptText(asText(event.event.arguments)).text || entry.arguments;
          entry.end = event.t;
          this.#live.delete(entry);
        });
        return;
      case 'response.done':
        return this.#done(event);
    }
  }

  /** A new entry at the end. */
  #add(event: TracedEvent, kind: EntryKind): ConversationEntry {
    const entry = newEntry(this.#session, event, kind);
    this.#entries.push(entry);
    return entry;
  }

  #touch(
    entry: ConversationEntry | undefined,
    event: TracedEvent,
    how: (entry: ConversationEntry) => void,
  ): ConversationEntry | undefined {
    if (!entry) return undefined;
    entry.lastRow = event.row;
    how(entry);
    return entry;
  }

  /** What the user says, from its first sign on. */
  #user(event: TracedEvent, status: string): ConversationEntry {
    const known = this.#byItem.get(event.item);
    if (known) return known;
    const entry = this.#add(event, 'message');
    entry.role = 'user';
    entry.status = status;
    partAt(entry.parts, 0, 'audio');
    this.#byItem.set(event.item, entry);
    return entry;
  }

  #commit(event: TracedEvent): void {
    if (!event.item) return;
    const entry = this.#user(event, '');
    entry.status = 'completed';
    entry.end ??= event.t;
    entry.lastRow = event.row;
    this.#committed.set(entry, event.t);
    entry.transcript = newTranscript(
      this.#traits.transcribes || this.#traits.kind === 'transcription' ? 'pending' : 'off',
    );
    this.#move(entry, event.event.previous_item_id);
  }

  /** The server has put an item into the conversation. */
  #placed(event: TracedEvent, { answered }: Correlated): void {
    const item = asObject(event.event.item);
    if (!item || !event.item) return;
    const isDone = event.type === 'conversation.item.done';
    let entry = this.#byItem.get(event.item);
    if (!entry && answered) {
      entry = this.#sent.get(answered.row);
      if (entry && entry.item !== '' && entry.item !== event.item) entry = undefined;
    }
    if (answered) this.#sent.delete(answered.row);
    const isNew = entry === undefined;
    entry ??= this.#add(event, kindOf(item));
    entry.item = event.item;
    entry.lastRow = event.row;
    this.#byItem.set(event.item, entry);
    this.#takeItem(entry, item, event);
    if (entry.status === 'sent' || entry.status === 'speaking') entry.status = asText(item.status) || 'completed';
    // A server that sends no `added` tells of the item here, and the place it names is not to be trusted then.
    if (!isDone) this.#move(entry, event.event.previous_item_id);
    else if (isNew) this.#move(entry, undefined);
  }

  /** Brings an entry to its place: behind the item it follows, and before the end of the response it belongs to. */
  #move(entry: ConversationEntry, previous: unknown): void {
    const own = entry.response === '' ? undefined : this.#byResponse.get(entry.response);
    const before = typeof previous === 'string' ? this.#byItem.get(previous) : undefined;
    const entries = this.#entries;
    if (own) {
      const isIn = entries.isBefore(entry, own) && (!before || entries.isBefore(before, entry));
      if (!isIn) entries.moveTo(entry, own, 0);
    } else if (before) {
      if (before !== entry) moveBehind(entries, entry, before);
    } else if (previous === null && this.#atRoot.has(entry)) {
      // Null is the place at the root, but some servers say it of every item: only who asked for it is put there.
      entries.moveFirst(entry);
    }
  }

  #takeItem(entry: ConversationEntry, item: JsonObject, { t }: TracedEvent): void {
    takeItem(entry, item, t);
    if (entry.kind === 'call' && entry.call) this.#byCall.set(entry.call, entry);
    if (entry.kind === 'approvalRequest' && entry.item) this.#byCall.set(entry.item, entry);
  }

  /** An output and the call it is for know of each other. */
  #answers(entry: ConversationEntry, { t, row }: TracedEvent): void {
    const call = this.#byCall.get(entry.call);
    if (!call) return;
    entry.name ||= call.name;
    entry.otherRow = call.row;
    entry.roundMs = Math.max(0, t - (call.end ?? call.t));
    call.otherRow ??= row;
    call.roundMs ??= entry.roundMs;
  }

  #refused({ row: sent, type }: Request, event: TracedEvent): void {
    const entry = this.#sent.get(sent) ?? (type === 'response.create' ? this.#unanswered(sent, event) : undefined);
    if (!entry) return;
    this.#sent.delete(sent);
    entry.status = 'refused';
    entry.detail = errorWords(asObject(event.event.error));
  }

  /** An answer that was asked for and never began: without it the dialogue shows a silence that nobody can explain. */
  #unanswered(row: number, event: TracedEvent): ConversationEntry {
    const entry = this.#add({ ...event, item: '' }, 'response');
    entry.role = 'assistant';
    entry.row = row;
    return entry;
  }

  #transcribed(event: TracedEvent): void {
    const entry = this.#byItem.get(event.item);
    if (!entry) return;
    entry.lastRow = event.row;
    takeTranscript(entry, event, this.#committed.get(entry));
    if (!event.type.endsWith('.segment')) this.#live.delete(entry);
  }

  #begun(event: TracedEvent, { started }: Correlated): void {
    if (!event.response || this.#byResponse.has(event.response)) return;
    const entry = this.#add({ ...event, item: '' }, 'response');
    entry.role = 'assistant';
    entry.response = event.response;
    entry.status = 'in_progress';
    entry.aside = started?.aside ?? false;
    this.#byResponse.set(event.response, entry);
  }

  #output(event: TracedEvent): void {
    const item = asObject(event.event.item);
    if (!item || !event.item) return;
    const known = this.#byItem.get(event.item);
    const entry = known ?? this.#add(event, kindOf(item));
    this.#byItem.set(event.item, entry);
    entry.response = event.response;
    entry.role = 'assistant';
    entry.aside = this.#byResponse.get(event.response)?.aside ?? false;
    entry.lastRow = event.row;
    this.#takeItem(entry, item, event);
    entry.status = asText(item.status).slice(0, 64) || entry.status;
    if (event.type === 'response.output_item.done') {
      entry.end ??= event.t;
      if (entry.parts.some((part) => part.text !== '') || entry.arguments !== '') this.#live.delete(entry);
    }
    this.#move(entry, undefined);
  }

  #said(event: TracedEvent): void {
    const entry = this.#byItem.get(event.item);
    if (!entry) return;
    entry.lastRow = event.row;
    if (takeWords(entry.parts, event)) this.#live.delete(entry);
  }

  #done(event: TracedEvent): void {
    const response = asObject(event.event.response);
    if (!event.response) return;
    if (!this.#byResponse.has(event.response)) this.#begun(event, { links: [], counts: true });
    const entry = this.#byResponse.get(event.response);
    if (!entry) return;
    entry.lastRow = event.row;
    entry.end = event.t;
    entry.status = asText(response?.status).slice(0, 64) || 'completed';
    entry.detail = statusReason(response);
    entry.tokens = responseUsage(event.event)?.totalTokens ?? null;
    // A server that does not end its items one by one has them here.
    for (const value of asList(response?.output).slice(0, 64)) {
      const item = asObject(value);
      const id = asText(item?.id).slice(0, 200);
      if (!item || id === '') continue;
      if (!this.#byItem.has(id)) this.#output({ ...event, item: id, event: { item } });
      else this.#touch(this.#byItem.get(id), event, (known) => this.#takeItem(known, item, event));
    }
  }

  #words({ item, row }: TracedEvent, into: LiveWords['into']): void {
    const entry = this.#byItem.get(item);
    if (!entry) return;
    let live = this.#live.get(entry);
    if (!live) this.#live.set(entry, (live = { into, rows: [] }));
    if (live.rows.length < MOST_LIVE) live.rows.push(row);
  }
}

/** The conversations of a trace, by session. */
export class Conversations {
  readonly #sessions = new Map<string, Conversation>();

  event(event: TracedEvent, told: Correlated): void {
    let conversation = this.#sessions.get(event.session);
    if (!conversation) this.#sessions.set(event.session, (conversation = new Conversation(event.session)));
    conversation.event(event, told);
  }

  /** Undefined when nothing of that session has come. */
  of(session: string): Conversation | undefined {
    return this.#sessions.get(session);
  }
}
