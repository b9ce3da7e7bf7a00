/** The composer's first line: what is written and for whom, the panels beside it, the session it goes to. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import type { PanelName } from './sidePanel';

const panels: readonly [name: PanelName, icon: string, title: string][] = [
  ['session', 'settings', 'Form for the session’s settings'],
  ['audio', 'unmute', 'Send sound'],
  ['image', 'file-media', 'A picture'],
];

/** What the line shows. */
export interface BarFacts {
  title: string;
  as: 'client' | 'server';
  panel: PanelName | '';
  /** The composer has the list's place. */
  isSheet: boolean;
  /** The choice of sessions. */
  picker: unknown;
}
/** What its buttons do. */
export interface BarActions {
  back(): void;
  menu(opener: HTMLElement): void;
  side(as: 'client' | 'server'): void;
  panel(name: PanelName): void;
  newSession(): void;
  close(): void;
}

export function composerBar({ title, as, panel, isSheet, picker }: BarFacts, act: BarActions) {
  const icon = (name: string, label: string, run: () => void) =>
    html`<button class="icon" title=${label} aria-label=${label} @click=${run}>
      <vscode-icon name=${name}></vscode-icon>
    </button>`;
  return html`<div class="bar">
    ${
      isSheet
        ? html`<button class="icon" title="Back to the list (Escape)" @click=${() => act.back()}>
            <vscode-icon name="arrow-left"></vscode-icon> List
          </button>`
        : nothing
    }
    <span class="title">${title}</span>
    <button
      class="icon new"
      title="A new event: from a template, the selection, the clipboard, a file…"
      aria-haspopup="dialog"
      @click=${(event: Event) => act.menu(event.currentTarget as HTMLElement)}
    >
      <vscode-icon name="new-file"></vscode-icon> New…
    </button>
    <label
      ><span class="as">Send as</span>
      <select
        aria-label="Send as"
        @change=${(event: Event) => act.side((event.target as HTMLSelectElement).value === 'server' ? 'server' : 'client')}
      >
        <option value="client" .selected=${as === 'client'}>client → server</option>
        <option value="server" .selected=${as === 'server'}>server → client</option>
      </select></label
    >
    <span class="grow"></span>
    ${panels.map(
      ([name, image, label]) =>
        html`<button
          class="icon"
          title=${label}
          aria-label=${label}
          aria-pressed=${panel === name ? 'true' : 'false'}
          @click=${() => act.panel(name)}
        >
          <vscode-icon name=${image}></vscode-icon>
        </button>`,
    )}
    ${picker} ${icon('add', 'New session', () => act.newSession())}
    <button
      class="icon"
      title="Close the composer (Escape)"
      aria-label="Close the composer"
      @click=${() => act.close()}
    >
      <vscode-icon name="close"></vscode-icon>
    </button>
  </div>`;
}
