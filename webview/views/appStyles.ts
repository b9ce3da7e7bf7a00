/** Where the views stand. */
import { css } from 'lit';

export const appStyles = css`
  :host {
    background: var(--vscode-editor-background);
    display: flex;
    flex-direction: column;
    height: 100%;
    /* Not hidden: that can still be scrolled, by the 3 px a splitter can be gripped beside it. */
    overflow: clip;
  }
  rti-toolbar {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  rti-timeline {
    flex: none;
  }
  rti-player {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    flex: none;
  }
  .main {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    display: flex;
    flex: 1;
    min-height: 0;
    overflow: hidden;
    position: relative;
  }
  .left {
    display: flex;
    flex: none;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
  }
  .pane {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
  }
  .pane > * {
    flex: 1;
    min-height: 0;
  }
  .detail {
    background: var(--vscode-editor-background);
    display: flex;
    flex: 1;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
  }
  rti-inspector {
    flex: 1;
  }
  rti-welcome {
    flex: 1;
    min-height: 0;
  }
  .composer {
    display: flex;
    flex: none;
    flex-direction: column;
    min-height: 0;
    overflow: hidden;
  }
  rti-composer {
    flex: 1;
  }
  .narrow .left {
    flex: 1;
    width: auto !important;
  }
  .narrow .detail {
    box-shadow: 0 -2px 12px var(--vscode-widget-shadow, transparent);
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    inset: var(--list-height) 0 0;
    position: absolute;
    z-index: 2;
  }
  /* The list ends where the sheet begins, so that it knows what can be seen of it. */
  .narrow.sheet:not(.low) .left {
    flex: none;
    height: var(--list-height);
    width: 100% !important;
  }
  .narrow.low .detail {
    border-top: 0;
    inset: 0;
  }
`;
