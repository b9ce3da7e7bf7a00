/** One event in full: payload as a tree, raw text, documentation, timing. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { RowBody } from '../../src/document/columns';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPosition,
  formatTimeOfDay,
  shortenMiddle,
} from '../logic/format';
import { indentJson, isJson } from '../logic/jsonText';
import { FLAG, FROM } from '../logic/rowSource';
import type { Topic } from '../state/store';
import './eventDocs';
import './payloadTree';
import { inspectorStyles } from './inspectorStyles';
import { sharedStyles, View } from './view';

const tabs = ['Payload', 'Raw', 'Docs', 'Timing'] as const;
type Tab = (typeof tabs)[number];
/** Text beyond this is shown in VS Code's own editor, which is made for it. */
const mostRaw = 500_000;

@customElement('rti-inspector')
export class InspectorView extends View {
  protected override readonly topics: readonly Topic[] = ['selection', 'rows', 'status', 'spans'];
  @state() private tab: Tab = 'Payload';
  @state() private body: RowBody | null = null;
  @state() private loading = false;
  @state() private wrap = true;
  #bodyRow = -1;
  /** Rows object the body belongs to: after a reconnect the same number may be another event. */
  #bodyOf: unknown = null;

  static override styles = [sharedStyles, inspectorStyles];

  protected override storeChanged(): void {
    void this.#load();
    this.requestUpdate();
  }
  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(whole = false): Promise<void> {
    const { store } = this;
    const row = store.selected;
    if (row === null) {
      this.#bodyRow = -1;
      this.body = null;
      return;
    }
    if (row === this.#bodyRow && this.#bodyOf === store.rows && !whole) return;
    this.#bodyRow = row;
    this.#bodyOf = store.rows;
    this.loading = true;
    if (!whole) this.body = null;
    const body = await store.body(row, whole);
    if (this.#bodyRow !== row) return;
    this.loading = false;
    this.body = body ?? null;
  }

  protected override render() {
    const { store } = this;
    const row = store.selected;
    if (row === null || row >= store.rows.count)
      return html`<div class="empty">Select an event to see its payload, documentation and timing.</div>`;
    const { rows } = store;
    const from = rows.from[row];
    const direction = from === FROM.client ? '→ server' : from === FROM.server ? '← client' : '';
    const isEvent = rows.kind[row] === 0;
    return html`
      <header>
        <span class="type" title=${rows.typeOf(row)}>${rows.typeOf(row) || '(no type)'}</span>
        <span class="facts dim num">
          ${isEvent ? html`<span>#${rows.seq[row]}</span>` : nothing}
          <span>${formatPosition(rows.t[row] ?? 0)}</span>
          ${direction === '' ? nothing : html`<span>${direction}</span>`}
          ${isEvent ? html`<span>${formatBytes(rows.bytes[row] ?? 0)}</span>` : nothing}
        </span>
        <span class="grow"></span>
        ${this.#button('copy', 'Copy the payload', () => void this.#copy(), this.body === null || this.body.text === '')}
        ${this.#button('go-to-file', 'Open in editor', () => void store.ask('openBody', { row }))}
        ${
          isEvent
            ? this.#button(
                'edit',
                'Edit and resend (E)',
                () => this.#emit('rti-edit-row'),
                this.body?.format === 'none',
              )
            : nothing
        }
        <slot name="actions"></slot>
      </header>
      <div role="tablist" aria-label="Details" @keydown=${this.#tabKey}>
        ${tabs.map(
          (tab) =>
            html`<button
              role="tab"
              id="tab-${tab}"
              aria-selected=${tab === this.tab ? 'true' : 'false'}
              aria-controls="panel"
              tabindex=${tab === this.tab ? 0 : -1}
              @click=${() => (this.tab = tab)}
            >
              ${tab}
            </button>`,
        )}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby="tab-${this.tab}" tabindex=${this.tab === 'Payload' ? -1 : 0}>
        ${this.#panel(row)}
      </div>
    `;
  }

  #button(icon: string, label: string, run: () => void, disabled = false) {
    return html`<button class="icon" title=${label} aria-label=${label} ?disabled=${disabled} @click=${run}>
      <vscode-icon name=${icon}></vscode-icon>
    </button>`;
  }

  #panel(row: number) {
    if (this.tab === 'Docs')
      return html`<rti-event-docs .store=${this.store} .row=${row} .text=${this.#eventText()}></rti-event-docs>`;
    if (this.tab === 'Timing') return this.#timing(row);
    const { body } = this;
    if (body === null)
      return html`<div class="pad dim">${this.loading ? 'Reading…' : 'This event could not be read.'}</div>`;
    return this.tab === 'Payload' ? this.#payload(row, body) : this.#raw(row, body);
  }

  /** The event's text when it is whole and short enough to be read along with its documentation; else ''. */
  #eventText(): string {
    const { body } = this;
    return body?.format === 'json' && body.cutFrom === 0 && body.text.length <= mostRaw ? body.text : '';
  }

  #payload(row: number, body: RowBody) {
    const { rows } = this.store;
    const redacted = Array.isArray(body.head.redacted)
      ? body.head.redacted.filter((pointer): pointer is string => typeof pointer === 'string')
      : [];
    if (body.format === 'none') {
      const isEvent = rows.kind[row] === 0;
      return html`${isEvent ? html`<div class="bar">The body of this message was too large to keep.</div>` : nothing}
        <rti-payload-tree .text=${JSON.stringify(body.head)} .redacted=${redacted}></rti-payload-tree>`;
    }
    if (body.format === 'json' && body.cutFrom === 0 && isJson(body.text))
      return html`<rti-payload-tree
        .text=${body.text}
        .from=${rows.from[row] === FROM.client ? 'client' : 'server'}
        .redacted=${redacted}
        .audioMs=${rows.audioMs[row] ?? 0}
        .playable=${(rows.audioMs[row] ?? 0) > 0}
      ></rti-payload-tree>`;
    const why =
      body.cutFrom > 0
        ? 'Too large for a tree.'
        : body.format === 'base64'
          ? 'A binary message, shown as base64.'
          : 'Not a JSON object.';
    return html`<div class="bar">${why}</div>
      ${this.#raw(row, body)}`;
  }

  #raw(row: number, body: RowBody) {
    const { text } = body;
    const shown = text.length > mostRaw ? text.slice(0, mostRaw) : text;
    const isCut = body.cutFrom > 0 || shown.length < text.length;
    return html`
      <div class="bar">
        <span class="num"
          >${body.format === 'none' ? 'nothing kept' : `${body.format}, ${formatCount(text.length)} characters`}</span
        >
        ${
          isCut
            ? html`<span>shown in part${body.cutFrom > 0 ? ` of ${formatBytes(body.cutFrom)}` : ''}</span>
                ${
                  body.cutFrom > 0
                    ? html`<button class="link" @click=${() => void this.#load(true)}>Show whole</button>`
                    : nothing
                }
                <button class="link" @click=${() => void this.store.ask('openBody', { row })}>Open in editor</button>`
            : nothing
        }
        <button class="link" aria-pressed=${this.wrap ? 'true' : 'false'} @click=${() => (this.wrap = !this.wrap)}>
          ${this.wrap ? 'Do not wrap' : 'Wrap'}
        </button>
      </div>
      <pre class="mono ${this.wrap ? 'wrap' : ''}">${shown}</pre>
    `;
  }

  #timing(row: number) {
    const { rows, document } = this.store;
    const t = rows.t[row] ?? 0;
    const sent = rows.sent[row] ?? NaN;
    const before = rows.timeBefore(row);
    const bytes = rows.bytes[row] ?? 0;
    const from = rows.from[row];
    const replaces = this.body?.head.replaces;
    const lines: [string, unknown][] = [
      ['arrived', `${formatPosition(t)}${document ? `  ·  ${formatTimeOfDay(document.startedAt, t)}` : ''}`],
      ['sent on', Number.isNaN(sent) ? 'no stamp' : formatPosition(sent)],
      ['in the proxy', Number.isNaN(sent) ? '' : formatDuration(Math.max(0, sent - t))],
      ['since the event before', Number.isNaN(before) ? '' : formatDuration(t - before)],
      ['since the same kind before', this.#sinceSameKind(row)],
      [
        'size',
        rows.kind[row] !== 0
          ? ''
          : bytes < 1000
            ? formatBytes(bytes)
            : `${formatBytes(bytes)}  ·  ${formatCount(bytes)} bytes`,
      ],
      ['audio', (rows.audioMs[row] ?? 0) > 0 ? formatDuration(rows.audioMs[row] ?? 0) : ''],
      ['from', from === FROM.client ? 'client' : from === FROM.server ? 'server' : ''],
      ['sent by the inspector', rows.has(row, FLAG.injected) ? 'yes' : ''],
      ['made from', typeof replaces === 'number' ? this.#rowLink(replaces) : ''],
      ['session', this.#id(rows.sessionOf(row))],
      ['response', this.#id(rows.responseOf(row), 'response', row)],
      ['item', this.#id(rows.itemOf(row), 'item', row)],
      ['call', this.#id(rows.callOf(row))],
    ];
    return html`<div class="pad">
      <table>
        <tbody class="times">
          ${lines
            .filter(([, value]) => value !== '')
            .map(
              ([name, value]) =>
                html`<tr>
                  <th scope="row">${name}</th>
                  <td>${value}</td>
                </tr>`,
            )}
        </tbody>
      </table>
    </div>`;
  }

  #sinceSameKind(row: number): string {
    const { rows } = this.store;
    const furthest = Math.max(0, row - 20_000);
    for (let other = row - 1; other >= furthest; other -= 1)
      if (
        rows.type[other] === rows.type[row] &&
        rows.from[other] === rows.from[row] &&
        rows.session[other] === rows.session[row]
      )
        return formatDuration((rows.t[row] ?? 0) - (rows.t[other] ?? 0));
    return '';
  }
  #rowLink(seq: number) {
    const row = this.store.rows.rowOfSeq(seq);
    if (row === undefined) return `#${seq}`;
    return html`<button class="link" @click=${() => this.store.select(row)}>#${seq}</button>`;
  }
  #id(id: string, filter?: 'response' | 'item', row = 0) {
    if (id === '') return '';
    return html`<span class="mono id" title=${id}>${shortenMiddle(id, 28)}</span>
      <button class="link" @click=${() => void this.#copyText(id)}>copy</button>
      ${
        filter === undefined
          ? nothing
          : html`<button class="link" @click=${() => this.store.filterBy(filter, row)}>filter</button>`
      }`;
  }

  async #copy(): Promise<void> {
    const { body } = this;
    if (body === null) return;
    await this.#copyText(this.tab === 'Payload' && body.format === 'json' ? indentJson(body.text) : body.text);
  }
  async #copyText(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.store.tell({ kind: 'info', text: `Copied ${formatCount(text.length)} characters.` });
    } catch (error) {
      this.store.fail(error);
    }
  }
  #emit(name: string): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }

  readonly #tabKey = (event: KeyboardEvent): void => {
    const at = tabs.indexOf(this.tab);
    const to =
      event.key === 'ArrowRight'
        ? at + 1
        : event.key === 'ArrowLeft'
          ? at - 1
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? tabs.length - 1
              : NaN;
    const tab = tabs[(to + tabs.length) % tabs.length];
    if (Number.isNaN(to) || tab === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.tab = tab;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${tab}`)?.focus());
  };
}
