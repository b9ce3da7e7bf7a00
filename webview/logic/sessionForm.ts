/**
 * The settings of a session as a form shows them beside the text of a `session.update`. The text is the truth: a setting is
 * read from it and written into it, and everything else in it stays as it was written.
 */
import { applyEdits, findNodeAtLocation, modify, parseTree, type JSONPath } from 'jsonc-parser';
import { knownValues, SESSION_FIELDS, type SessionField } from '../../src/protocol';
import { readLoosely, valueAtPath } from './jsonPlace';
import { isJson } from './jsonText';
import { isFields } from './updatePreview';

/** How a setting is edited. `json` is anything, written as JSON. */
export type Control =
  | { kind: 'choice'; values: readonly unknown[]; isOpen?: true }
  | { kind: 'number'; least: number; most: number; step: number }
  | { kind: 'text' }
  | { kind: 'long' }
  | { kind: 'json' };

/** A setting of the form. */
export interface FormField {
  /** Below `session`, as in `SESSION_FIELDS`. */
  path: string;
  label: string;
  /** One line about it. */
  summary: string;
  control: Control;
  /** Null there turns it off. */
  off?: string;
  /** It is there only while another setting has that value. */
  only?: { path: string; is: unknown };
}
export interface FormSection {
  title: string;
  fields: FormField[];
}

const choice = (...values: unknown[]): Control => ({ kind: 'choice', values });
const open = (...values: unknown[]): Control => ({ kind: 'choice', values, isOpen: true });
const number = (least: number, most: number, step: number): Control => ({ kind: 'number', least, most, step });
const text: Control = { kind: 'text' };
const formats = [{ type: 'audio/pcm', rate: 24000 }, { type: 'audio/pcmu' }, { type: 'audio/pcma' }];
const vad = 'audio.input.turn_detection';
const server = { path: `${vad}.type`, is: 'server_vad' };
const semantic = { path: `${vad}.type`, is: 'semantic_vad' };

/** Settings that null turns off as a whole, by the one that says of what kind they are. */
const offs: Readonly<Record<string, string>> = {
  [`${vad}.type`]: vad,
  'audio.input.transcription.model': 'audio.input.transcription',
};

const layout: readonly {
  title: string;
  fields: readonly [path: string, label: string, control: Control, only?: FormField['only']][];
}[] = [
  {
    title: 'Answers',
    fields: [
      ['instructions', 'Instructions', { kind: 'long' }],
      ['output_modalities', 'Answers in', choice(['audio'], ['text'])],
      ['audio.output.voice', 'Voice', open()],
      ['audio.output.speed', 'Speed', number(0.25, 1.5, 0.05)],
      ['audio.output.format', 'Output format', choice(...formats)],
      ['max_output_tokens', 'Most tokens of an answer', open('inf', 1024, 4096)],
      [
        'reasoning',
        'Reasoning',
        choice(null, ...['minimal', 'low', 'medium', 'high', 'xhigh'].map((effort) => ({ effort }))),
      ],
    ],
  },
  {
    title: 'Turn detection',
    fields: [
      [`${vad}.type`, 'By', choice('server_vad', 'semantic_vad')],
      [`${vad}.threshold`, 'Threshold', number(0, 1, 0.05), server],
      [`${vad}.prefix_padding_ms`, 'Kept from before, ms', number(0, 5000, 50), server],
      [`${vad}.silence_duration_ms`, 'Silence that ends a turn, ms', number(0, 10_000, 50), server],
      [`${vad}.idle_timeout_ms`, 'Speaks up after, ms', number(5000, 30_000, 500), server],
      [`${vad}.eagerness`, 'Eagerness', choice('auto', 'low', 'medium', 'high'), semantic],
      [`${vad}.create_response`, 'Answers by itself', choice(true, false)],
      [`${vad}.interrupt_response`, 'Speech cuts an answer', choice(true, false)],
    ],
  },
  {
    title: 'Input',
    fields: [
      ['audio.input.format', 'Input format', choice(...formats)],
      ['audio.input.noise_reduction', 'Noise reduction', choice(null, { type: 'near_field' }, { type: 'far_field' })],
      ['audio.input.noise_reduction.strength', 'Its strength', { kind: 'json' }],
      ['audio.input.transcription.model', 'Transcription', open()],
      ['audio.input.transcription.language', 'Language', open()],
      ['audio.input.transcription.languages', 'Languages', { kind: 'json' }],
      ['audio.input.transcription.prompt', 'Words to expect', text],
      ['audio.input.transcription.keywords', 'Terms', { kind: 'json' }],
      ['audio.input.transcription.delay', 'Delay', choice('minimal', 'low', 'medium', 'high', 'xhigh')],
      ['include', 'Extras in events', choice([], ['item.input_audio_transcription.logprobs'])],
    ],
  },
  {
    title: 'Tools',
    fields: [
      ['tools', 'Tools', { kind: 'json' }],
      ['tool_choice', 'Tool choice', open('auto', 'none', 'required')],
      ['parallel_tool_calls', 'Several at once', choice(true, false)],
    ],
  },
  {
    title: 'Session',
    fields: [
      ['truncation', 'Truncation', open('auto', 'disabled', { type: 'retention_ratio', retention_ratio: 0.8 })],
      ['tracing', 'Tracing', open(null, 'auto')],
      ['prompt', 'Stored prompt', { kind: 'json' }],
    ],
  },
];

/** The form for a session of that kind; a field of the API that has no place of its own stands at the end, as JSON. */
export function formOf(kind: 'realtime' | 'transcription'): FormSection[] {
  const known = new Map(SESSION_FIELDS.map((field) => [field.path, field]));
  const isOf = (field: SessionField | undefined) => field?.kinds.includes(kind) === true;
  const sections = layout.map(({ title, fields }) => ({
    title,
    fields: fields
      .filter(([path]) => isOf(known.get(path)))
      .map(([path, label, control, only]): FormField => {
        const summary = known.get(path)?.summary ?? '';
        const off = offs[path];
        return {
          path,
          label,
          summary,
          control,
          ...(off === undefined ? {} : { off }),
          ...(only === undefined ? {} : { only }),
        };
      }),
  }));
  return sections.filter(({ fields }) => fields.length > 0);
}

const below = (path: string): string[] => path.split('.');

/** The session an update asks for; undefined when the text is no update that can be edited by form. */
export function updateIn(text: string): Record<string, unknown> | undefined {
  if (!isJson(text)) return undefined;
  const event = readLoosely(text);
  const { session } = event;
  return event['type'] === 'session.update' && isFields(session) ? session : undefined;
}

/** What a field stands at in a configuration: null also where it is turned off as a whole. */
export function fieldAt(session: unknown, { path, off }: FormField): unknown {
  return off !== undefined && settingAt(session, off) === null ? null : settingAt(session, path);
}
/** The text with what was chosen in a field; undefined leaves it as it is. */
export function withField(source: string, field: FormField, value: unknown): string {
  const { path, off } = field;
  if (off === undefined) return withSetting(source, path, value);
  if (value === null) return withSetting(source, off, null);
  const isOff = settingAt(updateIn(source), off) === null;
  return value === undefined && isOff ? withSetting(source, off, undefined) : withSetting(source, path, value);
}

/** A setting in a configuration; undefined when it is not there. */
export function settingAt(session: unknown, path: string): unknown {
  return valueAtPath(session, below(path));
}

/** The values a choice offers, those of the model first. */
export function choicesOf({ path, control, off }: FormField, model: string | undefined): readonly unknown[] {
  if (control.kind !== 'choice') return [];
  const usual = knownValues(['session', ...below(path)], model).map(({ value }) => value);
  const all = [...control.values, ...(control.isOpen === true ? usual : []), ...(off === undefined ? [] : [null])];
  return [...new Map(all.map((value) => [JSON.stringify(value), value])).values()];
}

const laidOut = { formattingOptions: { tabSize: 2, insertSpaces: true, eol: '\n' } };

/** A change of one place. Where what holds it stands on one line it stays so; else the lines it touches are laid out. */
function edit(source: string, path: JSONPath, value: unknown): string {
  const root = parseTree(source);
  let holder = root;
  for (let depth = path.length - 1; depth > 0 && root !== undefined; depth -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, depth));
    if (node === undefined || (node.children?.length ?? 0) === 0) continue;
    holder = node;
    break;
  }
  const isOneLine = holder !== undefined && !source.slice(holder.offset, holder.offset + holder.length).includes('\n');
  return applyEdits(source, modify(source, path, value, isOneLine ? {} : laidOut));
}

/**
 * The text with a setting written as `value`, or taken out where that is undefined; holders that are empty then go too. Only
 * the place itself is written anew. A holder that is null or no object gives way.
 */
export function withSetting(source: string, path: string | JSONPath, value: unknown): string {
  const steps: JSONPath = ['session', ...(typeof path === 'string' ? below(path) : path)];
  let result = source;
  if (value !== undefined) {
    const holder = steps.findIndex((_, at) => at > 0 && at < steps.length && isInTheWay(result, steps.slice(0, at)));
    if (holder > 0) result = edit(result, steps.slice(0, holder), {});
    return edit(result, steps, value);
  }
  if (valueAtPath(readLoosely(result), steps as string[]) === undefined) return result;
  result = edit(result, steps, undefined);
  for (let depth = steps.length - 1; depth > 1; depth -= 1) {
    const outer = steps.slice(0, depth) as string[];
    const left = valueAtPath(readLoosely(result), outer);
    if (!isFields(left) || Object.keys(left).length > 0) break;
    result = edit(result, outer, undefined);
  }
  return result;
}

function isInTheWay(source: string, path: JSONPath): boolean {
  const value = valueAtPath(readLoosely(source), path as string[]);
  return value !== undefined && !isFields(value) && !Array.isArray(value);
}
