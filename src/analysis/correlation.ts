/**
 * Why each event of a session came: which request it answers, which speech began it, which response it ends. Told from the
 * order of events and the ids in them, as recorded sessions show them; what cannot be told is left unlinked.
 */
import { audioField } from '../protocol/audioEvents';
import { asObject, asText, dig } from './json';
import type { Link, LinkKind, TracedEvent } from './model';
import { Recent } from './recent';
import { metadataOf, Requests, type Request } from './requests';
import { SeqRows } from './seqRows';
import type { Moment } from './spans/book';
import type { SessionTraits } from './traits';

/** What began a response. */
export interface ResponseStart {
  /** `speech` and `idle`: turn detection; `create`: the client's request; `unknown`: no event tells. */
  by: 'speech' | 'idle' | 'create' | 'unknown';
  /** Row and time of the event that began it: end of speech, time-out, or request; of the response itself when unknown. */
  row: number;
  t: number;
  /** The spoken item that was answered. */
  item: string;
  /** Calls (and approvals) whose output it answers. */
  calls: string[];
  /** Outside the conversation. */
  aside: boolean;
}

/** How audio came to be an item. */
export interface Commit {
  by: 'speech' | 'idle' | 'client' | 'unknown';
  /** Of the end of speech, the time-out or the client's commit; else of the event itself. */
  row: number;
  t: number;
}

/** What one event tells about others. */
export interface Correlated {
  links: Link[];
  /**
   * False for a line that says nothing more: a message of the client's counts when it is sent on, as what it is then, since the
   * server knows nothing of it before; one of the server's when it comes.
   */
  counts: boolean;
  /** Of a message that goes on after it was held back: where it came. */
  held?: Moment;
  /** Of `response.created`. */
  started?: ResponseStart;
  /** Of `input_audio_buffer.committed`. */
  committed?: Commit;
  /** Of an `error`: the request it refuses. */
  refused?: Request;
  /** The request that this event answers. */
  answered?: Request;
}

interface Heard {
  startRow: number;
  stop: { row: number; t: number } | undefined;
  /** Turn detection waited in vain: nobody spoke. */
  idle: boolean;
}

/** Links the event at hand to its cause; a cause that is not known makes no link. */
type LinkTo = (cause: number | undefined, kind: LinkKind) => void;
/** Links the event at hand to the oldest request of that type that matches; false when there is none. */
type Answer = (request: string, kind: LinkKind, matches?: (request: Request) => boolean) => boolean;

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';
/** Items, calls and responses that later events may still be about. */
const KEPT = 1024;
/** Turn detection's response follows its commit at once (recorded sessions: within 10 ms); this leaves room for a slow line. */
const PATIENCE_MS = 1000;

/** Answers that name their request by type. */
const ANSWERS = new Map<string, [request: string, kind: LinkKind]>([
  ['session.updated', ['session.update', 'updated']],
  ['transcription_session.updated', ['transcription_session.update', 'updated']],
  ['input_audio_buffer.cleared', ['input_audio_buffer.clear', 'answered']],
  ['conversation.item.deleted', ['conversation.item.delete', 'answered']],
  ['conversation.item.retrieved', ['conversation.item.retrieve', 'answered']],
]);

/** Follows the causes of one session. Its work and memory do not grow with the session, but for where its events stand (`seqRows.ts`). */
export class Correlator {
  #requests = new Requests();
  #rows = new SeqRows();
  #held = new Recent<number, Moment>(4096);
  /** Client events with an id that wait, or never went on: only the inspector can have refused them. */
  #unsent = new Recent<string, number>(KEPT);
  #heard = new Recent<string, Heard>(KEPT);
  #lastHeard: Heard | undefined;
  #committed = new Recent<string, number>(KEPT);
  /** Items that came of audio or of a response, so not of a request. */
  #known = new Recent<string, true>(4 * KEPT);
  #responses = new Recent<string, number>(KEPT);
  /** Rows where calls were complete, and MCP approvals asked for. */
  #calls = new Recent<string, number>(KEPT);
  #lastAudio = new Recent<string, number>(KEPT);
  /** In progress: listings and calls of MCP tools, by item. */
  #mcp = new Recent<string, number>(KEPT);
  /** Outputs sent since the last response began. */
  #outputs: { row: number; call: string }[] = [];
  /** Turn detection has ended a turn and is about to begin a response. */
  #due: (Pick<ResponseStart, 'by' | 'row' | 't' | 'item'> & { committedT: number }) | undefined;
  #openRow: number | undefined;
  #traits: SessionTraits;

  /** @param traits What is known of the session; kept up to date by the owner. */
  constructor(traits: SessionTraits) {
    this.#traits = traits;
  }

  /** The handshake's row, from which the server's greeting follows. */
  open(row: number): void {
    this.#openRow = row;
  }

  /** Messages were not kept: what waited for an answer may have had it. */
  gap(): void {
    this.#requests.forget();
    this.#due = undefined;
  }

  /** Takes the next event of the session; its row must be greater than those before. */
  add(event: TracedEvent): Correlated {
    const held = event.replaces === undefined ? undefined : this.#held.get(event.replaces);
    const isGone = event.fate === 'dropped' || event.fate === 'lost';
    const counts = event.from === 'client' ? event.fate === undefined : !held && !isGone;
    const told: Correlated = { links: [], counts };
    const link: LinkTo = (cause, kind) => {
      if (cause !== undefined && cause < event.row) told.links.push({ cause, effect: event.row, kind });
    };
    if (event.replaces !== undefined && held) {
      this.#held.delete(event.replaces);
      link(held.row, isGone ? 'dropped' : event.origin ? 'edited' : 'released');
      if (!isGone) told.held = held;
    } else if (event.replaces !== undefined) link(this.#rows.rowOf(event.replaces), 'edited');
    this.#rows.add(event.seq, event.row);
    if (event.fate === 'held') this.#held.set(event.seq, { row: event.row, t: event.t });
    const id = event.from === 'client' ? asText(event.event.event_id).slice(0, 512) : '';
    if (id !== '' && counts) this.#unsent.delete(id);
    else if (id !== '' && event.fate === 'held') this.#unsent.set(id, event.row);
    if (!counts) return told;
    if (event.from === 'client') this.#client(event, told, link);
    else this.#server(event, told, link);
    return told;
  }

  #client(event: TracedEvent, told: Correlated, link: LinkTo): void {
    const request = this.#requests.add(event, told.held);
    if (event.type === 'conversation.item.truncate') link(this.#lastAudio.get(event.item), 'cut');
    if (event.type !== 'conversation.item.create') return;
    if (request.itemType !== 'function_call_output' && request.itemType !== 'mcp_approval_response') return;
    link(this.#calls.get(request.call), 'called');
    this.#outputs.push({ row: event.row, call: request.call });
    if (this.#outputs.length > 64) this.#outputs.shift();
  }

  #server(event: TracedEvent, told: Correlated, link: LinkTo): void {
    const { type, item, response, row, t } = event;
    const answer: Answer = (request, kind, matches) => {
      const found = this.#requests.take(request, matches);
      if (!found) return false;
      told.answered = found;
      link(found.row, kind);
      return true;
    };
    const answers = ANSWERS.get(type);
    if (answers) {
      const isOf = (request: Request) => item === '' || request.item === item;
      answer(answers[0], answers[1], type.startsWith('conversation.') ? isOf : undefined);
      return;
    }
    if (audioField(type, 'server')) {
      if (item) this.#lastAudio.set(item, row);
      return;
    }
    switch (type) {
      case 'session.created':
      case 'transcription_session.created':
        link(this.#openRow, 'answered');
        this.#openRow = undefined;
        return;
      case 'error':
        this.#error(event, told, link);
        return;
      case 'input_audio_buffer.speech_started':
        this.#lastHeard = { startRow: row, stop: undefined, idle: false };
        this.#heard.set(item, this.#lastHeard);
        return;
      case 'input_audio_buffer.speech_stopped': {
        const heard = this.#heard.get(item) ?? (item === '' ? this.#lastHeard : undefined);
        if (heard) heard.stop = { row, t };
        else this.#heard.set(item, { startRow: row, stop: { row, t }, idle: false });
        link(heard?.startRow, 'stopped');
        return;
      }
      case 'input_audio_buffer.timeout_triggered':
        this.#heard.set(item, { startRow: row, stop: { row, t }, idle: true });
        return;
      case 'input_audio_buffer.committed':
        told.committed = this.#commit(event, told, link);
        return;
      case 'output_audio_buffer.cleared':
        if (!answer('output_audio_buffer.clear', 'answered')) link(this.#lastHeard?.startRow, 'interrupted');
        return;
      case 'conversation.item.added':
      case 'conversation.item.created':
        this.#added(event, answer, link);
        return;
      case 'conversation.item.truncated':
        if (!answer('conversation.item.truncate', 'cut', (request) => request.item === item)) {
          link(this.#lastAudio.get(item), 'cut');
        }
        return;
      case `${TRANSCRIPTION}.completed`:
      case `${TRANSCRIPTION}.failed`: {
        const heard = this.#heard.get(item);
        link(this.#committed.get(item) ?? heard?.stop?.row ?? heard?.startRow, 'transcribed');
        return;
      }
      case 'response.created':
        told.started = this.#started(event, told, link);
        this.#responses.set(response, row);
        return;
      case 'response.done':
        this.#done(event, answer, link);
        return;
      case 'response.output_item.added':
      case 'response.output_item.done':
        this.#outputItem(event);
        return;
      case 'response.function_call_arguments.done':
        this.#calls.set(event.call, row);
        return;
      case 'mcp_list_tools.in_progress':
      case 'response.mcp_call.in_progress':
        this.#mcp.set(`${type.slice(0, type.lastIndexOf('.'))} ${item}`, row);
        return;
      case 'mcp_list_tools.completed':
      case 'mcp_list_tools.failed':
      case 'response.mcp_call.completed':
      case 'response.mcp_call.failed':
        link(this.#mcp.get(`${type.slice(0, type.lastIndexOf('.'))} ${item}`), 'ended');
        return;
    }
  }

  #error({ event }: TracedEvent, told: Correlated, link: LinkTo): void {
    const unsent = this.#unsent.get(asText(dig(event, 'error', 'event_id')));
    // The server never saw it; a rule has answered in its place.
    if (unsent !== undefined) return link(unsent, 'refused');
    const refused = this.#requests.refused(event.error);
    if (refused) {
      told.refused = refused;
      link(refused.row, 'refused');
    } else if (dig(event, 'error', 'code') === 'conversation_already_has_active_response') {
      // Turn detection was refused its response.
      this.#due = undefined;
    }
  }

  #commit({ item, row, t }: TracedEvent, told: Correlated, link: LinkTo): Commit {
    this.#committed.set(item, row);
    this.#known.set(item, true);
    const heard = this.#heard.get(item);
    if (heard?.stop) {
      link(heard.stop.row, 'committed');
      const by = heard.idle ? 'idle' : 'speech';
      if (this.#traits.answersTurns) {
        this.#due = { by, row: heard.stop.row, t: heard.stop.t, item, committedT: t };
      }
      return { by, ...heard.stop };
    }
    const request = this.#requests.take('input_audio_buffer.commit');
    if (!request) return { by: 'unknown', row, t };
    told.answered = request;
    link(request.row, 'committed');
    return { by: 'client', row: request.row, t: request.t };
  }

  #added({ event, item, call }: TracedEvent, answer: Answer, link: LinkTo): void {
    const committed = this.#committed.get(item);
    if (committed !== undefined) return link(committed, 'became');
    if (this.#known.has(item)) return;
    this.#known.set(item, true);
    const made = asObject(event.item);
    const type = asText(made?.type);
    // What the model makes begins in progress, what a client sends is complete.
    if (type === 'mcp_list_tools' || made?.status === 'in_progress') return;
    const create = 'conversation.item.create';
    if (answer(create, 'created', (request) => request.item !== '' && request.item === item)) return;
    const id = call || asText(made?.approval_request_id);
    const role = asText(made?.role);
    answer(
      create,
      'created',
      (request) =>
        // Of a body too large to be looked at nothing is known.
        request.itemType === '' ||
        (request.item === '' && request.itemType === type && request.role === role && request.call === id),
    );
  }

  #started(event: TracedEvent, told: Correlated, link: LinkTo): ResponseStart {
    const response = asObject(event.event.response);
    // Some servers leave the field out; only an explicit null means outside.
    const outside = response?.conversation_id === null;
    const metadata = metadataOf(response);
    let request = metadata
      ? this.#requests.take('response.create', (each) => each.metadata === metadata)
      : outside
        ? this.#requests.take('response.create', (each) => each.aside)
        : undefined;
    const due = this.#takeDue(outside || request !== undefined);
    if (due) {
      link(due.row, 'started');
      const { by, row, t, item } = due;
      return { by, row, t, item, calls: this.#takeOutputs(event.row, link), aside: false };
    }
    request ??=
      this.#requests.take('response.create', (each) => each.aside === outside) ??
      this.#requests.take('response.create');
    if (request) {
      told.answered = request;
      link(request.row, 'started');
      const calls = request.aside ? [] : this.#takeOutputs(request.row, link);
      return { by: 'create', row: request.row, t: request.t, item: '', calls, aside: request.aside };
    }
    const calls = outside ? [] : this.#takeOutputs(event.row, link);
    return { by: 'unknown', row: event.row, t: event.t, item: '', calls, aside: outside };
  }

  /** What turn detection is about to answer, if it is that which now begins. */
  #takeDue(other: boolean) {
    const due = this.#due;
    if (!due || other) return undefined;
    this.#due = undefined;
    // Between a turn's end and its response the server does nothing else. A request that came long after shows that turn
    // detection did not answer at all, and one where nothing is known of the session may be how its turns are answered.
    const patience = this.#traits.known ? PATIENCE_MS : 0;
    return this.#requests.waits('response.create', due.committedT + patience) ? undefined : due;
  }

  /** Calls whose outputs were sent before that row; the response that begins now has them. */
  #takeOutputs(before: number, link: LinkTo): string[] {
    const calls: string[] = [];
    this.#outputs = this.#outputs.filter(({ row, call }) => {
      if (row > before) return true;
      calls.push(call);
      link(row, 'started');
      return false;
    });
    return calls;
  }

  #done({ event, response }: TracedEvent, answer: Answer, link: LinkTo): void {
    const created = this.#responses.get(response);
    link(created, 'ended');
    if (dig(event, 'response', 'status') !== 'cancelled') return;
    const reason = dig(event, 'response', 'status_details', 'reason');
    const began = this.#lastHeard?.startRow;
    const isOurs = (request: Request) => request.response === '' || request.response === response;
    if (reason !== 'turn_detected' && answer('response.cancel', 'interrupted', isOurs)) return;
    if (reason !== 'client_cancelled' && began !== undefined && began > (created ?? -1)) link(began, 'interrupted');
  }

  #outputItem({ event, item, call, row }: TracedEvent): void {
    this.#known.set(item, true);
    const kind = dig(event, 'item', 'type');
    if (kind === 'mcp_approval_request') this.#calls.set(item, row);
    // The arguments' own end comes before the item's, and is what an app acts on.
    if (kind === 'function_call' && !this.#calls.has(call)) this.#calls.set(call, row);
  }
}
