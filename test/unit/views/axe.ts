/** The rules of axe-core, asked of a page as it stands, in each theme. */
import type { Page } from '@playwright/test';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const scripts = [
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  fileURLToPath(new URL('../../webview/axeRules.js', import.meta.url)),
];

/** The classes VS Code gives the body of a webview. */
const THEMES = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hc: 'vscode-high-contrast',
  hcl: 'vscode-high-contrast vscode-high-contrast-light',
} as const;

const EVERY_RULE = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
} as const;

/** A theme is colours and borders. What else there is to break was looked at in the first theme. */
const RULES_OF_A_THEME = { type: 'rule', values: ['color-contrast', 'link-in-text-block', 'target-size'] } as const;

/** Puts the checker into a page, which must let it in (`bypassCSP`). */
export async function addAxe(page: Page): Promise<void> {
  for (const path of scripts) await page.addScriptTag({ path });
}

/**
 * What breaks a rule of WCAG 2.2 A and AA or a best practice, by theme, one line for each element. A text of which the
 * contrast cannot be told (a picture lies under it) is a violation too.
 */
export async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [theme, classes] of Object.entries(THEMES)) {
    const rules = theme === 'dark' ? EVERY_RULE : RULES_OF_A_THEME;
    const broken = await page.evaluate<string[]>(`brokenRules(${JSON.stringify(classes)}, ${JSON.stringify(rules)})`);
    found.push(...broken.map((line) => `${theme}: ${line}`));
  }
  return found;
}
