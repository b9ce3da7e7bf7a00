/** What is to be said above the panes: trouble of the proxy, problems of the trace, the latest news. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import type { Notice } from '../state/notices';
import type { Store } from '../state/store';

/** A line for each, the gravest first as they come. */
export function noticeLines(store: Store): TemplateResult[] {
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
          },
        ]),
    ...(store.notice === null
      ? []
      : [{ kind: store.notice.kind, text: store.notice.text, close: true as const, action: store.notice.action }]),
  ];
  return lines.map(
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
}
