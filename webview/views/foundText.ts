/** Text in which what is looked for stands out. */
import { css, html, type TemplateResult } from 'lit';
import type { Pattern } from '../../src/protocol/filter';
import { highlight } from '../logic/highlight';

/** The text with its matches marked; as it is without a pattern. */
export function foundText(text: string, pattern: Pattern | null): string | (string | TemplateResult)[] {
  if (pattern === null) return text;
  return highlight(text, pattern).map((part) => (part.hit ? html`<mark>${part.text}</mark>` : part.text));
}

export const foundStyles = css`
  mark {
    background: var(--vscode-editor-findMatchHighlightBackground, var(--vscode-editor-selectionBackground));
    color: inherit;
    outline: 1px solid var(--vscode-editor-findMatchHighlightBorder, transparent);
  }
`;
