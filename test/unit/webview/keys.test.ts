import { describe, expect, it } from 'vitest';
import { selectsAll, staysInField } from '../../../webview/logic/keys';

const press = (key: string, over: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...over,
});

describe('a field that has the focus', () => {
  it.each(['e', 'P', '?', '/', ' ', 'Escape', 'Enter', 'ArrowDown', 'Home'])('keeps %s to itself', (key) =>
    expect(staysInField(press(key))).toBe(true),
  );
  it.each([
    press('F1'),
    press('F12'),
    press('P', { ctrlKey: true }),
    press('p', { metaKey: true }),
    press('w', { ctrlKey: true }),
    press('Enter', { ctrlKey: true }),
    press('ArrowDown', { altKey: true }),
    press('Tab'),
  ])('lets VS Code have %o', (key) => expect(staysInField(key)).toBe(false));
});

describe('“select all”', () => {
  it.each([press('a', { ctrlKey: true }), press('A', { metaKey: true })])('is %o', (key) =>
    expect(selectsAll(key)).toBe(true),
  );
  it.each([
    press('a'),
    press('a', { ctrlKey: true, altKey: true }),
    press('a', { ctrlKey: true, metaKey: true }),
    press('c', { ctrlKey: true }),
  ])('is not %o', (key) => expect(selectsAll(key)).toBe(false));
});
