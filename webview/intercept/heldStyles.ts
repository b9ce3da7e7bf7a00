/** Looks of the queue of held messages and of its editor. */
import { css } from 'lit';
import { editorStyles } from '../composer/editorStyles';

export const heldEditorStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
  }
  .editor {
    flex: 1;
    min-height: 0;
    min-width: 0;
    overflow: hidden;
  }
  ${editorStyles}
  .pad {
    flex: 1;
    margin: 0;
    padding: 12px;
  }
  rti-problems {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    flex: none;
    max-height: 65px;
    min-height: 25px;
  }
  .bar {
    align-items: center;
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 4px 8px;
    padding: 2px 8px 2px 12px;
  }
  .bar:not(.actions) {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    min-height: 24px;
  }
  .actions {
    padding-bottom: 6px;
  }
  .line {
    flex: 1;
    max-height: 40px;
    overflow: auto;
    overflow-wrap: anywhere;
    user-select: text;
  }
  .error {
    color: var(--vscode-errorForeground);
  }
  .warning {
    color: var(--vscode-editorWarning-foreground);
  }
  .grow {
    flex: 1;
  }
`;

export const interceptStyles = css`
  :host {
    background: var(--vscode-editor-background);
    border-top: 2px solid var(--vscode-editorWarning-foreground);
    display: flex;
    flex: none;
    flex-direction: column;
    min-height: 0;
    overflow: hidden;
  }
  :host([hidden]) {
    display: none;
  }
  .unseen {
    clip-path: inset(50%);
    height: 1px;
    overflow: hidden;
    position: absolute;
    width: 1px;
  }
  .head {
    align-items: center;
    display: flex;
    flex: none;
    gap: 4px 8px;
    min-height: 30px;
    padding: 2px 8px 2px 12px;
  }
  .head > * {
    flex: none;
  }
  .head h2 {
    font-size: inherit;
    font-weight: 600;
    margin: 0;
    white-space: nowrap;
  }
  .head .what {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .head vscode-icon.pause {
    color: var(--vscode-editorWarning-foreground);
  }
  .work {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    display: flex;
    flex: 1;
    min-height: 0;
  }
  .list {
    border-right: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    flex: 0 0 min(420px, 40%);
    min-height: 0;
    overflow: auto;
    padding: 2px 0;
  }
  rti-held-editor {
    flex: 1;
  }
  .list:focus {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .held {
    cursor: pointer;
    line-height: 18px;
    padding: 2px 8px 2px 12px;
  }
  .held:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .held[aria-selected='true'] {
    background: var(--vscode-list-inactiveSelectionBackground);
    color: var(--vscode-list-inactiveSelectionForeground, inherit);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .list:focus .held[aria-selected='true'] {
    background: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground, inherit);
  }
  .list:focus .held[aria-selected='true'] .dim {
    color: inherit;
  }
  .held div {
    display: flex;
    gap: 8px;
    min-width: 0;
  }
  .held span {
    flex: none;
    white-space: nowrap;
  }
  .held .name {
    flex: 0 1 auto;
    font-weight: 600;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .held .cut {
    flex: 1 1 0;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .held .soon {
    color: var(--vscode-editorWarning-foreground);
  }
  .list:focus .held[aria-selected='true'] .soon {
    color: inherit;
  }
  .lost {
    align-items: center;
    background: var(--vscode-inputValidation-warningBackground);
    border-top: 1px solid var(--vscode-inputValidation-warningBorder, transparent);
    color: var(--vscode-inputValidation-warningForeground, var(--vscode-foreground));
    display: flex;
    flex: none;
    gap: 8px;
    padding: 2px 8px 2px 12px;
  }
  .lost span {
    flex: 1;
    min-width: 0;
  }
  .head .lost {
    border: 0;
    padding: 0 0 0 8px;
  }
  .head .lost span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  @media (max-width: 799px) {
    .work {
      container-type: size;
      flex-direction: column;
    }
    .list {
      border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
      border-right: 0;
      flex: 0 0 auto;
      max-height: 84px;
    }
    .head .words {
      display: none;
    }
    /* What is written needs the room more than the queue behind it. */
    @container (height < 240px) {
      .list {
        max-height: 46px;
      }
    }
  }
`;
