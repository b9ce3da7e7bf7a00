/** Pieces that the panes of a comparison share: signs, changes, words. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { changeSigns, valueWords, type ConfigChange } from '../../src/analysis/valueDiff';
import type { PairStatus, WordsPair } from '../../src/compare/model';
import { PAIR_SIGNS, PAIR_WORDS } from '../../src/compare/wording';

/** A sign with its words for those who hear the page. */
export function signOf(status: PairStatus): TemplateResult {
  return html`<span class="sign ${status}" aria-hidden="true">${PAIR_SIGNS[status].trim() || '='}</span
    ><span class="unseen">${PAIR_WORDS[status]}</span>`;
}

/** Paths with their values in a and b. */
export function changesTable(changes: readonly ConfigChange[], label: string): TemplateResult {
  return html`<table class="changes" aria-label=${label}>
    <thead>
      <tr>
        <th scope="col">field</th>
        <th scope="col">a</th>
        <th scope="col">b</th>
      </tr>
    </thead>
    <tbody>
      ${changes.map(
        ({ path, kind, before, after }) =>
          html`<tr>
            <th scope="row" class="mono">
              <span class="sign ${kind}" aria-hidden="true">${changeSigns[kind]}</span>${path}
            </th>
            <td class="mono">
              ${kind === 'added' ? html`<span class="dim">not there</span>` : html`<del>${valueWords(before)}</del>`}
            </td>
            <td class="mono">
              ${kind === 'removed' ? html`<span class="dim">not there</span>` : html`<ins>${valueWords(after)}</ins>`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What one end said: what only a has is struck out, what only b has underlined. */
export function wordsLine(who: string, { same, stretches }: WordsPair): TemplateResult | typeof nothing {
  if (stretches.length === 0) return nothing;
  const words = stretches.map(({ kind, text }) =>
    kind === 'same' ? text : kind === 'added' ? html`<ins>${text}</ins>` : html`<del>${text}</del>`,
  );
  return html`<p class="said"><b>${who}</b> ${same ? html`<span class="dim">(the same)</span> ` : nothing}${words}</p>`;
}

/** A value of a and of b as the terminal tells it, with the arrow that a page has; no line ends before a unit. */
export function arrowed(text: string): string {
  return text.replace(' -> ', ' → ').replace(/(?<=\d) (?=ms|s|min|%)/g, '\u00a0');
}

export const partStyles = css`
  :host {
    --added-text: color-mix(in srgb, var(--vscode-charts-green, green) 55%, var(--vscode-foreground));
    --changed-text: color-mix(in srgb, var(--vscode-editorWarning-foreground, goldenrod) 55%, var(--vscode-foreground));
  }
  .sign {
    display: inline-block;
    flex: none;
    font-family: var(--vscode-editor-font-family, monospace);
    font-weight: 700;
    width: 1.3em;
  }
  .sign.added,
  ins {
    color: var(--added-text);
  }
  .sign.removed,
  del {
    color: var(--error-text);
  }
  .sign.changed {
    color: var(--changed-text);
  }
  ins {
    text-decoration: underline;
    text-underline-offset: 2px;
  }
  table {
    border-collapse: collapse;
    margin: 4px 12px 10px;
  }
  th,
  td {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    font-weight: normal;
    overflow-wrap: anywhere;
    padding: 2px 12px 2px 0;
    text-align: left;
    vertical-align: top;
  }
  thead th {
    color: var(--vscode-descriptionForeground);
    font-size: 12px;
    white-space: nowrap;
  }
  .right {
    text-align: right;
  }
  .changes {
    width: calc(100% - 24px);
  }
  .changes th[scope='row'] {
    width: 34%;
  }
  h2,
  h3 {
    font-size: 1em;
    font-weight: 600;
    margin: 10px 12px 2px;
  }
  p {
    line-height: 1.5;
    margin: 4px 12px;
  }
  .said {
    max-width: 110ch;
    overflow-wrap: anywhere;
  }
  .empty {
    color: var(--vscode-descriptionForeground);
    padding: 20px;
    text-align: center;
  }
  button.text {
    align-items: center;
    /* Some themes fill secondary buttons as strongly as others their primary one: here none is the one to press. */
    background: none;
    border: 1px solid
      var(--vscode-contrastBorder, color-mix(in srgb, var(--vscode-foreground, currentColor) 25%, transparent));
    border-radius: 3px;
    color: inherit;
    cursor: pointer;
    display: inline-flex;
    font: inherit;
    font-weight: normal;
    gap: 4px;
    min-height: 24px;
    padding: 1px 8px;
  }
  button.text:hover {
    background: var(--vscode-toolbar-hoverBackground, transparent);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
  }
`;
