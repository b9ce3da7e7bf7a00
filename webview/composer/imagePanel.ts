/** A picture made into an item: dropped, picked or pasted, seen before it is sent, with words beside it. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { formatBytes } from '../logic/format';
import { imageType, type ImageType } from '../logic/imageBytes';
import { imageItem, type ImageDetail } from '../logic/prefilled';
import { sharedStyles } from '../views/view';
import { fieldStyles } from './fieldStyles';
import { dropZone, dropStyles } from './dropZone';

/** An event may have 15 MiB; as base64 a picture is a third longer. */
const mostBytes = 10 * 1024 * 1024;

interface Picture {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  type: ImageType;
  url: string;
  size: string;
}

@customElement('rti-compose-image')
export class ImagePanel extends LitElement {
  @state() private picture: Picture | null = null;
  @state() private problem = '';
  @state() private detail: ImageDetail = 'auto';
  @state() private words = '';
  @state() private over = false;
  @query('img') private image!: HTMLImageElement | null;

  static override styles = [
    sharedStyles,
    fieldStyles,
    dropStyles,
    css`
      :host {
        display: grid;
        gap: 8px;
      }
      img {
        background: repeating-conic-gradient(
            var(--vscode-editorWidget-background) 0 25%,
            var(--vscode-editor-background) 0 50%
          )
          0 0 / 16px 16px;
        max-height: 160px;
        max-width: 100%;
        object-fit: contain;
      }
      label {
        align-items: center;
        display: flex;
        gap: 8px;
      }
      textarea {
        width: 100%;
      }
      .error {
        color: var(--vscode-errorForeground);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.tabIndex = -1;
    this.addEventListener('paste', this.#paste);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#drop();
  }

  protected override render() {
    const { picture } = this;
    return html`${dropZone({
      accept: 'image/png,image/jpeg,image/webp,image/gif',
      words: 'Drop a picture here, paste one, or',
      isOver: this.over,
      over: (isOver) => (this.over = isOver),
      take: (file) => void this.#take(file),
    })}
    ${this.problem === '' ? nothing : html`<span class="error" role="alert">${this.problem}</span>`}
    ${
      picture === null
        ? nothing
        : html`<img src=${picture.url} alt="The picture to send" @load=${() => this.#measure()} />
            <span class="dim num"
              >${picture.name}, ${picture.type}, ${picture.size}${formatBytes(picture.bytes.length)}</span
            >
            <label
              >Detail
              <select
                @change=${(event: Event) => (this.detail = (event.target as HTMLSelectElement).value as ImageDetail)}
              >
                ${(['auto', 'low', 'high'] as const).map(
                  (detail) => html`<option value=${detail} .selected=${detail === this.detail}>${detail}</option>`,
                )}
              </select></label
            >
            <textarea
              rows="2"
              aria-label="Words beside it"
              placeholder="Words beside it, such as: What is this?"
              .value=${this.words}
              @input=${(event: Event) => (this.words = (event.target as HTMLTextAreaElement).value)}
            ></textarea>
            <div>
              <vscode-button secondary @click=${() => this.#use()}>Write it into the text</vscode-button>
            </div>`
    }`;
  }

  async #take(file: File): Promise<void> {
    this.problem = '';
    if (file.size > mostBytes) {
      this.problem = `${file.name} has ${formatBytes(file.size)}; an event takes pictures of ${formatBytes(mostBytes)} at most.`;
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    const type = imageType(bytes);
    if (type === undefined) {
      this.problem = `${file.name} is no PNG, JPEG, WebP or GIF.`;
      return;
    }
    this.#drop();
    this.picture = { name: file.name, bytes, type, url: URL.createObjectURL(new Blob([bytes], { type })), size: '' };
  }
  #measure(): void {
    const { image, picture } = this;
    if (image === null || picture === null || picture.size !== '') return;
    this.picture = { ...picture, size: `${image.naturalWidth} × ${image.naturalHeight}, ` };
  }
  #use(): void {
    const { picture } = this;
    if (picture === null) return;
    const text = imageItem(`data:${picture.type};base64,${base64Of(picture.bytes)}`, this.detail, this.words);
    this.dispatchEvent(new CustomEvent<string>('rti-begin', { detail: text, bubbles: true, composed: true }));
  }
  #drop(): void {
    if (this.picture !== null) URL.revokeObjectURL(this.picture.url);
    this.picture = null;
  }
  readonly #paste = (event: ClipboardEvent): void => {
    const file = [...(event.clipboardData?.files ?? [])][0];
    if (file === undefined) return;
    event.preventDefault();
    void this.#take(file);
  };
}

/** In pieces: a call with a million arguments overflows the stack. */
function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-compose-image': ImagePanel;
  }
}
