/** A place to drop a file, with a button that picks one. */
import { css, html } from 'lit';

export const dropStyles = css`
  .drop {
    align-items: center;
    border: 1px dashed var(--vscode-input-border, var(--vscode-contrastBorder, var(--vscode-descriptionForeground)));
    border-radius: 4px;
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    justify-content: center;
    min-height: 48px;
    padding: 8px;
    text-align: center;
  }
  .drop.over {
    background: var(--vscode-list-dropBackground, var(--vscode-toolbar-hoverBackground));
    border-color: var(--vscode-focusBorder);
  }
  .drop input {
    display: none;
  }
`;

export interface DropOptions {
  /** As of a file input. */
  accept: string;
  words: string;
  isOver: boolean;
  over(isOver: boolean): void;
  take(file: File): void;
}

/** VS Code opens what is dropped into a page unless Shift is held; its own hint says so while one drags. */
export function dropZone({ accept, words, isOver, over, take }: DropOptions) {
  const input = (event: Event) => (event.target as HTMLElement).closest('.drop')?.querySelector('input');
  return html`<div
    class="drop ${isOver ? 'over' : ''}"
    @dragover=${(event: DragEvent) => {
      event.preventDefault();
      over(true);
    }}
    @dragleave=${() => over(false)}
    @drop=${(event: DragEvent) => {
      event.preventDefault();
      over(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) take(file);
    }}
  >
    <span class="dim">${words}</span>
    <button class="link" @click=${(event: Event) => input(event)?.click()}>choose a file</button>
    <input
      type="file"
      accept=${accept}
      @change=${(event: Event) => {
        const field = event.target as HTMLInputElement;
        const file = field.files?.[0];
        if (file !== undefined) take(file);
        field.value = '';
      }}
    />
  </div>`;
}
