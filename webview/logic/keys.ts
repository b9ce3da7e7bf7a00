/** Which keys a field keeps to itself, and which go on to VS Code. */

/** What is looked at of a KeyboardEvent. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

const movingKeys = new Set([
  'Enter',
  'Escape',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'Home',
  'End',
  'PageUp',
  'PageDown',
]);

/**
 * True for keys that mean something to the page outside a field (its single letters, and those that move or leave):
 * a field that has the focus keeps these. Function keys and everything with Ctrl, Cmd or Alt belong to VS Code, which
 * hears of a key only when it reaches the window.
 */
export function staysInField(press: KeyPress): boolean {
  if (press.ctrlKey || press.metaKey || press.altKey) return false;
  return press.key.length === 1 || movingKeys.has(press.key);
}

/**
 * True for the keys of "select all". A field that has the focus does it at once, and VS Code, if it heard of the key, would do it
 * again some milliseconds later, over what was typed since.
 */
export function selectsAll({ key, ctrlKey, metaKey, altKey }: KeyPress): boolean {
  return key.toLowerCase() === 'a' && ctrlKey !== metaKey && !altKey;
}
