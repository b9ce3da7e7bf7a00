/** Shown while there is nothing to show: one clear state, and the way on from it. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { connectLines } from '../logic/connectHelp';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

@customElement('rti-welcome')
export class WelcomeView extends View {
  protected override readonly topics: readonly Topic[] = ['status', 'rows'];

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        overflow: auto;
      }
      .page {
        margin: 0 auto;
        max-width: 860px;
        padding: 6vh 24px 24px;
      }
      h1 {
        font-size: 20px;
        font-weight: 500;
        margin: 0 0 6px;
      }
      p {
        line-height: 1.5;
        margin: 0 0 16px;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-bottom: 28px;
      }
      .line {
        align-items: center;
        display: grid;
        gap: 2px 12px;
        grid-template-columns: 60px minmax(0, 1fr) auto;
        margin-bottom: 14px;
      }
      code {
        background: var(--vscode-textCodeBlock-background);
        border: 1px solid var(--vscode-contrastBorder, transparent);
        border-radius: 4px;
        color: var(--vscode-foreground);
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: var(--vscode-editor-font-size, 12px);
        overflow-wrap: anywhere;
        padding: 6px 10px;
        user-select: all;
      }
      .note {
        font-size: 12px;
        grid-column: 2 / -1;
      }
      h2 {
        font-size: 13px;
        font-weight: 600;
        margin: 0 0 10px;
      }
      .error {
        color: var(--error-text);
      }
      @media (max-width: 520px) {
        .line {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .line strong {
          grid-column: 1 / -1;
        }
        .note {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  protected override render() {
    const { status, document } = this.store;
    if (status === null) return html`<div class="page"><p class="dim">Opening…</p></div>`;
    if (!status.live) return this.#emptyTrace(document?.problems ?? [], (document?.read ?? 0) < (document?.size ?? 0));
    const { proxy } = status;
    switch (proxy.state) {
      case 'starting':
        return html`<div class="page"><h1>Starting the proxy…</h1></div>`;
      case 'failed':
        return html`<div class="page">
          <h1>The proxy could not start</h1>
          <p class="error" role="alert">${proxy.message}</p>
          <div class="actions">${this.#button('play', 'Start again', 'start')}</div>
        </div>`;
      case 'stopped':
        return html`<div class="page">
          <h1>The proxy is stopped</h1>
          <p class="dim">
            Start it, point your app at it, and every event appears here as it passes: with the conversation, what was
            measured, and what went wrong and why.
          </p>
          <div class="actions">
            ${this.#button('play', 'Start proxy', 'start')}
            ${this.#button('comment-discussion', 'Run a sample conversation', 'runSample', true)}
          </div>
        </div>`;
      case 'running':
        return html`<div class="page">
          <h1>Listening, nothing has connected yet</h1>
          <p class="dim">
            ${
              proxy.upstreamKind === 'simulator'
                ? 'Sessions go to the embedded simulator: no key and no network needed.'
                : html`Sessions go to <span class="mono">${proxy.upstream}</span>.`
            }
          </p>
          <div class="actions">
            ${this.#button('terminal', 'Open a terminal with it set up', 'openTerminal')}
            ${this.#button('comment-discussion', 'Run a sample conversation', 'runSample', true)}
            <vscode-button secondary icon="add" @click=${() => this.store.setPanel({ newSessionOpen: true })}
              >New session</vscode-button
            >
            ${this.#button('cloud', 'Choose upstream', 'chooseUpstream', true)}
          </div>
          <h2>Or point your app here</h2>
          ${connectLines(proxy).map(
            (line) =>
              html`<div class="line">
                <strong>${line.title}</strong>
                <code tabindex="0" role="textbox" aria-readonly="true" aria-label="Line for ${line.title}"
                  >${line.text}</code
                >
                <button
                  class="icon"
                  title="Copy"
                  aria-label="Copy the line for ${line.title}"
                  @click=${() => void this.#copy(line.text)}
                >
                  <vscode-icon name="copy"></vscode-icon>
                </button>
                <span class="note dim">${line.note}</span>
              </div>`,
          )}
          ${proxy.trouble === '' ? nothing : html`<p class="error" role="alert">${proxy.trouble}</p>`}
        </div>`;
    }
  }

  #emptyTrace(problems: readonly string[], reading: boolean) {
    if (reading) return html`<div class="page"><h1>Reading the trace…</h1></div>`;
    return html`<div class="page">
      <h1>${problems.length > 0 ? 'Nothing could be read from this trace' : 'This trace holds no events'}</h1>
      ${problems.map((problem) => html`<p class="error">${problem}</p>`)}
      <div class="actions">${this.#button('pulse', 'Open the live session', 'openLive', true)}</div>
    </div>`;
  }
  #button(icon: string, label: string, command: Parameters<typeof this.store.run>[0], secondary = false) {
    return html`<vscode-button icon=${icon} ?secondary=${secondary} @click=${() => void this.store.run(command)}
      >${label}</vscode-button
    >`;
  }
  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.store.tell({ kind: 'info', text: 'Copied.' });
    } catch (error) {
      this.store.fail(error);
    }
  }
}
