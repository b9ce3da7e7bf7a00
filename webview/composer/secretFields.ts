/** Fields for values that were replaced before recording: what is typed is sent, and kept nowhere. */
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/index.js';
import { html, nothing } from 'lit';
import { placeOfPointer } from '../../src/protocol';

/** A field for each JSON pointer of `asked`; `typed` holds what stands in them. */
export function secretFields(asked: readonly string[], typed: Map<string, string>) {
  if (asked.length === 0) return nothing;
  return html`<div class="secrets">
    <p class="dim">
      Recorded without ${asked.length === 1 ? 'this value' : 'these values'}; what you type here is sent and not
      written.
    </p>
    ${asked.map(
      (pointer) =>
        html`<span class="mono">${placeName(pointer)}</span
          ><vscode-textfield
            type="password"
            autocomplete="off"
            .label=${`Value for ${placeName(pointer)}`}
            @input=${(event: Event) => typed.set(pointer, (event.target as VscodeTextfield).value)}
          ></vscode-textfield>`,
    )}
  </div>`;
}

/** A place of the text, for people. */
export function placeName(pointer: string): string {
  return pointer === '' ? 'this text' : placeOfPointer(pointer);
}
