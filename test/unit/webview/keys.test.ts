import { describe, expect, it } from 'vitest';
import { staysInField } from '../../../webview/logic/keys';

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
