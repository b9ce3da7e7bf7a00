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
  it('of 10 kB, with icons and links in it, is short and dead in every place', () => {
    const hostile = `$(sync~spin)[x](command:workbench.action.quit)\u2067\n${'\u{1f600}'.repeat(5000)}`;
    for (const [shown, most] of [
      [label(hostile), 122],
      [label(hostile, 300), 302],
      [plain(hostile), 1004],
    ] as const) {
      expect(shown).not.toMatch(/\$\(|[\u202a-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])/);
      expect(shown.length).toBeLessThanOrEqual(most);
    }
    expect(plain(hostile)).not.toContain('](');
    expect(label(hostile)).not.toContain('\n');
  });
  it('is as long as a label may be', () => {
    expect(oneLine('x'.repeat(10_000))).toHaveLength(120);
    expect(oneLine('short')).toBe('short');
  });
});
