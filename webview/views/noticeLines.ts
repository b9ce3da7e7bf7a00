/**
 * What is to be said: trouble of the proxy, problems of the trace, the latest news. It stands under the list, which ends earlier for
 * it: nothing else moves when it comes. When it goes, its place stays empty until the pointer has left the list
 * and it: at the list's end the rows would move under the pointer.
 */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing, unsafeCSS, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { HostCommand } from '../messages';
import type { Notice } from '../state/notices';
import type { Store, Topic } from '../state/store';
import { sharedStyles, View } from './view';

/** About four lines, pixels. */
const mostHeight = 132;

@customElement('rti-notices')
export class NoticeLines extends View {
  protected override readonly topics: readonly Topic[] = ['status', 'rows', 'notice', 'spans'];
  /** What it takes now, pixels. */
  #height = 0;
  /** What would move when it gets lower. */
  #above: Element | null = null;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        flex: none;
        max-height: ${unsafeCSS(mostHeight)}px;
        overflow: auto;
      }
      .notice {
        align-items: center;
        background: var(--vscode-editorWidget-background);
        border-top: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, transparent));
        display: flex;
        gap: 8px;
        min-height: 30px;
        padding: 2px 8px 2px 12px;
      }
      .notice.error {
        background: var(--vscode-inputValidation-errorBackground);
        border-color: var(--vscode-inputValidation-errorBorder);
        color: var(--vscode-inputValidation-errorForeground, var(--vscode-foreground));
      }
      .notice.warning {
        background: var(--vscode-inputValidation-warningBackground);
        border-color: var(--vscode-inputValidation-warningBorder);
        color: var(--vscode-inputValidation-warningForeground, var(--vscode-foreground));
      }
      .notice span {
        flex: 1;
        max-height: 4.2em;
        overflow: auto;
        overflow-wrap: anywhere;
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch(null);
  }

  protected override render() {
    return noticeLines(this.store);
  }

  protected override updated(): void {
    const before = this.#height;
    const lines = [...this.renderRoot.querySelectorAll<HTMLElement>('.notice')];
    const height = Math.min(
      mostHeight,
      lines.reduce((sum, { offsetHeight }) => sum + offsetHeight, 0),
    );
    const above = this.previousElementSibling;
    const isKept = height < before && isUnderPointer(above, this);
    this.#height = isKept ? before : height;
    this.style.minHeight = isKept ? `${before}px` : '';
    this.#watch(isKept ? above : null);
  }
  #watch(above: Element | null): void {
    for (const place of [this.#above, this]) place?.removeEventListener('pointerleave', this.#left);
    this.#above = above;
    if (above !== null) for (const place of [above, this]) place.addEventListener('pointerleave', this.#left);
  }
  readonly #left = (): void => {
    if (isUnderPointer(this.#above, this)) return;
    this.#watch(null);
    this.style.minHeight = '';
    this.#height = this.offsetHeight;
  };
}

const isUnderPointer = (...places: (Element | null)[]): boolean => places.some((place) => place?.matches(':hover'));

/** As the reader of traces says it of a line. */
const isUnread = (problem: string): boolean => /^Line \d+ cannot be read/.test(problem);

const recover = (store: Store): Notice['action'] => ({
  label: 'Recover...',
  run: () => void store.run('recoverTrace'),
});

function noticeLines(store: Store): TemplateResult[] {
  const proxy = store.status?.proxy;
  const trouble = store.status?.live === true && proxy?.state === 'running' ? proxy.trouble : '';
  const failed = store.status?.live === true && proxy?.state === 'failed' && store.rows.count > 0 ? proxy.message : '';
  const problems = store.rows.count > 0 ? (store.document?.problems ?? []) : [];
  const lines: { kind: string; text: string; close?: true; action?: Notice['action'] }[] = [
    ...(trouble === '' ? [] : [{ kind: 'warning', text: trouble }]),
    ...(failed === '' ? [] : [{ kind: 'error', text: failed }]),
    ...(problems.length === 0
      ? []
      : [
          {
            kind: 'warning',
            text: problems.length === 1 ? (problems[0] ?? '') : `${problems[0]} And ${problems.length - 1} more.`,
            // One that is being written cannot be: its last line may be on its way.
            action: store.status?.live !== true && problems.some(isUnread) ? recover(store) : undefined,
          },
        ]),
    ...(store.notice === null
      ? []
      : [{ kind: store.notice.kind, text: store.notice.text, close: true as const, action: store.notice.action }]),
  ];
  const others = lines.map(
    ({ kind, text, close, action }) =>
      html`<div class="notice ${kind}" role=${kind === 'error' ? 'alert' : 'status'}>
        <vscode-icon name=${kind === 'info' ? 'info' : kind === 'warning' ? 'warning' : 'error'}></vscode-icon>
        <span>${text}</span>
        ${
          action === undefined
            ? nothing
            : html`<button
                class="link"
                @click=${() => {
                  store.tell(null);
                  action.run();
                }}
              >
                ${action.label}
              </button>`
        }
        ${
          close === true
            ? html`<button class="icon" title="Dismiss" aria-label="Dismiss" @click=${() => store.tell(null)}>
                <vscode-icon name="close"></vscode-icon>
              </button>`
            : nothing
        }
      </div>`,
  );
  return [...partLine(store), ...others];
}

/** Where the rest of a recording is that was divided. */
function partLine(store: Store): TemplateResult[] {
  const { earlier, later } = store.status?.parts ?? { earlier: '', later: '' };
  if (earlier === '' && later === '') return [];
  const link = (name: string, words: string, command: HostCommand) =>
    name === ''
      ? nothing
      : html`<button class="link" title=${name} @click=${() => void store.run(command)}>${words}</button>`;
  return [
    html`<div class="notice info" role="status">
      <vscode-icon name="info"></vscode-icon>
      <span>This is a part of a recording that was divided.</span>
      ${link(earlier, 'Earlier Part', 'openEarlierPart')} ${link(later, 'Later Part', 'openLaterPart')}
    </div>`,
  ];
}
