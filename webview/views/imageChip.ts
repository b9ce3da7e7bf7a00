/** A picture of an event as a small one with its size; opened by a click. Only what its bytes say is a picture is shown. */
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { formatBytes } from '../logic/format';
import { readImage } from '../logic/imageBytes';
import { sharedStyles } from './view';

@customElement('rti-image')
export class ImageChip extends LitElement {
  /** A `data:` URL or base64. */
  @property() source = '';
  @state() private size = '';
  @state() private large = false;
  @state() private broken = false;
  #url = '';
  #words = '';

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: inline-block;
        max-width: 100%;
        vertical-align: top;
      }
      button {
        background: none;
        border: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, var(--vscode-panel-border)));
        border-radius: 4px;
        cursor: zoom-in;
        display: block;
        max-width: 100%;
        padding: 2px;
      }
      button.large {
        cursor: zoom-out;
      }
      img {
        display: block;
        max-height: 96px;
        max-width: 100%;
      }
      .large img {
        max-height: 70vh;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('source')) return;
    this.#drop();
    this.size = '';
    this.broken = false;
    const image = readImage(this.source);
    if (image === undefined) {
      this.#words = 'a picture that cannot be shown';
      return;
    }
    this.#url = URL.createObjectURL(new Blob([image.bytes], { type: image.type }));
    this.#words = `${image.type.slice(6).toUpperCase()} ${formatBytes(image.bytes.length)}`;
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#drop();
  }
  #drop(): void {
    if (this.#url !== '') URL.revokeObjectURL(this.#url);
    this.#url = '';
  }

  protected override render() {
    const words = [this.broken ? 'damaged' : '', this.#words, this.size].filter((word) => word !== '').join(', ');
    if (this.#url === '' || this.broken) return html`<span class="dim">${words}</span>`;
    return html`<button
        class=${this.large ? 'large' : ''}
        title=${this.large ? 'Show it small' : 'Show it large'}
        aria-expanded=${String(this.large)}
        aria-label="Picture, ${words}"
        @click=${(event: Event) => {
          event.stopPropagation();
          this.large = !this.large;
        }}
      >
        <img
          src=${this.#url}
          alt=""
          @load=${(event: Event) => {
            const { naturalWidth, naturalHeight } = event.target as HTMLImageElement;
            this.size = `${naturalWidth} × ${naturalHeight}`;
          }}
          @error=${() => (this.broken = true)}
        /></button
      ><span class="dim num">${words}</span>`;
  }
}
