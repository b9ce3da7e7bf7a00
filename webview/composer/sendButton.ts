/** The button that sends, and beside it when and how often. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { isNow, sendNow, whenWords, type SendWhen } from '../logic/sendPlan';

/** How it stands. */
export interface SendFacts {
  /** The first click met problems: the next one sends all the same. */
  isArmed: boolean;
  isOpen: boolean;
  isSending: boolean;
  isSequence: boolean;
  to: 'client' | 'server';
  when: SendWhen;
}

export function sendButton(
  { isArmed, isOpen, isSending, isSequence, to, when }: SendFacts,
  act: { send(): void; when(when: SendWhen): void; chooseWhen(opener: HTMLElement): void },
) {
  const words = isArmed ? 'Send anyway' : isSequence ? `Run to ${to}` : `Send to ${to}`;
  return html`${
      isNow(when)
        ? nothing
        : html`<button class="link when" title="At once instead" @click=${() => act.when(sendNow)}>
            ${whenWords(when)} ×
          </button>`
    }<span class="send"
      ><vscode-button
        ?secondary=${isArmed}
        ?disabled=${!isOpen || isSending}
        aria-disabled=${String(!isOpen || isSending)}
        title=${isOpen ? 'Ctrl+Enter' : 'Choose or open a session first'}
        @click=${() => act.send()}
        >${words}</vscode-button
      ><button
        class="icon"
        title="Later, or repeatedly"
        aria-label="Later, or repeatedly"
        aria-haspopup="dialog"
        @click=${(event: Event) => act.chooseWhen(event.currentTarget as HTMLElement)}
      >
        <vscode-icon name="chevron-down"></vscode-icon></button
    ></span>`;
}
