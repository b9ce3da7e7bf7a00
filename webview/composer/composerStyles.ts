/** Looks of the composer. */
import { css } from 'lit';
import { editorStyles } from './editorStyles';

export const composerStyles = css`
  :host {
    background: var(--vscode-editor-background);
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
    overflow: auto;
  }
  .bar {
    align-items: center;
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 4px 8px;
    min-height: 32px;
    padding: 4px 8px 4px 12px;
  }
  .bar .title {
    font-weight: 600;
    white-space: nowrap;
  }
  .bar select {
    flex: 0 1 auto;
    min-width: 60px;
  }
  .bar label {
    flex: none;
    white-space: nowrap;
  }
  @media (min-width: 560px) {
    .bar {
      flex-wrap: nowrap;
    }
  }
  /* However low the composer is, what it says of the text and the way to send it are in view. */
  .bar.last {
    background: var(--vscode-editor-background);
    bottom: 0;
    position: sticky;
    z-index: 1;
  }
  /* What is said of the text may take more lines: the way to send it stays where it is. */
  .bar.last > :is(.give, .send) {
    align-self: flex-end;
    min-height: 26px;
  }
  .grow {
    flex: 1;
  }
  .work {
    border-block: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    display: flex;
    flex: 1 0 96px;
    min-height: 60px;
  }
  .editor {
    flex: 1;
    min-height: 0;
    min-width: 0;
    overflow: hidden;
  }
  rti-compose-panel {
    border-left: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    flex: 0 0 min(460px, 45%);
  }
  @media (max-width: 799px) {
    .bar .as {
      display: none;
    }
    .work.split {
      flex: 1 0 320px;
      flex-direction: column;
    }
    rti-compose-panel {
      border-left: 0;
      border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
      flex: 1 1 60%;
    }
    .work.split .editor {
      flex: 0 1 40%;
      min-height: 80px;
    }
  }
  .send {
    display: inline-flex;
    flex: none;
  }
  button.when {
    white-space: nowrap;
  }
  button.new {
    border-color: var(--vscode-button-border, transparent);
    padding: 0 6px;
  }
  ${editorStyles}
  rti-problems {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    flex: none;
    /* Whole lines of 20 px, with the padding and the border: at most a third of the composer, one at least. */
    max-height: max(25px, round(down, 33.3% - 5px, 20px) + 5px);
    min-height: 25px;
  }
  .line {
    flex: 1;
    line-height: 18px;
    max-height: 54px;
    min-width: 120px;
    overflow: auto;
    overflow-wrap: anywhere;
    user-select: text;
  }
  .error {
    color: var(--error-text);
  }
  .warning {
    color: var(--vscode-editorWarning-foreground);
  }
  select.closed {
    border-color: var(--vscode-inputValidation-warningBorder, var(--vscode-editorWarning-foreground));
  }
  .secrets {
    border-top: 1px solid var(--vscode-panel-border, transparent);
    display: grid;
    flex: none;
    gap: 4px 8px;
    grid-template-columns: auto minmax(120px, 320px);
    justify-content: start;
    align-items: center;
    padding: 6px 12px;
  }
  .secrets p {
    grid-column: 1 / -1;
    margin: 0;
  }
  label {
    align-items: center;
    display: flex;
    gap: 6px;
  }
`;
