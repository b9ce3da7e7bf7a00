/** What stands beside the editor: the form of the session's settings, sound, or a picture. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SessionSnapshot } from '../../src/document/sessionSnapshot';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';
import './audioPanel';
import './imagePanel';
import './sessionPanel';

export type PanelName = 'session' | 'audio' | 'image';
const titles: Readonly<Record<PanelName, string>> = { session: 'Session settings', audio: 'Sound', image: 'Picture' };

@customElement('rti-compose-panel')
export class ComposePanel extends View {
  protected override readonly topics: readonly Topic[] = [];
  @property() name: PanelName = 'session';
  @property() text = '';
  /** The open session it is for; '' for none. */
  @property() session = '';
  @property({ attribute: false }) known: SessionSnapshot | null = null;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
        min-width: 0;
      }
      header {
        align-items: center;
        display: flex;
        flex: none;
        justify-content: space-between;
        padding: 2px 6px 2px 12px;
      }
      h3 {
        font-size: inherit;
        font-weight: 600;
        margin: 0;
      }
      .body {
        flex: 1;
        min-height: 0;
        overflow: auto;
        padding: 2px 12px 10px;
      }
    `,
  ];

  protected override render() {
    return html`<header>
        <h3>${titles[this.name]}</h3>
        <button
          class="icon"
          title="Close this panel"
          aria-label="Close this panel"
          @click=${() => this.dispatchEvent(new CustomEvent('rti-panel-close'))}
        >
          <vscode-icon name="close"></vscode-icon>
        </button>
      </header>
      <div class="body">${this.#body()}</div>`;
  }

  #body() {
    const { store, text, session, known } = this;
    switch (this.name) {
      case 'session':
        return html`<rti-session-form
          .store=${store}
          .text=${text}
          .session=${session}
          .known=${known}
        ></rti-session-form>`;
      case 'audio':
        return html`<rti-compose-audio .store=${store} .session=${session} .known=${known}></rti-compose-audio>`;
      case 'image':
        return html`<rti-compose-image></rti-compose-image>`;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-compose-panel': ComposePanel;
  }
}
