/** What is being sent over time: how far it is, what it waits for, what the server said to each event; and cancel. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ComposeRun, RunEvent } from '../composeMessages';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';

/** Where an error's parameter stands: in a step of the sequence. */
export interface StepPlace {
  step: number;
  param: string;
}

@customElement('rti-runs')
export class RunStrip extends View {
  protected override readonly topics: readonly Topic[] = ['status'];
  /** The run begun from the text as it stands: its errors have a place in it. */
  @property({ type: Number }) ofText = 0;
  /** Runs put away, and those whose events are shown. */
  @state() private gone: ReadonlySet<number> = new Set();
  @state() private opened: ReadonlySet<number> = new Set();

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        flex: none;
        max-height: 40%;
        overflow: auto;
      }
      .run {
        align-items: center;
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        display: flex;
        flex-wrap: wrap;
        gap: 2px 8px;
        min-height: 28px;
        padding: 2px 8px 2px 12px;
      }
      progress {
        accent-color: var(--vscode-progressBar-background);
        flex: none;
        height: 6px;
        width: 90px;
      }
      .text {
        flex: 1;
        min-width: 120px;
        overflow-wrap: anywhere;
      }
      ol {
        flex: 1 0 100%;
        list-style: none;
        margin: 0;
        padding: 0 0 4px 22px;
      }
      li {
        align-items: baseline;
        display: flex;
        flex-wrap: wrap;
        gap: 0 8px;
        line-height: 20px;
      }
      .error {
        color: var(--vscode-errorForeground);
      }
    `,
  ];

  protected override render() {
    return (this.store.status?.runs ?? []).filter(({ id }) => !this.gone.has(id)).map((run) => this.#run(run));
  }

  #run(run: ComposeRun) {
    const { id, state: how, sent, total, times, round, text, events, session } = run;
    const refused = events.filter(({ answer }) => answer.kind === 'refused').length;
    const isOpen = this.opened.has(id) || (refused > 0 && how !== 'running' && events.length <= 5);
    const words = {
      running: text || 'Sending',
      done: 'All sent',
      cancelled: 'Cancelled',
      failed: text,
    }[how];
    const icons = {
      running: 'sync',
      done: refused > 0 ? 'warning' : 'check',
      cancelled: 'circle-slash',
      failed: 'error',
    };
    return html`<div class="run" role="group" aria-label="Run ${id}">
      <vscode-icon name=${icons[how]} size="14"></vscode-icon>
      ${how === 'running' ? html`<progress max=${Math.max(1, total)} value=${sent}></progress>` : nothing}
      <span class="text ${how === 'failed' ? 'error' : ''}" role="status"
        ><span class="num">${sent} of ${total}</span> to
        ${session}${times > 1 ? html`, <span class="num">time ${round + 1} of ${times}</span>` : nothing}.
        ${words}${/[.!?]$/.test(words) ? '' : '.'}
        ${refused > 0 ? html`<span class="error">${refused} refused.</span>` : nothing}</span
      >
      ${
        events.length === 0
          ? nothing
          : html`<button class="link" aria-expanded=${isOpen ? 'true' : 'false'} @click=${() => this.#toggle(id)}>
              ${isOpen ? 'Hide' : 'Show'} what became of each
            </button>`
      }
      ${
        how === 'running'
          ? html`<button class="link" @click=${() => void this.store.ask('cancelRun', { run: id })}>Cancel</button>`
          : html`<button
              class="icon"
              title="Put away"
              aria-label="Put away"
              @click=${() => (this.gone = new Set([...this.gone, id]))}
            >
              <vscode-icon name="close"></vscode-icon>
            </button>`
      }
      ${
        isOpen
          ? html`<ol>
              ${events.map((event) => this.#event(event, run))}
            </ol>`
          : nothing
      }
    </div>`;
  }

  #event(event: RunEvent, run: ComposeRun) {
    const { type, row, answer, round, step } = event;
    const link = (at: number, words?: string) =>
      html`<button class="link" title="Show it in the list" @click=${() => this.#tell('rti-show-row', at)}>
        ${words ?? `#${this.store.rows.seq.at(at) ?? ''}`}
      </button>`;
    return html`<li>
      ${run.times > 1 ? html`<span class="dim num">${round + 1}.</span>` : nothing}
      <span class="mono">${type || 'no JSON'}</span>
      ${row === null ? nothing : link(row)}
      ${
        answer.kind === 'waiting'
          ? nothing
          : answer.kind === 'refused'
            ? html`<span class="error">${answer.message}</span> ${
                  run.id === this.ofText
                    ? html`<button
                        class="link"
                        @click=${() => this.#tell('rti-go-step', { step, param: answer.param } satisfies StepPlace)}
                      >
                        Go to ${answer.param === '' ? 'the event' : answer.param}
                      </button>`
                    : nothing
                }
                ${link(answer.row)}`
            : html`<span class="dim">answered by</span> ${link(answer.row, answer.type)}`
      }
    </li>`;
  }

  #toggle(id: number): void {
    const opened = new Set(this.opened);
    if (!opened.delete(id)) opened.add(id);
    this.opened = opened;
  }
  #tell(name: 'rti-show-row' | 'rti-go-step', detail: number | StepPlace): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-runs': RunStrip;
  }
}
