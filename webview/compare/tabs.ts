/** What is compared, a tab each, with how much of it differs. */
import { html, nothing } from 'lit';
import type { SessionPair } from '../../src/compare/model';

const TABS = ['turns', 'events', 'config', 'measures'] as const;
export type Tab = (typeof TABS)[number];

const TITLES: Readonly<Record<Tab, string>> = {
  turns: 'Turns',
  events: 'Events',
  config: 'Configuration',
  measures: 'Measures and findings',
};

/** The tab of that name; the first one for anything else. */
export function tabNamed(name: unknown): Tab {
  return TABS.find((tab) => tab === name) ?? 'turns';
}

export function tabBar({ turns, counts, configs }: SessionPair, shown: Tab, choose: (tab: Tab) => void) {
  const many = (count: number) => (count === 0 ? '' : `${count} differ`);
  const marks: Record<Tab, string> = {
    turns: many(turns.filter(({ status }) => status !== 'same').length),
    events: many(counts.changed + counts.added + counts.removed),
    config: many(configs.filter(({ status }) => status !== 'same').length),
    measures: '',
  };
  const key = (event: KeyboardEvent) => {
    const at = TABS.indexOf(shown);
    const to: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 };
    const place = to[event.key];
    if (place === undefined) return;
    event.preventDefault();
    const next = (place + TABS.length) % TABS.length;
    choose(TABS[next] as Tab);
    (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label="What is compared" @keydown=${key}>
    ${TABS.map(
      (tab) =>
        html`<button
          role="tab"
          id="tab-${tab}"
          aria-selected=${tab === shown ? 'true' : 'false'}
          aria-controls="pane"
          tabindex=${tab === shown ? 0 : -1}
          @click=${() => choose(tab)}
        >
          ${TITLES[tab]}${marks[tab] === '' ? nothing : html` <span class="many">${marks[tab]}</span>`}
        </button>`,
    )}
  </div>`;
}
