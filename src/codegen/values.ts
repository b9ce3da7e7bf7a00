/** JSON as a literal of a programming language: numbers as they are spelled, strings with every character they had. */
import { parseTree, type Node } from 'jsonc-parser';
import { partsOf, pythonString, scriptString, type Part } from './strings';

/** How a language writes values. */
export interface Dialect {
  string(text: string): string;
  /** The value of an environment variable. */
  env(name: string): string;
  /** The name of a property, with what follows it. */
  key(name: string): string;
  words: { true: string; false: string; null: string };
  indent: string;
  /** Blanks inside the braces of an object on one line. */
  padding: string;
}

export const SCRIPT: Dialect = {
  string: scriptString,
  env: (name) => `env('${name}')`,
  // As a plain name it would set the object's prototype.
  key: (name) =>
    name === '__proto__' ? "['__proto__']: " : `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : scriptString(name)}: `,
  words: { true: 'true', false: 'false', null: 'null' },
  indent: '  ',
  padding: ' ',
};

export const PYTHON: Dialect = {
  string: pythonString,
  env: (name) => `os.environ["${name}"]`,
  key: (name) => `${pythonString(name)}: `,
  words: { true: 'True', false: 'False', null: 'None' },
  indent: '    ',
  padding: '',
};

/** Code wider than this goes over several lines. */
const WIDTH = 100;

/** A value of JSON in a language; `variables` are the environment variables it reads. */
export interface Literal {
  code: string;
  variables: string[];
}

/**
 * The literal of a JSON text of at most 200 levels, its first line `column` wide already and standing at `level` indents. Throws,
 * for people, when the text is no JSON.
 */
export function literalOf(json: string, dialect: Dialect, level = 0, column = 0): Literal {
  const variables = new Set<string>();
  const root = isJson(json) ? parseTree(json) : undefined;
  if (!root) throw new Error('This message is not valid JSON: copy it as it stands instead.');
  return { code: write(root, { json, dialect, variables }, '', level, column), variables: [...variables] };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Writing {
  json: string;
  dialect: Dialect;
  variables: Set<string>;
}

function write(node: Node, writing: Writing, pointer: string, level: number, column: number): string {
  const { dialect, json } = writing;
  switch (node.type) {
    case 'object':
      return braces('{', propertiesOf(node, writing, pointer, level), '}', dialect, level, column);
    case 'array': {
      const items = (node.children ?? []).map((child, at) =>
        write(child, writing, `${pointer}/${at}`, level + 1, (level + 1) * dialect.indent.length),
      );
      return braces('[', items, ']', { ...dialect, padding: '' }, level, column);
    }
    case 'string':
      return stringCode(partsOf(String(node.value), pointer), writing);
    case 'number':
      return json.slice(node.offset, node.offset + node.length);
    default:
      return dialect.words[String(node.value) as keyof Dialect['words']];
  }
}

function propertiesOf(node: Node, writing: Writing, pointer: string, level: number): string[] {
  // Of several properties with one name the last counts, and a literal may not repeat one.
  const last = new Map<string, Node>();
  for (const property of node.children ?? []) {
    const [name, value] = property.children ?? [];
    if (name && value) last.set(String(name.value), value);
  }
  return [...last].map(([name, value]) => {
    const key = writing.dialect.key(name);
    const below = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return key + write(value, writing, below, level + 1, (level + 1) * writing.dialect.indent.length + key.length);
  });
}

function braces(open: string, items: string[], close: string, dialect: Dialect, level: number, column: number): string {
  if (items.length === 0) return open + close;
  const line = open + dialect.padding + items.join(', ') + dialect.padding + close;
  if (column + line.length <= WIDTH && !line.includes('\n')) return line;
  const inner = dialect.indent.repeat(level + 1);
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${dialect.indent.repeat(level)}${close}`;
}

function stringCode(parts: readonly Part[], { dialect, variables }: Writing): string {
  if (parts.length === 0) return dialect.string('');
  return parts
    .map((part) => {
      if (typeof part === 'string') return dialect.string(part);
      variables.add(part.env);
      return dialect.env(part.env);
    })
    .join(' + ');
}
