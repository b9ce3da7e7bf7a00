/** Styles of the timeline's element: what stands over its canvas. */
import { css } from 'lit';

export const timelineStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    overflow: hidden;
  }
  .stage {
    flex: 1;
    min-height: 0;
    overflow: hidden;
    position: relative;
  }
  canvas {
    display: block;
    height: 100%;
    inset: 0;
    position: absolute;
    touch-action: none;
    width: 100%;
  }
  .tip {
    background: var(--vscode-editorHoverWidget-background);
    border: 1px solid var(--vscode-editorHoverWidget-border);
    border-radius: 3px;
    color: var(--vscode-editorHoverWidget-foreground);
    left: 0;
    max-width: min(520px, 90%);
    padding: 4px 8px;
    pointer-events: none;
    position: absolute;
    top: 0;
    z-index: 4;
  }
  .tip div {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .tip div + div {
    color: var(--vscode-descriptionForeground);
  }
  .left {
    background: var(--vscode-editor-background);
    bottom: 2px;
    color: var(--vscode-descriptionForeground);
    font-size: 11px;
    left: 108px;
    padding: 0 4px;
    pointer-events: none;
    position: absolute;
    z-index: 3;
  }
  .fold {
    background: none;
    border: 0;
    border-radius: 3px;
    color: var(--vscode-icon-foreground, inherit);
    cursor: pointer;
    height: 14px;
    left: 1px;
    line-height: 0;
    padding: 0;
    position: absolute;
    top: 0;
    width: 14px;
    z-index: 2;
  }
  .fold:hover {
    background: var(--vscode-toolbar-hoverBackground);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
  }
  .fold vscode-icon {
    --vscode-icon-size: 12px;
    pointer-events: none;
  }
  .news {
    background: var(--vscode-button-background);
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 10px;
    bottom: 6px;
    color: var(--vscode-button-foreground);
    cursor: pointer;
    font: inherit;
    font-size: 12px;
    padding: 1px 10px;
    position: absolute;
    right: 10px;
    z-index: 3;
  }
  .news:hover {
    background: var(--vscode-button-hoverBackground);
  }
`;
