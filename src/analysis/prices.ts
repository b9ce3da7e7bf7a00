/**
 * What tokens and minutes cost: a dated table of OpenAI's list prices, and the user's own (`realtimeInspector.prices`),
 * which win. Prices are US dollars per 1M tokens. A model that stands in neither has no price, and none is guessed.
 */
import { dialectOfHandshake, type DialectId } from '../protocol/dialects';
import { asObject } from './json';

/** Prices of a model, US dollars per 1M tokens; `perMinute` per minute of audio. A field left out has no price. */
export interface ModelPrices {
  textInput?: number;
  cachedTextInput?: number;
  textOutput?: number;
  audioInput?: number;
  cachedAudioInput?: number;
  audioOutput?: number;
  imageInput?: number;
  cachedImageInput?: number;
  /** Of a transcription model that is charged by time. */
  perMinute?: number;
}

/** The fields of `ModelPrices`, for the setting and its check. */
export const PRICE_FIELDS: readonly (keyof ModelPrices)[] = [
  'textInput',
  'cachedTextInput',
  'textOutput',
  'audioInput',
  'cachedAudioInput',
  'audioOutput',
  'imageInput',
  'cachedImageInput',
  'perMinute',
];

const MODEL_PAGES = 'https://developers.openai.com/api/docs/models';

/** Text in, cached, out; audio in, cached, out; image in, cached. */
function speaking(text: [number, number, number], audio: [number, number, number], image?: [number, number]) {
  return {
    textInput: text[0],
    cachedTextInput: text[1],
    textOutput: text[2],
    audioInput: audio[0],
    cachedAudioInput: audio[1],
    audioOutput: audio[2],
    ...(image ? { imageInput: image[0], cachedImageInput: image[1] } : {}),
  };
}

const FULL = speaking([4, 0.4, 16], [32, 0.4, 64], [5, 0.5]);
const REASONING = speaking([4, 0.4, 24], [32, 0.4, 64], [5, 0.5]);
const MINI = speaking([0.6, 0.06, 2.4], [10, 0.3, 20], [0.8, 0.08]);

/**
 * The models' own pages as read on that date. `gpt-realtime`, `gpt-realtime-mini` and the models charged by the minute
 * `whisper-1` and `gpt-transcribe` are from tables of others that quote them, and agree with one another.
 */
export const LIST_PRICES: {
  name: string;
  date: string;
  source: string;
  models: Readonly<Record<string, ModelPrices>>;
} = {
  name: 'OpenAI list prices',
  date: '2026-11-21',
  source: MODEL_PAGES,
  models: {
    'gpt-realtime': FULL,
    'gpt-realtime-1.5': FULL,
    'gpt-realtime-2': REASONING,
    'gpt-realtime-2.1': REASONING,
    'gpt-realtime-mini': MINI,
    'gpt-realtime-2.1-mini': MINI,
    'gpt-4o-realtime-preview': speaking([5, 2.5, 20], [40, 2.5, 80]),
    'gpt-4o-mini-realtime-preview': speaking([0.6, 0.3, 2.4], [10, 0.3, 20]),
    'gpt-4o-transcribe': { textInput: 2.5, audioInput: 2.5, textOutput: 10 },
    'gpt-4o-mini-transcribe': { textInput: 1.25, audioInput: 1.25, textOutput: 5 },
    'gpt-realtime-whisper': { perMinute: 0.017 },
    'gpt-live-transcribe': { perMinute: 0.017 },
    'gpt-transcribe': { perMinute: 0.006 },
    'whisper-1': { perMinute: 0.006 },
  },
};

/** Snapshots that cost otherwise than their model does now, and whose price is not in the table. */
const OTHERWISE = new Set(['gpt-4o-realtime-preview-2024-10-01']);

/** Prices of one model and where they are from. */
export interface PriceQuote {
  prices: ModelPrices;
  /** For people: name and date. */
  source: string;
}

/** The user's prices by model, checked. */
export type UserPrices = ReadonlyMap<string, ModelPrices>;

/**
 * Whether OpenAI's list applies to a session: its service, and servers on this machine (the simulator, so that costs can be
 * tried out). Azure, xAI and every other host have contracts of their own. Without a handshake (`url` empty, as in an
 * imported log) the dialect of the first `session.created` decides; Azure's GA sessions look like OpenAI's there.
 */
export function listApplies(url: string, dialect: DialectId | undefined): boolean {
  if (url === '') return dialect === 'openai' || dialect === 'openai-beta';
  const named = dialectOfHandshake({ url });
  if (named !== undefined) return named === 'openai' || named === 'openai-beta';
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Prices of a model; undefined when none are known. A dated snapshot (`NAME-2025-08-28`) costs what its model does unless it
 * is listed itself. The user's prices come first, field by field; `list` says whether the table applies at all.
 */
export function quote(model: string, user: UserPrices, list: boolean): PriceQuote | undefined {
  const base = model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  const own = user.get(model) ?? user.get(base);
  const models = LIST_PRICES.models;
  const name = Object.hasOwn(models, model) ? model : OTHERWISE.has(model) ? '' : base;
  const listed = list && Object.hasOwn(models, name) ? models[name] : undefined;
  const table = `${LIST_PRICES.name}, ${LIST_PRICES.date}`;
  if (!own) return listed && { prices: listed, source: table };
  if (!listed) return { prices: own, source: 'your prices' };
  return { prices: { ...listed, ...own }, source: `your prices; else ${table}` };
}

/**
 * Checks the value of the setting `realtimeInspector.prices`: an object of models, each an object of `PRICE_FIELDS` with
 * dollars, e.g. `{"my-deployment": {"audioInput": 32, "audioOutput": 64}}`. A model with a mistake is left out and has one
 * message that says what, where and what to write.
 */
export function checkPrices(value: unknown): { prices: UserPrices; problems: string[] } {
  const prices = new Map<string, ModelPrices>();
  const problems: string[] = [];
  if (value === undefined || value === null) return { prices, problems };
  const models = asObject(value);
  if (!models) {
    const example = '{"gpt-realtime": {"audioInput": 32, "audioOutput": 64}}';
    problems.push(`realtimeInspector.prices must be an object of models and their prices, e.g. ${example}.`);
    return { prices, problems };
  }
  for (const [model, entry] of Object.entries(models)) {
    const problem = mistakeIn(entry);
    if (problem === undefined) prices.set(model, { ...(entry as ModelPrices) });
    else problems.push(`realtimeInspector.prices, ${quoted(model)}: ${problem} The model is left out until then.`);
  }
  return { prices, problems };
}

function mistakeIn(entry: unknown): string | undefined {
  const fields = asObject(entry);
  if (!fields) return 'its prices must be an object such as {"audioInput": 32, "audioOutput": 64}.';
  if (Object.keys(fields).length === 0) return `it has no price. Write one of ${PRICE_FIELDS.join(', ')}.`;
  for (const [name, price] of Object.entries(fields)) {
    if (!PRICE_FIELDS.some((field) => field === name))
      return `there is no price called ${quoted(name)}. Write one of ${PRICE_FIELDS.join(', ')}.`;
    if (typeof price !== 'number' || !Number.isFinite(price) || price < 0) {
      const unit = name === 'perMinute' ? 'per minute' : 'per 1M tokens';
      return `${name} is ${quoted(price)}. Write US dollars ${unit} as a number, 0 or more.`;
    }
  }
  return undefined;
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
