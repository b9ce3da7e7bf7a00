/** A note of the user in the details: its text, which can be changed there. */
import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Span } from '../../src/document/columns';
import { formatPosition } from '../logic/format';
import { staysInField } from '../logic/keys';
import { mostNote, redraft, removeNote, saveNote } from '../state/noteActions';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

@customElement('rti-note-text')
export class NoteText extends View {
  protected override readonly topics: readonly Topic[] = ['spans'];
  @property({ attribute: false }) note!: Span;
  @query('textarea') private area!: HTMLTextAreaElement;
  @state() private changed = false;
  #shown: Span | undefined;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 8px;
        padding: 10px 12px;
      }
      textarea {
        background: var(--vscode-input-background);
        border: 1px solid
          var(--vscode-input-border, var(--vscode-contrastBorder, var(--vscode-panel-border, transparent)));
        border-radius: 2px;
        color: var(--vscode-input-foreground);
        font: inherit;
        min-height: 90px;
        padding: 6px 8px;
        resize: vertical;
      }
      textarea:focus {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
      div {
        display: flex;
        gap: 12px;
      }
    `,
  ];

  protected override render() {
    return html`<label for="text"
        >${this.note.label === '' ? 'Bookmark' : 'Note'} at
        ${formatPosition(this.note.start - this.store.origin)}</label
      >
      <textarea
        id="text"
        maxlength=${mostNote}
        @input=${() => (this.changed = this.area.value.trim() !== this.note.label)}
        @keydown=${this.#key}
      ></textarea>
      <div>
        ${
          this.changed
            ? html`<button class="link" @click=${() => void this.#save()}>Keep the change (Ctrl+Enter)</button>
                <button class="link" @click=${() => this.#reset()}>Undo it</button>`
            : nothing
        }
        <button class="link" @click=${() => void removeNote(this.store, this.note)}>
          ${this.note.label === '' ? 'Remove the bookmark' : 'Remove the note'}
        </button>
      </div>`;
  }
  protected override updated(): void {
    // What is being typed about a note stays when that one is told anew, and goes with another note.
    if (this.#shown?.key === this.note.key && (this.#shown.label === this.note.label || this.changed)) return;
    this.#reset();
  }
  #reset(): void {
    this.#shown = this.note;
    this.area.value = this.note.label;
    this.changed = false;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const saves = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (saves || (event.key === 'Escape' && this.changed)) {
      event.preventDefault();
      event.stopPropagation();
      if (saves) void this.#save();
      else this.#reset();
    } else if (staysInField(event)) event.stopPropagation();
  };
  async #save(): Promise<void> {
    if (await saveNote(this.store, redraft(this.store, this.note), this.area.value)) this.changed = false;
  }
}
