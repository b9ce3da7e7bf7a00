/** Looks of the inspector. */
import { css } from 'lit';

export const inspectorStyles = css`
  :host {
    container-type: inline-size;
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
  }
  header {
    align-items: flex-start;
    display: flex;
    flex: none;
    gap: 8px;
    min-height: 30px;
    padding: 3px 6px 2px 12px;
  }
  /* What does not fit beside the type goes below it: the end of a type is what tells it from others. */
  header .about {
    column-gap: 10px;
    display: flex;
    flex: 1;
    flex-wrap: wrap;
    line-height: 20px;
    min-width: 0;
    padding-top: 2px;
  }
  header .facts {
    display: flex;
    flex-wrap: wrap;
    column-gap: 8px;
  }
  header .type {
    font-size: inherit;
    font-weight: 600;
    margin: 0;
    overflow-wrap: anywhere;
  }
  [role='tabpanel'] {
    flex: 1;
    min-height: 0;
    overflow: auto;
  }
  pre {
    margin: 0;
    padding: 8px 12px;
    tab-size: 2;
    user-select: text;
  }
  pre.wrap {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .chip {
    background: var(--vscode-badge-background);
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 9px;
    color: var(--vscode-badge-foreground);
    font-family: var(--vscode-font-family);
    font-size: 11px;
    line-height: 16px;
    padding: 0 8px;
    white-space: nowrap;
  }
  button.chip {
    cursor: pointer;
  }
  .bar {
    align-items: center;
    border-bottom: 1px solid var(--vscode-panel-border, transparent);
    color: var(--vscode-descriptionForeground);
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    padding: 4px 12px;
  }
  .pad {
    padding: 12px;
  }
  .pad p {
    line-height: 1.5;
    margin: 0 0 10px;
    max-width: 72ch;
    white-space: pre-line;
  }
  .empty {
    color: var(--vscode-descriptionForeground);
    display: grid;
    flex: 1;
    padding: 24px;
    place-content: center;
    text-align: center;
  }
`;
