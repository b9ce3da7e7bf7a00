/** When and how often: a few fields over the button that sends. */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isNow, sendNow, whenWords, type SendWhen } from '../logic/sendPlan';
import { sharedStyles } from '../views/view';
import { fieldStyles } from './fieldStyles';

@customElement('rti-send-when')
export class SendWhenFields extends LitElement {
  @property({ attribute: false }) when: SendWhen = sendNow;

  static override styles = [
    sharedStyles,
    fieldStyles,
    css`
      :host {
        background: var(--vscode-editorWidget-background);
        border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder));
        border-radius: 5px;
        color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
        inset: auto;
        margin: 0;
        padding: 10px 12px;
        position: fixed;
        white-space: nowrap;
      }
      form {
        align-items: center;
        display: grid;
        gap: 6px 8px;
        grid-template-columns: auto 90px auto;
      }
      .foot {
        align-items: center;
        display: flex;
        gap: 12px;
        grid-column: 1 / -1;
        justify-content: space-between;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('popover', 'auto');
    this.setAttribute('role', 'dialog');
    this.setAttribute('aria-label', 'When to send');
    this.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key !== 'Enter') return;
      event.preventDefault();
      this.hidePopover();
    });
  }
  show(opener: HTMLElement): void {
    this.showPopover();
    void this.updateComplete.then(() => {
      const box = opener.getBoundingClientRect();
      this.style.right = `${Math.max(4, innerWidth - box.right)}px`;
      this.style.bottom = `${Math.max(4, innerHeight - box.top + 4)}px`;
      this.renderRoot.querySelector('input')?.focus();
    });
  }

  protected override render() {
    const { when } = this;
    const field = (name: keyof SendWhen, label: string, unit: string, least: number, most: number) =>
      html`<label for=${name}>${label}</label>
        <input
          id=${name}
          type="number"
          min=${least}
          max=${most}
          .value=${String(when[name])}
          @change=${(event: Event) => {
            const { value } = event.target as HTMLInputElement;
            const number = Math.round(Number(value));
            this.#set({ [name]: Number.isFinite(number) ? Math.max(least, Math.min(most, number)) : least });
          }}
        /><span class="dim">${unit}</span>`;
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
      ${field('delayMs', 'After', 'ms', 0, 3_600_000)} ${field('times', 'Repeat', 'times in all', 1, 10_000)}
      ${field('everyMs', 'Every', 'ms', 0, 3_600_000)}
      <div class="foot">
        <span class="dim">${isNow(when) ? 'Sent at once.' : `Sent ${whenWords(when)}.`}</span>
        <button type="button" class="link" @click=${() => this.#set(sendNow)}>At once</button>
      </div>
    </form>`;
  }
  #set(change: Partial<SendWhen>): void {
    this.when = { ...this.when, ...change };
    this.dispatchEvent(new CustomEvent<SendWhen>('rti-when', { detail: this.when }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-send-when': SendWhenFields;
  }
}
