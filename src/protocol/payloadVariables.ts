/**
 * Variables in the strings of a payload file: `${env:NAME}`, `${input:Question}`, `${lastItemId}` and its kin. A value takes
 * the place of its name inside the string, whatever characters it has; nothing is ever run. `$${` stands for `${` itself.
 */
import { parseTree, type Node, type ParseError } from 'jsonc-parser';
import type { SessionState } from './state/session';

/** Variables without a name of their own, and what they stand for. */
export const SESSION_VARIABLES = {
  lastItemId: 'the newest item of the conversation',
  lastResponseId: 'the newest response of the session',
  lastCallId: 'the newest function call, one that waits for its output first',
} as const;
export type SessionVariable = keyof typeof SESSION_VARIABLES;

const SESSION_VALUES: Readonly<Record<SessionVariable, (state: SessionState) => string | undefined>> = {
  lastItemId: ({ items }) => items.at(-1)?.id,
  lastResponseId: ({ lastResponse }) => lastResponse,
  lastCallId: ({ items, calls }) => {
    const called = items.findLast(({ type }) => type === 'function_call')?.item['call_id'];
    return calls.at(-1)?.call ?? (typeof called === 'string' ? called : undefined);
  },
};

/** What a variable of the session stands for in that state; undefined when there is no such thing. */
export const sessionValue = (name: SessionVariable, state: SessionState): string | undefined =>
  SESSION_VALUES[name](state);

/** What a variable asks for. */
export type VariableName =
  | { kind: 'env'; name: string }
  /** What the user is asked, and what stands in the box already (`${input:City=Oslo}`). */
  | { kind: 'input'; question: string; usual: string }
  | { kind: 'session'; name: SessionVariable };

/** A variable and the string it stands in. */
export type PayloadVariable = VariableName & {
  /** As it is written, with `${` and `}`. */
  text: string;
  offset: number;
  length: number;
};

const VARIABLE = /\$\$\{|\$\{([^{}]*)\}/g;
const LONGEST_QUESTION = 200;

/** The variables in the strings below a node, and what is wrong with any; places are those of the strings. */
export function checkVariables(root: Node): {
  variables: PayloadVariable[];
  problems: { severity: 'error'; message: string; offset: number; length: number }[];
} {
  const variables: PayloadVariable[] = [];
  const problems: ReturnType<typeof checkVariables>['problems'] = [];
  for (const { offset, length, value } of stringsOf(root)) {
    for (const [text, inner] of value.matchAll(VARIABLE)) {
      if (inner === undefined) continue;
      const read = readVariable(inner);
      if (typeof read === 'string') problems.push({ severity: 'error', message: read, offset, length });
      else variables.push({ ...read, text, offset, length });
    }
  }
  return { variables, problems };
}

/** `checkVariables` of an event's text; nothing where it is no JSON. Never throws. */
export function checkText(json: string): ReturnType<typeof checkVariables> {
  const root = json.includes('${') ? readRoot(json) : undefined;
  return root ? checkVariables(root) : { variables: [], problems: [] };
}
/** The variables of an event's text. */
export const variablesOf = (json: string): PayloadVariable[] => checkText(json).variables;

/**
 * Whether filling in changes the text: it has a variable, or `$${`. Text with other names in braces alone is a template of
 * somebody else's, and goes out as it stands.
 */
export function isToBeFilled(json: string): boolean {
  const root = json.includes('${') ? readRoot(json) : undefined;
  if (!root) return false;
  return checkVariables(root).variables.length > 0 || stringsOf(root).some(({ value }) => value.includes('$${'));
}

function readRoot(json: string): Node | undefined {
  try {
    const errors: ParseError[] = [];
    const root = parseTree(json, errors, { disallowComments: true });
    // Of what is broken the parser guesses the rest.
    return errors.length > 0 ? undefined : root;
  } catch {
    // Nested deeper than the parser bears.
    return undefined;
  }
}

/** What stands between the braces, or, for people, why it is no variable. */
export function readVariable(inner: string): VariableName | string {
  const colon = inner.indexOf(':');
  const kind = inner.slice(0, colon < 0 ? inner.length : colon);
  const rest = colon < 0 ? '' : inner.slice(colon + 1).trim();
  if (kind === 'env')
    return /^[A-Za-z_][\w()]*$/.test(rest)
      ? { kind, name: rest }
      : `\${${inner.slice(0, 60)}} names no environment variable, as in \${env:OPENAI_API_KEY}.`;
  if (kind === 'input') {
    const equals = rest.indexOf('=');
    const question = (equals < 0 ? rest : rest.slice(0, equals)).trim();
    if (question === '' || question.length > LONGEST_QUESTION)
      return `\${${inner.slice(0, 60)}} has no question of at most ${LONGEST_QUESTION} characters, as in \${input:City}.`;
    return { kind, question, usual: equals < 0 ? '' : rest.slice(equals + 1) };
  }
  if (colon < 0 && Object.hasOwn(SESSION_VARIABLES, kind)) return { kind: 'session', name: kind as SessionVariable };
  const known = ['env:NAME', 'input:Question', ...Object.keys(SESSION_VARIABLES)].map((name) => `\${${name}}`);
  return `\${${inner.slice(0, 60)}} is no variable. There are ${known.join(', ')}; write $\${ for the characters themselves.`;
}

/**
 * The text with the values of its variables in their places. Only strings that have any are written anew. `valueOf` throws
 * for people when there is no value.
 */
export function expandVariables(json: string, valueOf: (variable: VariableName) => string): string {
  return rewriteStrings(json, (value) =>
    value.replaceAll(VARIABLE, (text, inner: string | undefined) => {
      if (inner === undefined) return '${';
      const read = readVariable(inner);
      if (typeof read === 'string') throw new Error(read);
      return valueOf(read);
    }),
  );
}

/** The text so that a payload file says it: what looks like a variable is none. */
export function escapeVariables(json: string): string {
  return rewriteStrings(json, (value) => value.replaceAll('${', () => '$${'));
}

/** A text with its strings (not the names of properties) changed; every other byte stays. Text that is no JSON stays whole. */
export function rewriteStrings(json: string, change: (value: string, pointer: string) => string): string {
  const root = parseTree(json);
  if (!root) return json;
  let text = '';
  let from = 0;
  for (const { offset, length, value, pointer } of stringsOf(root)) {
    const changed = change(value, pointer);
    if (changed === value) continue;
    text += json.slice(from, offset) + JSON.stringify(changed);
    from = offset + length;
  }
  return text + json.slice(from);
}

interface StringValue {
  offset: number;
  length: number;
  value: string;
  pointer: string;
}

/** Strings that are values, in their order. */
function stringsOf(root: Node): StringValue[] {
  const found: StringValue[] = [];
  // A stack of its own: a text may be nested as deep as the parser bore.
  const open: { node: Node; pointer: string }[] = [{ node: root, pointer: '' }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, pointer } = next;
    if (node.type === 'string') {
      found.push({ offset: node.offset, length: node.length, value: String(node.value), pointer });
      continue;
    }
    for (const [index, child] of [...(node.children ?? []).entries()].toReversed()) {
      const value = child.type === 'property' ? child.children?.[1] : child;
      const name = child.type === 'property' ? String(child.children?.[0]?.value) : String(index);
      if (value) open.push({ node: value, pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` });
    }
  }
  return found;
}
