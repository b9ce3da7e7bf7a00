/** Looks of the page of a comparison. */
import { css } from 'lit';

export const compareStyles = css`
  :host {
    background: var(--vscode-editor-background);
    display: flex;
    flex-direction: column;
    height: 100vh;
    overflow: clip;
  }
  header {
    flex: none;
  }
  .bar {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 6px 12px;
    padding: 6px 12px 2px;
  }
  .group {
    align-items: center;
    display: inline-flex;
    gap: 4px;
  }
  .find {
    background: var(--vscode-input-background, var(--vscode-editor-background));
    border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, currentColor));
    border-radius: 3px;
    color: var(--vscode-input-foreground, inherit);
    font: inherit;
    min-height: 24px;
    padding: 1px 6px;
    width: 18ch;
  }
  .find::placeholder {
    color: var(--vscode-input-placeholderForeground, var(--vscode-descriptionForeground));
  }
  .problems {
    color: var(--vscode-descriptionForeground);
    max-height: 20vh;
    overflow: auto;
    padding: 0 12px;
  }
  .problems summary {
    cursor: pointer;
    min-height: 24px;
    overflow-wrap: anywhere;
  }
  .side .empty {
    height: 40px;
    margin: 0;
    padding: 8px 12px;
    text-align: left;
  }
  h1 {
    font-size: 1em;
    font-weight: 600;
    margin: 0;
  }
  label {
    align-items: center;
    display: inline-flex;
    gap: 6px;
  }
  select {
    background: var(--vscode-dropdown-background, var(--vscode-editor-background));
    border: 1px solid var(--vscode-dropdown-border, var(--vscode-contrastBorder, currentColor));
    border-radius: 3px;
    color: var(--vscode-dropdown-foreground, inherit);
    font: inherit;
    max-width: 46ch;
    min-height: 24px;
  }
  input[type='checkbox'] {
    height: 16px;
    width: 16px;
  }
  button.text:disabled {
    cursor: default;
    opacity: 0.6;
  }
  .verdict {
    font-weight: 600;
    min-height: 1.5em;
  }
  .failure {
    color: var(--error-text);
  }
  main {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-height: 0;
  }
  .side {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    display: flex;
    flex: none;
    flex-direction: column;
  }
  .name {
    display: flex;
    align-items: center;
    gap: 8px;
    overflow: hidden;
    padding: 2px 12px;
    white-space: nowrap;
  }
  .name span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .fit {
    margin-left: auto;
  }
  .name .fit {
    flex: none;
    font-size: 12px;
    min-height: 24px;
    padding: 0 6px;
  }
  rti-timeline {
    height: var(--timeline, clamp(60px, 22vh, 230px));
  }
  /* On a low or narrow window what differs comes first. */
  @media (width < 900px) {
    rti-timeline {
      height: var(--timeline, clamp(28px, 15vh, 160px));
    }
  }
  /* Under 104 px a timeline shows its overview only, which needs no more than its strip. */
  @media (height < 700px) {
    rti-timeline {
      height: var(--timeline, 28px);
    }
  }
  rti-tabs {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .pane {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-height: 0;
  }
  .pane > :last-child {
    flex: 1;
  }
`;
