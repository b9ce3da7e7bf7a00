/** The form that opens a session to the upstream with the inspector as its client. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/index.js';
import { css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { staysInField } from '../logic/keys';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

const defaultModel = 'gpt-realtime';

@customElement('rti-new-session')
export class NewSessionView extends View {
  protected override readonly topics: readonly Topic[] = ['panel', 'status'];
  @state() private opening = false;
  @state() private problem = '';
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('vscode-textfield') private model!: VscodeTextfield;
  @query('select') private intent!: HTMLSelectElement;

  static override styles = [
    sharedStyles,
    css`
      dialog {
        background: var(--vscode-editorWidget-background);
        border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, transparent));
        border-radius: 6px;
        box-shadow: 0 4px 16px var(--vscode-widget-shadow, transparent);
        color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
        max-width: 420px;
        padding: 16px;
        width: calc(100vw - 32px);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 25%);
      }
      h2 {
        font-size: 14px;
        margin: 0 0 4px;
      }
      p {
        line-height: 1.4;
        margin: 0 0 12px;
      }
      .fields {
        align-items: center;
        display: grid;
        gap: 8px 12px;
        grid-template-columns: auto 1fr;
      }
      vscode-textfield {
        width: 100%;
      }
      .actions {
        display: flex;
        gap: 8px;
        justify-content: flex-end;
        margin-top: 16px;
      }
      .error {
        color: var(--error-text);
        margin: 12px 0 0;
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.dialog.showModal();
    void this.model.updateComplete.then(() => this.model.focus());
  }
  #close(): void {
    this.store.setPanel({ newSessionOpen: false });
  }
  async #open(): Promise<void> {
    if (this.opening) return;
    this.opening = true;
    this.problem = '';
    try {
      const model = this.model.value.trim() || defaultModel;
      const { session } = await this.store.bridge.request('newSession', {
        model,
        ...(this.intent.value === 'transcription' ? { intent: 'transcription' as const } : {}),
      });
      this.store.showWhenKnown(session);
      this.store.tell({ kind: 'info', text: `Session ${session} is open.`, whileOpen: session });
      this.store.compose({ session, request: Date.now() });
      this.#close();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.opening = false;
  }

  protected override render() {
    const proxy = this.store.status?.proxy;
    const upstream = proxy?.state === 'running' ? proxy.upstream : '';
    return html`<dialog
      aria-labelledby="title"
      @close=${() => this.#close()}
      @keydown=${(event: KeyboardEvent) => {
        if (staysInField(event)) event.stopPropagation();
        if (
          event.key === 'Enter' &&
          staysInField(event) &&
          !(event.target instanceof HTMLElement && event.target.tagName === 'VSCODE-BUTTON')
        ) {
          event.preventDefault();
          void this.#open();
        }
      }}
    >
      <h2 id="title">New session</h2>
      <p class="dim">
        ${
          upstream === ''
            ? 'The proxy has to be running to open a session.'
            : html`The inspector is the client; the session goes to <span class="mono">${upstream}</span>.`
        }
      </p>
      <div class="fields">
        <span id="model-label">Model</span>
        <vscode-textfield .label=${'Model'} value=${defaultModel} maxlength="200"></vscode-textfield>
        <span>Intent</span>
        <select aria-label="Intent">
          <option value="">conversation</option>
          <option value="transcription">transcription</option>
        </select>
      </div>
      ${this.problem === '' ? nothing : html`<p class="error" role="alert">${this.problem}</p>`}
      <div class="actions">
        <vscode-button secondary @click=${() => this.dialog.close()}>Cancel</vscode-button>
        ${
          upstream === ''
            ? html`<vscode-button @click=${() => void this.store.run('start')}>Start proxy</vscode-button>`
            : html`<vscode-button ?disabled=${this.opening} @click=${() => void this.#open()}
                >${this.opening ? 'Opening…' : 'Open session'}</vscode-button
              >`
        }
      </div>
    </dialog>`;
  }
}
