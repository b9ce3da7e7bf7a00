/** What a session's responses and transcriptions cost: usage as the server told it, times prices that are known. */
import { dialectOfSession, type DialectId } from '../protocol/dialects';
import { asText, dig } from './json';
import type { Cost, TokenCount, TracedEvent, Usage } from './model';
import { listApplies, quote, type ModelPrices, type PriceQuote, type UserPrices } from './prices';
import { addUsage, isNoUsage, noUsage, responseUsage, transcriptionUsage } from './usage';

/**
 * US dollars for that usage; null when a price that it needs is not known, also where the server did not say of which
 * modality tokens were and that makes a difference.
 */
export function costOf(usage: Usage, { prices, source }: PriceQuote): Cost | null {
  const parts = [
    tokensCost(usage.text, prices.textInput, prices.cachedTextInput, prices.textOutput),
    tokensCost(usage.audio, prices.audioInput, prices.cachedAudioInput, prices.audioOutput),
    tokensCost(usage.image, prices.imageInput, prices.cachedImageInput, undefined),
    unknownCost(usage, prices),
    times(usage.transcribedSeconds / 60, prices.perMinute === undefined ? undefined : prices.perMinute * 1e6),
  ];
  let usd = 0;
  for (const part of parts) {
    if (part === undefined) return null;
    usd += part;
  }
  return { usd: usd / 1e6, source };
}

/** The sum; null when either is not known, for a part of a price is no price. */
export function addCost(left: Cost | null, right: Cost | null): Cost | null {
  if (left === null || right === null) return null;
  const sources = new Set([...left.source.split(' + '), ...right.source.split(' + ')].filter(Boolean));
  return { usd: left.usd + right.usd, source: [...sources].join(' + ') };
}

function tokensCost(
  { input, cached, output }: TokenCount,
  fresh: number | undefined,
  reused: number | undefined,
  made: number | undefined,
): number | undefined {
  return sum(times(input - cached, fresh), times(cached, reused), times(output, made));
}

/** Tokens of unknown modality have a price only where all modalities have the same. */
function unknownCost({ unknown, text, audio, image }: Usage, prices: ModelPrices): number | undefined {
  const input = same(prices.textInput, prices.audioInput, prices.imageInput);
  const cached = same(prices.cachedTextInput, prices.cachedAudioInput, prices.cachedImageInput);
  const output = same(prices.textOutput, prices.audioOutput);
  if (unknown.cached === 0) return sum(times(unknown.input, input), times(unknown.output, output));
  if (input === undefined || cached === undefined) return undefined;
  // The cached ones are among inputs that are counted in full already, here or by modality.
  const known = text.input + audio.input + image.input + unknown.input;
  if (unknown.cached > known) return undefined;
  const reduced = unknown.cached * (cached - input);
  return sum(times(unknown.input, input), times(unknown.output, output), reduced);
}

function same(...prices: (number | undefined)[]): number | undefined {
  const known = prices.filter((price) => price !== undefined);
  return known.length > 0 && known.every((price) => price === known[0]) ? known[0] : undefined;
}

function times(count: number, price: number | undefined): number | undefined {
  return count === 0 ? 0 : price === undefined ? undefined : count * price;
}

function sum(...parts: (number | undefined)[]): number | undefined {
  return parts.reduce((all, part) => (all === undefined || part === undefined ? undefined : all + part), 0);
}

/** What one event added to a session's account. */
export interface Spent {
  by: 'response' | 'transcription';
  /** Id of the response, or of the item that was transcribed; '' when it was not told. */
  id: string;
  model: string;
  usage: Usage;
  cost: Cost | null;
}

/** The account of one session, event by event. Keeps sums only. */
export class SessionAccount {
  usage: Usage = noUsage();
  /** null as soon as anything in `usage` has no price; `unpriced` says what. */
  cost: Cost | null = { usd: 0, source: '' };
  #unpriced = new Set<string>();
  #url = '';
  #dialect: DialectId | undefined;
  #model = '';
  #transcriber = '';

  constructor(private readonly user: UserPrices = new Map()) {}

  /** The model that answers, as the session or its address names it. */
  get model(): string {
    return this.#model;
  }

  /** Models (and what of them) that kept the cost from being known; at most 20. */
  get unpriced(): string[] {
    return [...this.#unpriced];
  }

  /** The handshake: whose prices apply, and which model was asked for. */
  open(url: string): void {
    this.#url = url;
    this.#model = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? '').get('model')?.slice(0, 100) ?? '';
  }

  /** Takes an event of the session; returns what it added, if it told of usage. */
  event({ from, type, event }: TracedEvent): Spent | undefined {
    if (from !== 'server') return undefined;
    switch (type) {
      case 'session.created':
      case 'session.updated':
      case 'transcription_session.updated':
        this.#learn(event);
        return undefined;
      case 'response.done': {
        const usage = responseUsage(event);
        return usage ? this.#spend('response', asText(dig(event, 'response', 'id')), this.#model, usage) : undefined;
      }
      case 'conversation.item.input_audio_transcription.completed': {
        const usage = transcriptionUsage(event);
        return usage ? this.#spend('transcription', asText(event.item_id), this.#transcriber, usage) : undefined;
      }
    }
    return undefined;
  }

  #learn(event: TracedEvent['event']): void {
    this.#dialect ??= dialectOfSession(event);
    const { session } = event;
    this.#model = asText(dig(session, 'model')).slice(0, 100) || this.#model;
    const model =
      asText(dig(session, 'audio', 'input', 'transcription', 'model')) ||
      asText(dig(session, 'input_audio_transcription', 'model'));
    // Switched off, it may still owe transcripts.
    this.#transcriber = model.slice(0, 100) || this.#transcriber;
  }

  #spend(by: Spent['by'], id: string, model: string, usage: Usage): Spent {
    const found = quote(model, this.user, listApplies(this.#url, this.#dialect));
    const cost = isNoUsage(usage) ? { usd: 0, source: '' } : found ? costOf(usage, found) : null;
    this.usage = addUsage(this.usage, usage);
    this.cost = addCost(this.cost, cost);
    if (cost === null && this.#unpriced.size < 20) {
      this.#unpriced.add(found ? `${model}: a price is missing` : model || `a ${by} without a model's name`);
    }
    return { by, id, model, usage, cost };
  }
}
