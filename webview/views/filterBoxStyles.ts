/** Looks of the filter box. */
import { css } from 'lit';

export const filterBoxStyles = css`
  :host {
    display: block;
  }
  .filter {
    align-items: center;
    background: var(--vscode-input-background);
    border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
    border-radius: 4px;
    display: flex;
    height: 26px;
    padding: 0 2px 0 0;
    position: relative;
  }
  .filter.wrong,
  .filter.wrong:focus-within {
    border-color: var(--vscode-inputValidation-warningBorder, var(--vscode-focusBorder));
  }
  .wrong-words {
    background: var(--vscode-inputValidation-warningBackground, var(--vscode-editorWidget-background));
    border: 1px solid var(--vscode-inputValidation-warningBorder, var(--vscode-focusBorder));
    color: var(--vscode-inputValidation-warningForeground, var(--vscode-foreground));
    left: -1px;
    max-height: 76px;
    overflow: hidden;
    overflow-wrap: anywhere;
    padding: 3px 7px;
    position: absolute;
    right: -1px;
    top: 100%;
    z-index: 6;
  }
  .filter:focus-within {
    border-color: var(--vscode-focusBorder);
  }
  input {
    background: none;
    border: 0;
    color: var(--vscode-input-foreground);
    flex: 1;
    font: inherit;
    min-width: 40px;
    outline: none;
    padding: 0 6px;
  }
  input:focus-visible {
    outline: none;
  }
  input::placeholder {
    color: var(--vscode-input-placeholderForeground);
  }
  .count {
    color: var(--vscode-descriptionForeground);
    padding: 0 4px;
  }

  [role='listbox'] {
    background: var(--vscode-editorSuggestWidget-background, var(--vscode-editorWidget-background));
    border: 1px solid
      var(--vscode-editorSuggestWidget-border, var(--vscode-editorWidget-border, var(--vscode-contrastBorder)));
    color: var(--vscode-editorSuggestWidget-foreground, var(--vscode-editorWidget-foreground));
    left: -1px;
    max-height: min(300px, 50vh);
    min-width: min(100%, 300px);
    max-width: 100vw;
    overflow: auto;
    position: absolute;
    right: -1px;
    top: 100%;
    z-index: 7;
  }
  [role='option'] {
    cursor: pointer;
    display: flex;
    gap: 16px;
    line-height: 22px;
    padding: 0 8px;
    white-space: nowrap;
  }
  [role='option'] .label {
    flex: none;
    max-width: 80%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  [role='option'] .detail {
    flex: 1;
    opacity: 0.75;
    overflow: hidden;
    text-align: right;
    text-overflow: ellipsis;
  }
  [role='option']:hover {
    background: var(--vscode-list-hoverBackground);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  [role='option'].active {
    background: var(--vscode-editorSuggestWidget-selectedBackground, var(--vscode-list-activeSelectionBackground));
    color: var(--vscode-editorSuggestWidget-selectedForeground, var(--vscode-list-activeSelectionForeground));
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
`;
