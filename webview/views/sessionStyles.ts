/** Looks of the session view. */
import { css } from 'lit';

export const sessionStyles = css`
  :host {
    container-type: inline-size;
    display: block;
    min-height: 0;
    overflow: auto;
  }
  .empty {
    color: var(--vscode-descriptionForeground);
    line-height: 1.5;
    padding: 24px;
    text-align: center;
  }
  section {
    padding: 10px 12px 4px;
  }
  h2 {
    align-items: center;
    display: flex;
    font-size: 13px;
    font-weight: 600;
    gap: 8px;
    margin: 0 0 6px;
  }
  dl {
    display: grid;
    gap: 3px 14px;
    grid-template-columns: minmax(82px, max-content) minmax(0, 1fr);
    margin: 0 0 3px;
  }
  dt {
    color: var(--vscode-descriptionForeground);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
    user-select: text;
  }
  details {
    margin: 4px 0;
  }
  summary {
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
  }
  .note {
    color: var(--vscode-descriptionForeground);
  }
  .meters {
    display: grid;
    gap: 6px 12px;
    grid-template-columns: max-content minmax(60px, 260px) minmax(0, 1fr);
    margin-top: 8px;
    align-items: center;
    white-space: normal;
  }
  .meter {
    background: var(--vscode-editorWidget-background);
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    border-radius: 3px;
    height: 10px;
    overflow: hidden;
    width: 100%;
  }
  .meter rect {
    fill: var(--vscode-charts-green, currentColor);
  }
  .meter .low {
    fill: var(--vscode-editorWarning-foreground, currentColor);
  }
  .configs {
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    display: grid;
    grid-template-columns: minmax(190px, 34%) minmax(0, 1fr);
    margin-bottom: 12px;
    min-height: 220px;
  }
  .points {
    border-right: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    max-height: 520px;
    outline: none;
    overflow: auto;
  }
  .point {
    align-items: center;
    cursor: default;
    display: grid;
    gap: 0 6px;
    grid-template-columns: 16px minmax(0, 1fr) max-content;
    padding: 4px 8px;
  }
  .point .words {
    color: var(--vscode-descriptionForeground);
    font-size: 12px;
    grid-column: 2 / -1;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .point:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .point[aria-selected='true'] {
    background: var(--vscode-list-inactiveSelectionBackground);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .point[aria-selected='true'] .words,
  .point[aria-selected='true'] .num {
    color: inherit;
  }
  .points:focus-visible .point[aria-selected='true'] {
    background: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground);
    outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
  }
  .refused vscode-icon {
    color: var(--error-text);
  }
  .detail {
    display: flex;
    flex-direction: column;
    max-height: 520px;
    min-height: 0;
    overflow: auto;
  }
  .bar {
    align-items: center;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    display: flex;
    flex-wrap: wrap;
    gap: 4px 10px;
    padding: 4px 8px;
  }
  .bar button.link {
    /* The bar breaks in a narrow page, and its links lie below one another (WCAG 2.5.8). */
    min-height: 24px;
  }
  .bar label {
    align-items: center;
    display: inline-flex;
    gap: 6px;
    min-width: 0;
  }
  .message {
    align-items: center;
    display: flex;
    gap: 6px;
    padding: 6px 10px;
  }
  .message vscode-icon {
    flex: none;
  }
  .message.bad vscode-icon {
    color: var(--error-text);
  }
  table {
    border-collapse: collapse;
    width: 100%;
  }
  td,
  th {
    overflow-wrap: anywhere;
    padding: 2px 8px;
    user-select: text;
    vertical-align: top;
  }
  th {
    font-weight: normal;
    padding-left: 22px;
    text-align: left;
    text-indent: -16px;
  }
  .sign {
    display: inline-block;
    text-align: center;
    text-indent: 0;
    user-select: none;
    width: 16px;
  }
  tr.added {
    background: var(--vscode-diffEditor-insertedLineBackground, var(--vscode-diffEditor-insertedTextBackground));
  }
  tr.removed {
    background: var(--vscode-diffEditor-removedLineBackground, var(--vscode-diffEditor-removedTextBackground));
  }
  .before {
    text-decoration: line-through;
    color: var(--vscode-descriptionForeground);
  }
  @container (max-width: 560px) {
    .configs {
      grid-template-columns: minmax(0, 1fr);
    }
    .points {
      border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
      border-right: 0;
      max-height: 170px;
    }
  }
`;
