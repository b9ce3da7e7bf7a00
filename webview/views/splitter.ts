/** A bar between two panes: dragged, or moved by arrow keys. Tells how far, in pixels; a double click asks for the usual size, Enter folds. */
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';

@customElement('rti-splitter')
export class Splitter extends LitElement {
  /** `vertical` is a standing bar between left and right. */
  @property({ reflect: true }) orientation: 'vertical' | 'horizontal' = 'vertical';
  @property() label = '';
  /** Size of the pane it moves, percent, for assistive technology. */
  @property({ type: Number }) value = 50;
  #from = 0;

  static override styles = css`
    :host {
      background: var(--vscode-panel-border, var(--vscode-editorGroup-border, transparent));
      display: block;
      flex: none;
      position: relative;
      touch-action: none;
      z-index: 3;
    }
    :host([hidden]) {
      display: none;
    }
    :host([orientation='vertical']) {
      cursor: col-resize;
      width: 1px;
    }
    :host([orientation='horizontal']) {
      cursor: row-resize;
      height: 1px;
    }
    div {
      inset: -3px 0;
      position: absolute;
      transition: background-color 0.1s 0.2s;
    }
    :host([orientation='vertical']) div {
      inset: 0 -3px;
    }
    div:hover,
    :host(:focus-visible) div {
      background: var(--vscode-sash-hoverBorder, var(--vscode-focusBorder));
    }
    :host(:focus-visible) {
      outline: none;
    }
    @media (prefers-reduced-motion: reduce) {
      div {
        transition: none;
      }
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('aria-valuemin', '0');
    this.setAttribute('aria-valuemax', '100');
    this.tabIndex = 0;
    this.setAttribute('role', 'separator');
    this.addEventListener('pointerdown', this.#down);
    this.addEventListener('dblclick', this.#reset);
    this.addEventListener('keydown', this.#key);
  }
  protected override updated(_changed: PropertyValues): void {
    this.setAttribute('aria-orientation', this.orientation);
    this.setAttribute('aria-label', this.label);
    this.setAttribute('aria-valuenow', String(Math.round(this.value)));
  }
  protected override render() {
    return html`<div></div>`;
  }

  #tell(by: number): void {
    this.dispatchEvent(new CustomEvent<number>('rti-split', { detail: by }));
  }
  readonly #down = (event: PointerEvent): void => {
    event.preventDefault();
    this.setPointerCapture(event.pointerId);
    const place = (e: PointerEvent) => (this.orientation === 'vertical' ? e.clientX : e.clientY);
    this.#from = place(event);
    const move = (e: PointerEvent): void => {
      this.#tell(place(e) - this.#from);
      this.#from = place(e);
    };
    const up = (): void => {
      this.removeEventListener('pointermove', move);
      this.removeEventListener('pointerup', up);
      this.removeEventListener('pointercancel', up);
    };
    this.addEventListener('pointermove', move);
    this.addEventListener('pointerup', up);
    this.addEventListener('pointercancel', up);
  };
  readonly #reset = (): void => void this.dispatchEvent(new CustomEvent('rti-split-reset', { bubbles: true }));
  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      this.dispatchEvent(new CustomEvent('rti-split-fold', { bubbles: true }));
      return;
    }
    const keys = this.orientation === 'vertical' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const at = keys.indexOf(event.key);
    if (at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    this.#tell(at === 0 ? -16 : 16);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-splitter': Splitter;
  }
}
