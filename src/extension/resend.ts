/** Text made from a recorded event, ready to be sent again: the secrets that never reached the file are put back. */
import { parseTree, type Node } from 'jsonc-parser';
import { replacedPointers, REPLACEMENT } from '../trace/redact';

/**
 * Puts values in the place of the recorder's replacement. `secrets` holds them by JSON pointer ('' for text that is not
 * JSON); a value stands for the replaced characters only, so the rest of a string (`Bearer ...`) and every other byte
 * stay. Throws, for people, while a value is missing: the replacement itself must never be sent.
 */
export function fillSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  const pointers = replacedPointers(text);
  const given = (pointer: string) => (Object.hasOwn(secrets, pointer) ? secrets[pointer] : '') || undefined;
  const missing = pointers.filter((pointer) => !given(pointer));
  if (missing.length) throw new Error(missingMessage(missing));
  if (pointers.length === 0) return text;

  const root = pointers[0] === '' ? undefined : parseTree(text);
  let filled = text;
  if (!root) filled = text.replaceAll(REPLACEMENT, () => given('') ?? REPLACEMENT);
  else {
    // From the end of the text to its start, so that the offsets of what is still to be replaced stay right.
    const targets = pointers
      .map((pointer) => ({ node: nodeAt(root, pointer), value: given(pointer)! }))
      .filter((target): target is { node: Node; value: string } => target.node?.type === 'string')
      .sort((a, b) => b.node.offset - a.node.offset);
    for (const { node, value } of targets) {
      const whole = JSON.stringify((node.value as string).replaceAll(REPLACEMENT, () => value));
      filled = filled.slice(0, node.offset) + whole + filled.slice(node.offset + node.length);
    }
  }
  const left = replacedPointers(filled);
  if (left.length) throw new Error(missingMessage(left));
  return filled;
}

function missingMessage(pointers: string[]): string {
  const places = pointers.map((pointer) => (pointer === '' ? 'this text' : pointer)).join(', ');
  return `This event was recorded without its secrets. Give the real value of ${places} before it is sent.`;
}

function nodeAt(root: Node, pointer: string): Node | undefined {
  let node: Node | undefined = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (node?.type === 'array') node = node.children?.[Number(name)];
    // The last of several properties with one name is the one that counts.
    else node = node?.children?.findLast((property) => property.children?.[0]?.value === name)?.children?.[1];
  }
  return node;
}
