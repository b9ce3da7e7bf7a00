/** Looks of the summary. */
import { css } from 'lit';

/** Height of a row of the table of turns, pixels; its arithmetic and its styles agree on it. */
export const turnRowHeight = 24;

export const summaryStyles = css`
  :host {
    container-type: inline-size;
    display: block;
    min-height: 0;
    overflow: auto;
  }
  .scope {
    align-items: center;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    color: var(--vscode-descriptionForeground);
    display: flex;
    flex-wrap: wrap;
    gap: 2px 12px;
    padding: 4px 12px;
  }
  .counting {
    color: var(--vscode-foreground);
    font-weight: 600;
  }
  .empty {
    color: var(--vscode-descriptionForeground);
    line-height: 1.5;
    padding: 24px;
    text-align: center;
  }
  .tiles {
    display: grid;
    gap: 8px;
    margin: 0;
    grid-template-columns: repeat(auto-fit, minmax(138px, 1fr));
    padding: 10px 12px 2px;
  }
  .tile {
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    border-radius: 5px;
    padding: 6px 10px;
  }
  .tile dt {
    color: var(--vscode-descriptionForeground);
    font-size: 12px;
  }
  .tile dd {
    margin: 0;
  }
  .tile .big {
    font-size: 17px;
    font-variant-numeric: tabular-nums;
  }
  .tile .small {
    color: var(--vscode-descriptionForeground);
    display: block;
    font-size: 12px;
    overflow-wrap: anywhere;
  }
  section {
    padding: 12px 12px 4px;
  }
  h2 {
    font-size: 13px;
    font-weight: 600;
    margin: 0 0 6px;
  }
  .note {
    color: var(--vscode-descriptionForeground);
    font-size: 12px;
    margin: 4px 0;
  }
  table {
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  th {
    color: var(--vscode-descriptionForeground);
    font-weight: normal;
    text-align: left;
  }
  td,
  th {
    padding: 2px 12px 2px 0;
  }
  td.right,
  th.right {
    text-align: right;
  }
  .wide {
    overflow-x: auto;
  }
  .measure td {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    height: 34px;
    white-space: nowrap;
  }
  .measure button.link {
    color: inherit;
    text-decoration: underline dotted;
    text-underline-offset: 3px;
  }
  .formula td {
    color: var(--vscode-descriptionForeground);
    padding-bottom: 6px;
    white-space: normal;
  }
  .spread {
    display: block;
    height: 30px;
    width: 200px;
  }
  .spread rect {
    fill: var(--vscode-charts-blue, currentColor);
  }
  .spread .p50 {
    stroke: var(--vscode-foreground);
  }
  .spread .p95 {
    stroke: var(--vscode-editorWarning-foreground, currentColor);
    stroke-dasharray: 2 2;
  }
  .spread .base {
    stroke: var(--vscode-panel-border, var(--vscode-descriptionForeground));
  }
  .tokens td,
  .tokens th {
    padding-right: 22px;
  }
`;

export const turnsStyles = css`
  :host {
    container-type: inline-size;
    display: block;
  }
  .scroller {
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    max-height: 364px;
    outline: none;
    overflow: auto;
    position: relative;
  }
  .scroller:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .inside {
    min-width: min-content;
  }
  .row {
    align-items: center;
    column-gap: 8px;
    display: grid;
    grid-template-columns:
      28px 72px 66px minmax(90px, 2fr) minmax(90px, 2fr) 70px 76px minmax(56px, 1fr)
      52px 62px minmax(80px, 1fr);
    height: ${turnRowHeight}px;
    padding: 0 8px;
    white-space: nowrap;
  }
  .row > * {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .right {
    font-variant-numeric: tabular-nums;
    text-align: right;
  }
  .head {
    background: var(--vscode-editor-background);
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    font-size: 11px;
    position: sticky;
    top: 0;
    z-index: 1;
  }
  .head button {
    background: none;
    border: 0;
    color: var(--vscode-descriptionForeground);
    cursor: pointer;
    font: inherit;
    height: 100%;
    padding: 0;
    text-align: inherit;
    width: 100%;
  }
  .body .row {
    cursor: default;
  }
  .body .row:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .body .row[aria-selected='true'] {
    background: var(--vscode-list-inactiveSelectionBackground);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .scroller:focus-visible .row[aria-selected='true'] {
    background: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground);
  }
  .body {
    position: relative;
  }
  .rows {
    left: 0;
    position: absolute;
    right: 0;
  }
  .bad::before {
    color: var(--error-text);
    content: '✕ ';
  }
  .stopped::before {
    content: '⊘ ';
  }
  /* Columns go where they have no room: first what began it and what happened between, then its times and tokens. */
  @container (width < 840px) {
    .row {
      grid-template-columns: 28px 66px minmax(90px, 2fr) minmax(90px, 2fr) 70px 52px 62px minmax(80px, 1fr);
    }
    .by,
    .created,
    .tools {
      display: none;
    }
  }
  @container (width < 630px) {
    .row {
      grid-template-columns: 28px minmax(70px, 2fr) minmax(70px, 2fr) 70px 62px minmax(70px, 1fr);
    }
    .start,
    .tokens {
      display: none;
    }
  }
`;
