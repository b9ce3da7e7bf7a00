/** Where a note is typed, under the timeline: Enter keeps it, Escape leaves everything as it was. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { formatPosition } from '../logic/format';
import { staysInField } from '../logic/keys';
import { mostNote, removeNote, saveNote } from '../state/noteActions';
import type { NoteDraft } from '../state/notes';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

@customElement('rti-note-field')
export class NoteField extends View {
  protected override readonly topics: readonly Topic[] = ['panel'];
  @query('input') private input!: HTMLInputElement;
  @state() private saving = false;
  #of: NoteDraft | null = null;

  static override styles = [
    sharedStyles,
    css`
      :host {
        align-items: center;
        background: var(--vscode-editorWidget-background);
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        display: flex;
        font-size: 12px;
        gap: 6px;
        padding: 3px 4px 3px 8px;
      }
      label {
        color: var(--vscode-descriptionForeground);
        white-space: nowrap;
      }
      input {
        background: var(--vscode-input-background);
        border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
        border-radius: 2px;
        color: var(--vscode-input-foreground);
        flex: 1;
        font: inherit;
        min-width: 0;
        padding: 3px 6px;
      }
      input:focus {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', 'Note');
  }

  protected override render() {
    const draft = this.store.noteDraft;
    if (draft === null) return nothing;
    const known = this.store.spanIndex.get(`note ${draft.id}`);
    return html`<label for="text" class="num">Note at ${formatPosition(draft.at - this.store.origin)}</label>
      <input
        id="text"
        maxlength=${mostNote}
        placeholder="Enter keeps it, Escape does not; without words it is a bookmark"
        ?readonly=${this.saving}
        @keydown=${this.#key}
      />
      ${
        known === undefined
          ? nothing
          : html`<button
              class="icon"
              title="Remove the note"
              aria-label="Remove the note"
              @click=${() => {
                void removeNote(this.store, known);
                this.#close();
              }}
            >
              <vscode-icon name="trash"></vscode-icon>
            </button>`
      }
      <button class="icon" title="Keep the note (Enter)" aria-label="Keep the note" @click=${() => void this.#save()}>
        <vscode-icon name="check"></vscode-icon>
      </button>
      <button class="icon" title="Cancel (Escape)" aria-label="Cancel" @click=${() => this.#close()}>
        <vscode-icon name="close"></vscode-icon>
      </button>`;
  }
  protected override updated(): void {
    const draft = this.store.noteDraft;
    if (draft === null || draft === this.#of) return;
    this.#of = draft;
    this.input.value = draft.text;
    this.input.focus();
    this.input.select();
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      void this.#save();
    } else if (staysInField(event)) event.stopPropagation();
  };
  async #save(): Promise<void> {
    const draft = this.store.noteDraft;
    if (draft === null || this.saving) return;
    this.saving = true;
    const isKept = await saveNote(this.store, draft, this.input.value);
    this.saving = false;
    // Refused, what was typed is still there.
    if (isKept && this.store.noteDraft === draft) this.#close();
  }
  #close(): void {
    this.store.setNoteDraft(null);
    this.dispatchEvent(new CustomEvent('rti-leave', { bubbles: true, composed: true }));
  }
}
