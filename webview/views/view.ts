/** Base of the elements: holds the store and redraws for the topics it names. */
import { css, LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Store, Topic } from '../state/store';

export abstract class View extends LitElement {
  @property({ attribute: false }) store!: Store;
  protected abstract readonly topics: readonly Topic[];
  #unsubscribe: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unsubscribe = this.store.subscribe(this.topics, () => this.storeChanged());
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
  }
  /** A topic changed; drawing again is what most views do. */
  protected storeChanged(): void {
    this.requestUpdate();
  }
}

/** Styles every view shares: sizes, focus, buttons that are only an icon, key caps. */
export const sharedStyles = css`
  :host {
    box-sizing: border-box;
    color: var(--vscode-foreground);
    /* Themes choose these for icons and underlines; as text on their own ground some are too faint (3.3 to 1 in Light Modern). */
    --error-text: color-mix(in srgb, var(--vscode-errorForeground) 65%, var(--vscode-foreground));
    --info-text: color-mix(
      in srgb,
      var(--vscode-editorInfo-foreground, var(--vscode-charts-blue)) 65%,
      var(--vscode-foreground)
    );
    font-family: var(--vscode-font-family);
    font-size: var(--vscode-font-size, 13px);
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .mono {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: var(--vscode-editor-font-size, 12px);
  }
  .dim {
    color: var(--vscode-descriptionForeground);
  }
  .num {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  /* For screen readers. */
  .unseen {
    clip-path: inset(50%);
    height: 1px;
    overflow: hidden;
    position: absolute;
    white-space: nowrap;
    width: 1px;
  }
  button.icon {
    align-items: center;
    background: none;
    border: 1px solid transparent;
    border-radius: 5px;
    color: var(--vscode-icon-foreground, inherit);
    cursor: pointer;
    display: inline-flex;
    flex: none;
    font: inherit;
    gap: 4px;
    height: 24px;
    justify-content: center;
    min-width: 24px;
    padding: 0 4px;
  }
  button.icon:hover:not(:disabled) {
    background: var(--vscode-toolbar-hoverBackground);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  button.icon:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
  }
  button.icon[aria-pressed='true'] {
    background: var(--vscode-inputOption-activeBackground);
    border-color: var(--vscode-inputOption-activeBorder, transparent);
    color: var(--vscode-inputOption-activeForeground, inherit);
  }
  button.icon:disabled {
    cursor: default;
    opacity: 0.4;
  }
  button.link {
    background: none;
    border: 0;
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
    font: inherit;
    padding: 0;
    text-align: left;
  }
  button.link:hover {
    text-decoration: underline;
  }
  select {
    background: var(--vscode-dropdown-background);
    border: 1px solid var(--vscode-dropdown-border, transparent);
    border-radius: 4px;
    color: var(--vscode-dropdown-foreground);
    font: inherit;
    height: 24px;
    max-width: 100%;
    padding: 0 4px;
  }
  select option {
    background: var(--vscode-dropdown-listBackground, var(--vscode-dropdown-background));
    color: var(--vscode-dropdown-foreground);
  }
  kbd {
    background: var(--vscode-keybindingLabel-background);
    border: 1px solid var(--vscode-keybindingLabel-border);
    border-bottom-color: var(--vscode-keybindingLabel-bottomBorder);
    border-radius: 3px;
    color: var(--vscode-keybindingLabel-foreground);
    display: inline-block;
    font-family: inherit;
    font-size: 11px;
    min-width: 20px;
    padding: 1px 5px;
    text-align: center;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
