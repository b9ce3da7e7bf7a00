/** Responses: which may run, what they read, and one at a time for the conversation. */
import { checkModalities, isNewer, member } from './config';
import { shownItem, type Conversation, type Item } from './conversation';
import { expire, type Desk, type Steps } from './desk';
import type { Director } from './director';
import type { Mcp } from './mcp';
import { MediaPlayback } from './mediaPlayback';
import { momentOf } from './moment';
import { withPrompt } from './prompts';
import { Run } from './run';
import type { RunSettings } from './runSettings';
import { decodeBase64, toPcm, type FormatName } from './codec';
import { NO_USAGE, inputTokens, rateLimits, usageOf, type InputTokens } from './usage';
import { errorOf, isObject, refusal, type Json } from './wire';

/** How long a client has to ask for a response itself after it has answered a request for approval, ms. */
const APPROVAL_MS = 100;
/** Milliseconds between a response's end and the word on rate limits, as recorded. */
const RATE_LIMITS_AFTER_MS = 43;
const TURN_DETECTED = { type: 'cancelled', reason: 'turn_detected' };

export class Responses {
  /** Assistant audio exists: the voice is fixed from now on. */
  spoken = false;
  #active: Run | undefined;
  #aside = new Map<string, Run>();
  #conversationId = '';
  #read: InputTokens | undefined;
  #greeted = false;
  #waiting = false;
  #playback: MediaPlayback;
  #turn = 0;

  constructor(
    private readonly desk: Desk,
    private readonly conversation: Conversation,
    private readonly config: () => Json,
    private readonly director: Director,
    private readonly mcp: Mcp,
    /** The session belongs to a call: sound goes over its media. */
    private readonly call: boolean,
    /** Called after a response of the conversation, with the ms its audio still plays. */
    private readonly ended: (playsMs: number) => void,
  ) {
    this.#playback = new MediaPlayback(desk, conversation);
  }

  /** Minted when it is first asked for. */
  get conversationId(): string {
    if (this.#conversationId === '') this.#conversationId = this.desk.mint('conv');
    return this.#conversationId;
  }

  /** `response.create`, or a turn that ended. Throws a `Refusal`. */
  create(given: Json = {}): void {
    const params = withPrompt(given, this.director.scenario.prompts);
    checkModalities(params, 'response');
    const aside = params['conversation'] === 'none';
    if (!aside && this.#active) {
      throw refusal('responseActive', { id: this.#active.id });
    }
    this.mcp.toolsChanged(params['tools']);
    const items = this.#context(params);
    const answer = this.#answer(params, items);
    if (answer?.refuse) return this.desk.emit('error', { error: errorOf(answer.refuse) });
    const run = new Run(this.desk, this.conversation, this.#settings(params, aside, answer, items), {
      spoke: (spoken, itemId, ms) => {
        this.spoken = true;
        if (this.call) this.#playback.add(spoken.id, itemId, ms);
      },
      finished: (done, playsMs) => this.#finish(done, playsMs),
    });
    if (aside) this.#aside.set(run.id, run);
    else this.#active = run;
    this.#greeted = true;
    run.begin();
  }

  /** A turn ended by itself: answer it now, or when the response under way has ended. */
  answerTurn(): void {
    if (this.#active) this.#waiting = true;
    else this.create();
  }

  /**
   * A request for approval was answered. The agents SDK sends no more than that, so the response that makes the call, or
   * leaves it, begins by itself, unless the client asks for one.
   */
  approvalAnswered(): void {
    this.desk.start(APPROVAL_MS, this.#goOn(this.#turn));
  }

  /** `response.cancel`. Throws a `Refusal` when there is nothing to cancel. */
  cancel(id: string | undefined): void {
    const run = id === undefined || id === this.#active?.id ? this.#active : this.#aside.get(id);
    if (!run) throw refusal('cancelNotActive');
    run.stop('cancelled', { type: 'cancelled', reason: 'client_cancelled' });
  }

  /** The user has begun to speak over the response. */
  interrupt(): void {
    const heard = this.#playback.clear();
    const run = this.#active;
    const { cutAfterMs = 0 } = run?.plan ?? {};
    if (run && cutAfterMs > 0) this.desk.start(cutAfterMs, this.#cut(run));
    else run?.stop('cancelled', TURN_DETECTED);
    if (heard) this.#playback.truncate(heard);
  }

  /** `output_audio_buffer.clear` of a call: what plays is cut off. */
  clearPlayback(): void {
    const heard = this.#playback.clear();
    if (heard) this.#playback.truncate(heard);
  }

  /** What the scenario says to this response. */
  #answer(params: Json, items: readonly Item[]): ReturnType<Director['answer']> {
    this.#turn += 1;
    const instructions = String(params['instructions'] ?? this.config()['instructions'] ?? '');
    const moment = { ...momentOf(items, this.conversation), instructions, turn: this.#turn };
    return this.director.answer(moment);
  }

  #settings(params: Json, aside: boolean, answer: ReturnType<Director['answer']>, items: Item[]): RunSettings {
    const session = this.config();
    const { dialect = 'ga', obfuscation = true } = this.director.scenario;
    const merged: Json = { ...session, ...params };
    const output = { ...member(member(session, 'audio'), 'output'), ...member(member(params, 'audio'), 'output') };
    const limit = merged['max_output_tokens'];
    const reads = inputTokens(merged, items, this.conversation);
    const cached = aside ? undefined : this.#read;
    if (!aside) this.#read = reads;
    const id = this.desk.mint('resp');
    return {
      id,
      aside,
      conversationId: aside ? null : this.conversationId,
      modality:
        Array.isArray(merged['output_modalities']) && merged['output_modalities'][0] === 'text' ? 'text' : 'audio',
      maxTokens: typeof limit === 'number' ? limit : Infinity,
      format: { ...(output['format'] as Json | undefined) },
      voice: output['voice'] ?? 'alloy',
      speed: typeof output['speed'] === 'number' ? output['speed'] : 1,
      metadata: params['metadata'] ?? null,
      tools: merged['tools'],
      toolChoice: merged['tool_choice'],
      // Reasoning models only, as documented.
      parallelCalls: isNewer(String(session['model'])) && merged['parallel_tool_calls'] !== false,
      items,
      first: !this.#greeted,
      phases: isNewer(String(session['model'])),
      usage: (made) => (made === undefined ? NO_USAGE : usageOf(reads, cached, made)),
      model: String(session['model']),
      session: String(session['id']),
      dialect,
      obfuscation,
      call: this.call,
      answer,
      mcp: (read) => this.mcp.items(read, merged['tools'], merged['tool_choice']),
      realCall: (server, name, args) => this.mcp.realCall(server, name, args),
    };
  }

  /** What the response reads: the conversation, or the items given for this response only. */
  #context(params: Json): Item[] {
    const { input } = params;
    if (!Array.isArray(input)) return [...this.conversation.items];
    const heard = member(member(member(this.config(), 'audio'), 'input'), 'format');
    const format = (heard?.['type'] ?? 'audio/pcm') as FormatName;
    return input.filter(isObject).map((given) => {
      if (given['type'] === 'item_reference') {
        const item = this.conversation.find(String(given['id']));
        if (item) return item;
        throw refusal('referenceMissing', { id: String(given['id']) }, 'response.input');
      }
      const decode = (audio: string): Uint8Array => toPcm(decodeBase64(audio, 'response.input'), format);
      const { item, audio } = shownItem(given, this.desk.mint('item'), decode);
      // Not in the conversation, and yet the response hears it; old audio makes room for new.
      if (audio) this.conversation.setAudio(item.id, audio);
      return item;
    });
  }

  #finish(run: Run, playsMs: number): void {
    if (this.call) this.#playback.drain(run.id, playsMs);
    if (this.#active === run) this.#active = undefined;
    this.#aside.delete(run.id);
    const { rateLimits: told, then, limitsAfterMs = RATE_LIMITS_AFTER_MS } = run.plan;
    if (told !== false) this.desk.start(limitsAfterMs, this.#limits(told ?? rateLimits(run.totalTokens)));
    if (then) this.desk.start(0, this.#leave(then));
    if (run.aside) return;
    if (this.#waiting) {
      this.#waiting = false;
      this.create();
    } else this.ended(playsMs);
  }

  *#cut(run: Run): Steps {
    if (this.#active === run) run.stop('cancelled', TURN_DETECTED);
  }

  *#goOn(turn: number): Steps {
    if (turn === this.#turn && !this.#active) this.create();
  }

  *#limits(limits: Json[]): Steps {
    this.desk.emit('rate_limits.updated', { rate_limits: limits });
  }

  *#leave(how: 'drop' | 'expire'): Steps {
    if (how === 'expire') expire(this.desk);
    else this.desk.hangUp(1006, '');
  }
}
