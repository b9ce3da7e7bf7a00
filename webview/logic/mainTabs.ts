/** The views of the main pane. */
import type { Finding } from '../../src/analysis/model';

export const mainTabs = ['events', 'conversation', 'session', 'summary', 'findings'] as const;
export type MainTab = (typeof mainTabs)[number];

export const mainTabTitles: Readonly<Record<MainTab, string>> = {
  events: 'Events',
  conversation: 'Conversation',
  session: 'Session',
  summary: 'Summary',
  findings: 'Findings',
};

/** Whatever was kept, as a tab. */
export function asMainTab(kept: unknown): MainTab {
  return mainTabs.find((tab) => tab === kept) ?? 'events';
}

export const severities = ['error', 'warning', 'info'] as const;
/** A shape each, so that colour is not all that tells them apart. */
export const severityIcons: Readonly<Record<Finding['severity'], string>> = {
  error: 'error',
  warning: 'warning',
  info: 'info',
};

/** The worst of some findings; undefined of none. */
export function worstSeverity(findings: readonly Finding[]): Finding['severity'] | undefined {
  return severities.find((severity) => findings.some((finding) => finding.severity === severity));
}
