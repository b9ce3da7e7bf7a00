/** What a person may not want to hand on of a message, found by what the API calls it, and masked where it stands. */
import { parseTree, type Node, type ParseError } from 'jsonc-parser';

/** Kinds of content that can be taken out of a trace. */
export const MASKS = ['instructions', 'transcripts', 'arguments', 'audio', 'images', 'notes'] as const;
export type Mask = (typeof MASKS)[number];

/** How many values of each kind were found, with their size: characters, or bytes of audio. */
export type MaskCounts = Record<Mask, { values: number; size: number }>;

export interface Masked {
  text: string;
  /** JSON pointers of the values masked. */
  pointers: string[];
}

/** What masking needs of a message's surroundings. */
export interface MaskContext {
  masks: ReadonlySet<Mask>;
  /** The byte that is silence in the codec of the audio this message carries. */
  silence: number;
  /** Told of everything found, masked or not. */
  found(mask: Mask, pointer: string, value: string): void;
}

/** Nesting of JSON in strings (`arguments`, `output`) that is looked into. */
const MOST_NESTED = 2;

/**
 * Masks what a message holds of the kinds asked for: audio becomes silence of the same length, other texts keep their length,
 * spaces and punctuation, with x for letters and 0 for digits. Everything else stays byte for byte. A text that is not JSON is
 * undefined: nobody can tell what is in it.
 */
export function maskMessage(text: string, type: string, context: MaskContext): Masked | undefined {
  const root = parse(text);
  if (root === undefined) return undefined;
  const changes: { from: number; to: number; by: string }[] = [];
  const pointers: string[] = [];
  visit(root, '', '', { type, role: '', isArguments: false }, (node, pointer, mask) => {
    const value = typeof node.value === 'string' ? node.value : text.slice(node.offset, node.offset + node.length);
    if (value === '') return;
    context.found(mask, pointer, value);
    if (!context.masks.has(mask)) return;
    pointers.push(pointer);
    changes.push({
      from: node.offset,
      to: node.offset + node.length,
      by: maskedNode(node, value, mask, context.silence),
    });
  });
  if (changes.length === 0) return { text, pointers };
  let out = '';
  let at = 0;
  for (const { from, to, by } of changes.sort((a, b) => a.from - b.from)) {
    out += text.slice(at, from) + by;
    at = to;
  }
  return { text: out + text.slice(at), pointers };
}

function parse(text: string): Node | undefined {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    return errors.length === 0 ? root : undefined;
  } catch {
    // Nested deeper than the stack bears.
    return undefined;
  }
}

/** Where a value stands. */
interface Place {
  type: string;
  /** Of the conversation item around it. */
  role: string;
  isArguments: boolean;
}

/** Goes through all values; `hit` is called for each that is of some kind. */
function visit(
  node: Node,
  name: string,
  pointer: string,
  place: Place,
  hit: (node: Node, pointer: string, mask: Mask) => void,
): void {
  const mask = kindOf(node, name, pointer, place);
  if (mask !== undefined) hit(node, pointer, mask);
  if (mask !== undefined || node.children === undefined) return;
  if (node.type === 'array') {
    for (const [at, child] of node.children.entries()) visit(child, name, `${pointer}/${at}`, place, hit);
    return;
  }
  const role = property(node, 'role') ?? place.role;
  const isAnswer = /^(?:function_call|mcp_call)/.test(property(node, 'type') ?? '');
  for (const { children } of node.children) {
    const [key, value] = children ?? [];
    if (key === undefined || value === undefined) continue;
    const keyText = String(key.value);
    const below = `${pointer}/${keyText.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    visit(value, keyText, below, { ...place, role, isArguments: place.isArguments || isAnswer }, hit);
  }
}

function property(node: Node, name: string): string | undefined {
  const found = node.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
  return found?.type === 'string' ? (found.value as string) : undefined;
}

const AUDIO_DELTA = /audio\.delta$/;
const TEXT_DELTA = /(?:text|transcript|transcription)\.delta$/;
const ARGUMENTS_DELTA = /arguments\.delta$/;

/** Which kind a value is of, by its name and where it stands. */
function kindOf(node: Node, name: string, pointer: string, { type, role, isArguments }: Place): Mask | undefined {
  if (node.type === 'object' && name === 'variables') return 'instructions';
  if (node.type !== 'string') return name === 'bytes' && node.type === 'array' ? 'transcripts' : undefined;
  switch (name) {
    case 'instructions':
      return 'instructions';
    case 'prompt':
      return 'instructions';
    case 'audio':
      return 'audio';
    case 'image_url':
      return 'images';
    case 'transcript':
    case 'token':
      return 'transcripts';
    case 'text':
      return role === 'system' ? 'instructions' : 'transcripts';
    case 'arguments':
    case 'output':
      return 'arguments';
    case 'delta':
      if (AUDIO_DELTA.test(type)) return 'audio';
      if (ARGUMENTS_DELTA.test(type)) return 'arguments';
      return TEXT_DELTA.test(type) ? 'transcripts' : undefined;
    case 'error':
      // What a tool said went wrong.
      return isArguments && pointer !== '/error' ? 'arguments' : undefined;
    default:
      return undefined;
  }
}

/** What stands in a value's place, as JSON. */
function maskedNode(node: Node, value: string, mask: Mask, silence: number): string {
  // The bytes of a token say what the token said.
  if (node.type === 'array') return '[]';
  if (node.type === 'object') return maskedJson(value, 0) ?? '{}';
  return JSON.stringify(mask === 'audio' ? silenced(value, silence) : masked(value, mask));
}

/** The same length of text without its words. */
function masked(value: string, mask: Mask): string {
  if (mask === 'images') return 'data:image/png;base64,';
  if (mask === 'arguments') {
    const inner = maskedJson(value, 0);
    if (inner !== undefined) return inner;
  }
  return words(value);
}

/** x for letters, 0 for digits; what gives a text its shape stays. */
export const words = (value: string) => value.replace(/\p{L}|\p{M}/gu, 'x').replace(/\p{N}/gu, '0');

/** JSON with its values masked and its names as they were; undefined when it is none. */
function maskedJson(text: string, depth: number): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
  return JSON.stringify(maskedValue(value, depth));
}

function maskedValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string')
    return (depth < MOST_NESTED ? maskedJson(value, depth + 1) : undefined) ?? words(value);
  if (typeof value === 'number') return 0;
  if (typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => maskedValue(entry, depth));
  return Object.fromEntries(Object.entries(value as object).map(([name, entry]) => [name, maskedValue(entry, depth)]));
}

/** Silence of the same length, for the sizes that come again and again. */
const silences = new Map<string, string>();
const MOST_SILENCES = 64;

function silenced(base64: string, silence: number): string {
  const bytes = Buffer.byteLength(base64, 'base64');
  const key = `${bytes} ${silence}`;
  const known = silences.get(key);
  if (known !== undefined) return known;
  const made = Buffer.alloc(bytes, silence).toString('base64');
  if (silences.size >= MOST_SILENCES) silences.clear();
  silences.set(key, made);
  return made;
}
