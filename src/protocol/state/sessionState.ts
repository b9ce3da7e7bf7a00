/** What is known of a session, as data. */
import type { DialectId } from '../dialects';
import type { Json } from '../validate/json';
import type { ItemState, PendingCall } from './items';

/** Something the client sent that the server has not answered yet. */
export interface Request {
  eventId?: string;
}

/** A `conversation.item.create` on its way: what its item is told by, and what it is taken to have done already. */
export interface ItemRequest extends Request {
  /** The client's own id for the item; the server gives one where there is none. */
  id?: string;
  type: string;
  /** Role and types of the parts of a message, the call of an output, the request of an approval. */
  marks: string;
  /** The call that this output answers, as the first to do so: a refusal lets it wait again. */
  answers?: { call: string; waited?: PendingCall };
}

/** A response that has begun and not ended. */
export interface ActiveResponse {
  id: string;
  /** False when it stays outside the conversation (`conversation: "none"`), where any number may run. */
  inConversation: boolean;
  /** Whether a `response.create` had been sent for it; else turn detection began it. */
  asked: boolean;
}

/** A session so far. Times in ms of audio, not of the clock. */
export interface SessionState {
  /** What the server last said the configuration is; undefined before `session.created`. */
  config?: Json;
  /** What it was at the beginning, in `session.created`. */
  initial?: Json;
  /** Updates sent and not answered yet, oldest first. */
  updates: readonly (Request & { session: Json })[];
  /** Whose server it is, as far as its first session tells. */
  dialect?: DialectId;
  /** The conversation in its order. */
  items: readonly ItemState[];
  input: {
    /** Audio appended and not yet made an item, ms. */
    bufferedMs: number;
    /** All audio appended in the session, ms: the clock of `audio_start_ms` and `audio_end_ms`. */
    totalMs: number;
    /** Turn detection hears speech. */
    speaking: boolean;
    /** The last speech heard: the item it becomes, its start and end. */
    speech?: { item: string; startMs: number; endMs?: number };
    /** Commits and clears sent and not answered: what each takes from the buffer, ms. */
    taken: readonly (Request & { ms: number })[];
  };
  /** Responses running now. */
  responses: readonly ActiveResponse[];
  /** The id of the newest response, whether it runs or not; absent before the first. */
  lastResponse?: string;
  /** `response.create` sent and not answered yet. */
  asked: readonly (Request & { inConversation: boolean })[];
  /** `conversation.item.create` sent and not answered yet, oldest first. */
  creates: readonly ItemRequest[];
  /** Function calls without an output, oldest first. */
  calls: readonly PendingCall[];
  /** Ids of calls whose output was sent or is in the conversation. */
  answered: readonly string[];
  /** The answer being spoken: audio of it so far, ms. It is added to its item when it ends. */
  voice?: { item: string; ms: number };
  /** The model has spoken, so its voice is fixed. */
  spoken: boolean;
}

/** Before the first event. */
export const NEW_SESSION: SessionState = {
  updates: [],
  items: [],
  input: { bufferedMs: 0, totalMs: 0, speaking: false, taken: [] },
  responses: [],
  asked: [],
  creates: [],
  calls: [],
  answered: [],
  spoken: false,
};
