import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Entry {
  command: string;
  when: string;
  group?: string;
}
const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  contributes: { menus: Record<string, Entry[]> };
};
const named = (entries: readonly Entry[] | undefined) =>
  (entries ?? []).map((entry) => ({ ...entry, command: entry.command.replace('realtimeInspector.', '') }));

describe('menus of a trace', () => {
  it('of the Traces view begin with opening it', () => {
    const [first] = named(contributes.menus['view/item/context'])
      .filter(({ when, group }) => when.includes('realtimeInspector.traces') && group !== 'inline')
      // As VS Code sorts them.
      .sort((a, b) => (a.group ?? '').localeCompare(b.group ?? ''));
    expect(first?.command).toBe('openTrace');
  });

  it.each(['view/item/context', 'editor/title', 'explorer/context'])('have all that makes files of it: %s', (menu) => {
    const offered = named(contributes.menus[menu]).map(({ command }) => command);
    for (const command of ['shareTrace', 'trimTrace', 'splitTrace', 'mergeTraces', 'recoverTrace', 'exportTrace'])
      expect(offered).toContain(command);
  });
});
