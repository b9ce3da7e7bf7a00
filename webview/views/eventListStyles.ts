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
    position: relative;
  }
  .row {
    align-items: center;
    column-gap: 8px;
    display: grid;
    grid-template-columns: var(--tracks);
    padding: 0 20px 0 6px;
    white-space: nowrap;
  }
  .row .right {
    text-align: right;
  }
  .row .center {
    text-align: center;
  }
  .scroller {
    flex: 1;
    min-height: 0;
    overflow: auto scroll;
    /* Where it is scrolled to is the list's own affair. */
    overflow-anchor: none;
    outline: none;
    position: relative;
  }
  .rows {
    /* A layer of its own is moved, not painted, when it is scrolled. Its letters are only as sharp as others on a plain ground. */
    background: var(--vscode-editor-background);
    left: 0;
    position: absolute;
    right: 0;
    top: 0;
    will-change: transform;
  }
  .row {
    /* What is in a row neither moves the others nor reaches out of it. */
    contain: size layout style;
    cursor: default;
    height: ${rowHeight}px;
    outline-offset: -1px;
  }
  .probe {
    position: absolute;
    top: 0;
    visibility: hidden;
    width: max-content;
  }
  .row > span {
    /* Captured text may hold marks that turn the direction of writing; they end with their cell. */
    unicode-bidi: isolate;
    /* Not hidden: every cell would be a box that scrolls, three hundred of them. */
    overflow: clip;
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
  /* There a selection is as far from the ground as can be: words in grey or blue are not read on a share of it. */
  :host-context(.vscode-high-contrast) .row.inRange {
    background: none;
    box-shadow: inset 3px 0 var(--vscode-editor-selectionBackground);
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
  .row.selected .dim,
  .row.selected .type {
    color: inherit;
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
    overflow: clip;
    text-overflow: ellipsis;
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
  /* A theme's orange is that of a find match seen through: too thin for letters. */
  .mark.injected {
    border-style: dashed;
    color: var(--vscode-foreground);
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
  .row.marked {
    background: var(--vscode-list-inactiveSelectionBackground);
    color: var(--vscode-list-inactiveSelectionForeground, inherit);
    outline: 1px dotted var(--vscode-contrastActiveBorder, transparent);
  }
  .scroller:focus .row.marked {
    background: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground);
  }
  .scroller:focus .row.marked.selected {
    outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
  }
  .row.marked .dim,
  .row.marked .dir,
  .row.marked .type,
  .row.marked .mark:not(.error) {
    color: inherit;
  }
  .row .begins {
    font-weight: 600;
  }
  .who {
    border: 1.5px solid currentColor;
    border-radius: 3px;
    display: inline-block;
    font-size: 10px;
    font-weight: 600;
    line-height: 13px;
    min-width: 16px;
    padding: 0 2px;
    text-align: center;
  }
  .who.blue {
    border-color: var(--vscode-charts-blue);
  }
  .who.green {
    border-color: var(--vscode-charts-green);
  }
  .who.purple {
    border-color: var(--vscode-charts-purple);
  }
  .who.yellow {
    border-color: var(--vscode-charts-yellow);
  }
  .who.red {
    border-color: var(--vscode-charts-red);
  }
  .row.selected .who,
  .row.marked .who {
    border-color: currentColor;
  }
  .mark.finding.error {
    background: none;
    border-color: currentColor;
    color: var(--vscode-editorError-foreground, var(--vscode-charts-red));
  }
  .mark.finding.warning {
    color: var(--vscode-editorWarning-foreground, var(--vscode-charts-yellow));
  }
  .mark.finding.info {
    color: var(--info-text);
  }
  .row.selected .mark.finding,
  .row.marked .mark.finding {
    color: inherit;
  }
  .row.selected mark {
    background: var(--vscode-editor-findMatchBackground, var(--vscode-editor-selectionBackground));
    outline-color: var(--vscode-editor-findMatchBorder, var(--vscode-contrastActiveBorder, transparent));
  }
  .markedBar,
  .hiddenBar {
    align-items: center;
    background: var(--vscode-editorWidget-background);
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 2px 14px;
    padding: 3px 10px;
  }
  .markedBar .grow {
    flex: 1;
  }
`;
