/** What is compared, a tab each, with how much of it differs. */
import type { SessionPair } from '../../src/compare/model';
import type { TabOf } from '../views/tabBar';

const TABS = ['turns', 'events', 'config', 'measures'] as const;
export type Tab = (typeof TABS)[number];

export const TAB_TITLES: Readonly<Record<Tab, string>> = {
  turns: 'Turns',
  events: 'Events',
  config: 'Configuration',
  measures: 'Measures and findings',
};

/** The tab of that name; the first one for anything else. */
export function tabNamed(name: unknown): Tab {
  return TABS.find((tab) => tab === name) ?? 'turns';
}

export function tabsOf({ turns, counts, configs }: SessionPair): TabOf<Tab>[] {
  const many = (count: number) => (count === 0 ? '' : `${count} differ`);
  const marks: Record<Tab, string> = {
    turns: many(turns.filter(({ status }) => status !== 'same').length),
    events: many(counts.changed + counts.added + counts.removed),
    config: many(configs.filter(({ status }) => status !== 'same').length),
    measures: '',
  };
  return TABS.map((id) => ({ id, title: TAB_TITLES[id], mark: marks[id] }));
}
