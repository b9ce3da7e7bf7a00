/** The controls of how a clip is heard: speed, repeating, and the menu of the rest. */
import { html, type TemplateResult } from 'lit';
import { SPEEDS, type PlayerLook } from './playerLook';

interface LookControls {
  look: PlayerLook;
  isPartRepeated: boolean;
  set(change: Partial<PlayerLook>): void;
  endRepeat(): void;
  showMenu(): void;
}

export function lookControls({ look, isPartRepeated, set, endRepeat, showMenu }: LookControls): TemplateResult {
  return html`<select
      class="speed"
      aria-label="Speed"
      @change=${(event: Event) => set({ speed: Number((event.target as HTMLSelectElement).value) })}
    >
      ${SPEEDS.map((speed) => html`<option value=${speed} .selected=${speed === look.speed}>${speed}×</option>`)}
    </select>
    <button
      class="icon"
      title=${isPartRepeated ? 'Repeat a part: click to end that' : 'Repeat'}
      aria-label="Repeat"
      aria-pressed=${String(look.loop || isPartRepeated)}
      @click=${() => (isPartRepeated ? endRepeat() : set({ loop: !look.loop }))}
    >
      <vscode-icon name="sync"></vscode-icon>
    </button>
    <button
      class="icon more"
      title="How to hear it"
      aria-label="How to hear it"
      aria-haspopup="menu"
      @click=${showMenu}
    >
      <vscode-icon name="settings"></vscode-icon>
    </button>`;
}
