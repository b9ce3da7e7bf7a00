/** Looks of the event list. */
import { css } from 'lit';

/** Height of a row, pixels; the list's arithmetic and its styles agree on it. */
export const rowHeight = 22;

export const eventListStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
    container-type: inline-size;
  }
  .head,
  .row {
    align-items: center;
    column-gap: 8px;
    display: grid;
    grid-template-columns:
      var(--number-width) var(--time-width) 74px 16px clamp(116px, 26cqi, 270px) minmax(40px, 1fr)
      54px;
    padding: 0 8px 0 6px;
    white-space: nowrap;
  }
  .head {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    color: var(--vscode-descriptionForeground);
    flex: none;
    font-size: 11px;
    height: 22px;
  }
  .head .right,
  .row .right {
    text-align: right;
  }
  .scroller {
    flex: 1;
    min-height: 0;
    overflow: auto scroll;
    outline: none;
    position: relative;
  }
  .rows {
    left: 0;
    position: absolute;
    right: 0;
    top: 0;
  }
  .row {
    cursor: default;
    height: ${rowHeight}px;
    outline-offset: -1px;
  }
  .row > span {
    /* Captured text may hold marks that turn the direction of writing; they end with their cell. */
    unicode-bidi: isolate;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .row:hover {
    background: var(--vscode-list-hoverBackground);
    color: var(--vscode-list-hoverForeground, inherit);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
  }
  .row.inRange {
    background: color-mix(in srgb, var(--vscode-editor-selectionBackground) 35%, transparent);
  }
  .row.selected {
    background: var(--vscode-list-inactiveSelectionBackground);
    color: var(--vscode-list-inactiveSelectionForeground, inherit);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
  }
  .scroller:focus .row.selected {
    background: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground);
    outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
  }
  .row.selected .dim,
  .row.selected .type {
    color: inherit;
  }
  .row.member {
    background-image: linear-gradient(
      90deg,
      var(--vscode-tree-indentGuidesStroke, var(--vscode-descriptionForeground)) 1px,
      transparent 1px
    );
  }
  .row.plain .type {
    color: var(--vscode-descriptionForeground);
    font-style: italic;
  }
  .dir {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 14px;
    text-align: center;
  }
  .dir.client {
    color: var(--vscode-charts-green);
  }
  .dir.server {
    color: var(--vscode-charts-blue);
  }
  .row.selected .dir {
    color: inherit;
  }
  .type {
    align-items: center;
    display: flex;
    gap: 5px;
  }
  .type .name {
    flex: 0 1 auto;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .pip {
    align-self: center;
    border-radius: 1px;
    flex: none;
    height: 10px;
    width: 3px;
  }
  .pip.session {
    background: var(--vscode-charts-foreground, var(--vscode-foreground));
  }
  .pip.input {
    background: var(--vscode-charts-green);
  }
  .pip.conversation {
    background: var(--vscode-charts-purple);
  }
  .pip.response {
    background: var(--vscode-charts-blue);
  }
  .pip.limits {
    background: var(--vscode-charts-yellow);
  }
  .pip.error {
    background: var(--vscode-charts-red);
  }
  .pip.other {
    background: var(--vscode-descriptionForeground);
  }
  .run {
    background: var(--vscode-badge-background);
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 9px;
    color: var(--vscode-badge-foreground);
    cursor: pointer;
    flex: none;
    font: inherit;
    font-size: 11px;
    line-height: 14px;
    padding: 0 7px;
  }
  .mark {
    border: 1px solid currentColor;
    border-radius: 3px;
    flex: none;
    font-size: 10px;
    line-height: 13px;
    align-self: center;
    padding: 0 4px;
  }
  .mark.error {
    background: var(--vscode-charts-red);
    border-color: transparent;
    color: var(--vscode-editor-background);
    font-weight: 700;
  }
  .mark.injected {
    color: var(--vscode-charts-orange, var(--vscode-charts-yellow));
  }
  .mark.redacted {
    color: var(--vscode-descriptionForeground);
  }
  .row.selected .mark:not(.error) {
    color: inherit;
  }
  .empty {
    color: var(--vscode-descriptionForeground);
    padding: 24px;
    text-align: center;
  }
  @container (max-width: 520px) {
    .head,
    .row {
      grid-template-columns: var(--number-width) var(--time-width) 74px 16px clamp(104px, 27cqi, 150px) minmax(
          40px,
          1fr
        );
    }
    .size {
      display: none;
    }
  }
  @container (max-width: 430px) {
    .head,
    .row {
      grid-template-columns: var(--time-width) 74px 16px minmax(96px, 1fr);
    }
    .nr,
    .summary {
      display: none;
    }
  }
  @container (max-width: 320px) {
    .head,
    .row {
      grid-template-columns: var(--time-width) 16px minmax(96px, 1fr);
    }
    .delta {
      display: none;
    }
  }
`;
