import { describe, expect, it } from 'vitest';
import { label, oneLine, plain } from '../../../src/extension/plainText';

describe('text of others in VS Code’s own places', () => {
  it('brings no link', () => {
    for (const text of ['[x](command:workbench.action.quit)', '[[a](b)](command:c)'])
      expect(plain(text)).not.toMatch(/\]\(/);
  });
  it('brings no icon, no second line, and does not turn the reading direction', () => {
    const shown = label(' $(sync~spin) a\r\nb\u202ec\u0007 $($(x)');
    expect(shown).toBe('$ (sync~spin) a b c  $ ($ (x)');
  });
  it('is as long as a label may be', () => {
    expect(oneLine('x'.repeat(10_000))).toHaveLength(120);
    expect(oneLine('short')).toBe('short');
  });
});
