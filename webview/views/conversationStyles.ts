/** Looks of the conversation. */
import { css } from 'lit';

export const conversationStyles = css`
  :host {
    container-type: inline-size;
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
  }
  .which {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    color: var(--vscode-descriptionForeground);
    flex: none;
    padding: 4px 12px;
  }
  .scroller {
    flex: 1;
    min-height: 0;
    overflow: auto;
    overflow-anchor: auto;
  }
  .empty {
    color: var(--vscode-descriptionForeground);
    line-height: 1.5;
    margin: auto;
    max-width: 460px;
    padding: 24px;
    text-align: center;
  }
  .turn {
    align-items: center;
    color: var(--vscode-descriptionForeground);
    display: flex;
    flex-wrap: wrap;
    font-size: 12px;
    gap: 0 10px;
    padding: 14px 12px 2px;
  }
  .turn::after {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    content: '';
    flex: 1;
    min-width: 20px;
  }
  .turn b {
    color: var(--vscode-foreground);
    font-weight: 600;
  }
  article {
    border-left: 3px solid transparent;
    cursor: default;
    display: grid;
    gap: 2px 10px;
    grid-template-columns: 20px minmax(0, 1fr);
    padding: 6px 12px 6px 9px;
  }
  article:hover {
    background: var(--vscode-list-hoverBackground);
  }
  article[aria-current='true'] {
    background: var(--vscode-list-inactiveSelectionBackground);
    border-left-color: var(--vscode-focusBorder);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  article:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  article > vscode-icon {
    margin-top: 1px;
  }
  .who {
    align-items: baseline;
    display: flex;
    flex-wrap: wrap;
    gap: 0 8px;
  }
  .who b {
    font-weight: 600;
  }
  .who .num {
    color: var(--vscode-descriptionForeground);
    font-size: 12px;
  }
  .body {
    grid-column: 2;
    min-width: 0;
  }
  .bubble {
    border-radius: 6px;
    line-height: 1.45;
    margin: 2px 0;
    max-width: 78ch;
    overflow-wrap: anywhere;
    user-select: text;
    width: fit-content;
  }
  .text {
    white-space: pre-wrap;
  }
  .user .bubble {
    background: var(--vscode-chat-requestBackground, var(--vscode-textBlockQuote-background, transparent));
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    padding: 4px 10px;
  }
  .note {
    color: var(--vscode-descriptionForeground);
    font-size: 12px;
  }
  .chips {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 4px 8px;
    margin-top: 2px;
  }
  .audio {
    align-items: center;
    background: none;
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    border-radius: 11px;
    color: inherit;
    cursor: pointer;
    display: inline-flex;
    font: inherit;
    font-size: 12px;
    gap: 6px;
    height: 22px;
    padding: 0 9px 0 5px;
  }
  .audio:hover {
    background: var(--vscode-toolbar-hoverBackground);
  }
  .audio svg {
    color: var(--vscode-charts-green, currentColor);
    height: 16px;
    width: 90px;
  }
  .assistant .audio svg {
    color: var(--vscode-charts-blue, currentColor);
  }
  .audio svg .cut {
    color: var(--vscode-descriptionForeground);
    opacity: 0.6;
  }
  .chip {
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    border-radius: 9px;
    color: var(--vscode-descriptionForeground);
    font-size: 11px;
    line-height: 16px;
    padding: 0 7px;
    white-space: nowrap;
  }
  .chip.wrap {
    white-space: normal;
  }
  article[aria-current='true'] .num,
  article[aria-current='true'] .note,
  article[aria-current='true'] .chip {
    color: inherit;
  }
  .unheard {
    color: var(--vscode-descriptionForeground);
    text-decoration: line-through;
  }
  .warn,
  .error {
    align-items: center;
    display: inline-flex;
    font-size: 12px;
    gap: 4px;
  }
  .warn vscode-icon {
    color: var(--vscode-editorWarning-foreground);
  }
  .error vscode-icon {
    color: var(--error-text);
  }
  .code {
    background: var(--vscode-textCodeBlock-background, transparent);
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    border-radius: 4px;
    margin: 3px 0;
    max-height: 168px;
    max-width: 100%;
    overflow: auto;
    overflow-wrap: anywhere;
    padding: 4px 8px;
    user-select: text;
    white-space: pre-wrap;
    width: fit-content;
  }
  .response {
    align-items: center;
    color: var(--vscode-descriptionForeground);
    font-size: 12px;
    padding-bottom: 3px;
    padding-top: 1px;
  }
  .response .line {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 0 8px;
    grid-column: 2;
    min-width: 0;
  }
  .response .line > span {
    min-width: 0;
    overflow-wrap: anywhere;
    white-space: normal;
  }
  .deleted .bubble,
  .deleted .code {
    text-decoration: line-through;
  }
  .aside {
    border-left: 3px dashed var(--vscode-descriptionForeground);
  }
  .end {
    align-items: center;
    background: var(--vscode-button-secondaryBackground, var(--vscode-editorWidget-background));
    border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent));
    border-radius: 12px;
    bottom: 12px;
    color: var(--vscode-button-secondaryForeground, var(--vscode-foreground));
    cursor: pointer;
    display: flex;
    font: inherit;
    gap: 4px;
    height: 24px;
    padding: 0 10px;
    position: absolute;
    right: 24px;
  }
  .frame {
    display: flex;
    flex: 1;
    min-height: 0;
    position: relative;
  }
  @container (max-width: 460px) {
    article {
      grid-template-columns: minmax(0, 1fr);
    }
    article > vscode-icon {
      display: none;
    }
    .body,
    .response .line {
      grid-column: 1;
    }
  }
`;
