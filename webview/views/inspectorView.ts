/** One event in full: payload as a tree, raw text, documentation, timing. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { RowBody } from '../../src/document/columns';
import type { Pattern } from '../../src/protocol/filter';
import { formatBytes, formatCount, formatDuration, formatPosition } from '../logic/format';
import { indentJson, isJson } from '../logic/jsonText';
import { rawParts } from '../logic/rawParts';
import { FROM } from '../logic/rowSource';
import '../intercept/handLine';
import type { Topic } from '../state/store';
import './eventDocs';
import './compareTab';
import { foundStyles, foundText } from './foundText';
import './noteText';
import './payloadTree';
import './relatedTab';
import './spokenView';
import './tabBar';
import './timingTab';
import { inspectorStyles } from './inspectorStyles';
import { sharedStyles, View } from './view';

const tabs = ['Payload', 'Raw', 'Docs', 'Related', 'Timing', 'Compare'] as const;
type Tab = (typeof tabs)[number];
/** Text beyond this is shown in VS Code's own editor, which is made for it. */
const mostRaw = 500_000;

@customElement('rti-inspector')
export class InspectorView extends View {
  protected override readonly topics: readonly Topic[] = ['selection', 'rows', 'status', 'spans', 'filter'];
  @state() private tab: Tab = 'Payload';
  @state() private body: RowBody | null = null;
  @state() private loading = false;
  @state() private wrap = true;
  /** Base64 is shown as it stands. */
  @state() private base64 = false;
  #bodyRow = -1;
  /** Rows object the body belongs to: after a reconnect the same number may be another event. */
  #bodyOf: unknown = null;

  /** Whose match was brought into view last. */
  #broughtTo: { body: RowBody | null; pattern: Pattern | null } | undefined;

  static override styles = [sharedStyles, foundStyles, inspectorStyles];

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
    const from = rows.from.at(row);
    const direction = from === FROM.client ? 'client →' : from === FROM.server ? '← server' : '';
    const isEvent = rows.kind.at(row) === 0;
    return html`
      <header>
        <div class="about">
          <h2 class="type" title=${rows.typeOf(row)}>${rows.typeOf(row) || '(no type)'}</h2>
          <span class="facts dim num">
            ${isEvent ? html`<span>#${rows.seq.at(row)}</span>` : nothing}
            <span>${formatPosition(rows.t.at(row) ?? 0)}</span>
            ${direction === '' ? nothing : html`<span>${direction}</span>`}
            ${isEvent ? html`<span>${formatBytes(rows.bytes.at(row) ?? 0)}</span>` : nothing}
          </span>
        </div>
        ${this.#button('copy', 'Copy the payload', () => void this.#copy(), this.body === null || this.body.text === '')}
        ${
          isEvent && rows.typeOf(row) !== ''
            ? this.#button('debug-breakpoint', 'Break on events like this, or no longer (F9)', () =>
                this.#emit('rti-toggle-breakpoint'),
              )
            : nothing
        }
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
      <rti-hand-line .store=${store}></rti-hand-line>
      <rti-tabs
        label="Details"
        .tabs=${tabs.map((id) => ({ id, title: id }))}
        .open=${this.tab}
        @rti-tab=${({ detail }: CustomEvent<Tab>) => (this.tab = detail)}
      ></rti-tabs>
      <div role="tabpanel" id="panel" aria-label=${this.tab} tabindex=${this.tab === 'Payload' ? -1 : 0}>
        ${this.#panel(row)}
      </div>
    `;
  }

  protected override updated(): void {
    const key = this.tab === 'Raw' && this.body !== null ? this.#pattern : null;
    const shown = key === null ? null : this.body;
    if (shown !== null && (this.#broughtTo?.body !== shown || this.#broughtTo.pattern !== key))
      this.renderRoot.querySelector('pre mark')?.scrollIntoView({ block: 'nearest' });
    this.#broughtTo = { body: shown, pattern: key };
  }

  #button(icon: string, label: string, run: () => void, disabled = false) {
    return html`<button class="icon" title=${label} aria-label=${label} ?disabled=${disabled} @click=${run}>
      <vscode-icon name=${icon}></vscode-icon>
    </button>`;
  }

  /** What is looked for in the list stands out here too. */
  get #pattern() {
    const { finder } = this.store;
    return finder.isOpen ? finder.pattern : null;
  }

  #panel(row: number) {
    if (this.tab === 'Docs')
      return html`<rti-event-docs .store=${this.store} .row=${row} .text=${this.#eventText()}></rti-event-docs>`;
    if (this.tab === 'Related') return html`<rti-related .store=${this.store}></rti-related>`;
    if (this.tab === 'Timing')
      return html`<rti-timing .store=${this.store} .row=${row} .body=${this.body}></rti-timing>`;
    if (this.tab === 'Compare') return html`<rti-compare .store=${this.store}></rti-compare>`;
    const { body } = this;
    if (body === null)
      return html`<div class="pad dim">${this.loading ? 'Reading…' : 'This event could not be read.'}</div>`;
    if (this.tab !== 'Payload') return this.#raw(row, body);
    const note = this.store.notes.at(row);
    return note === undefined
      ? this.#payload(row, body)
      : html`<rti-note-text .store=${this.store} .note=${note}></rti-note-text>`;
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
      const isEvent = rows.kind.at(row) === 0;
      return html`${isEvent ? html`<div class="bar">The body of this message was too large to keep.</div>` : nothing}
        <rti-payload-tree .text=${JSON.stringify(body.head)} .redacted=${redacted}></rti-payload-tree>`;
    }
    if (body.format === 'json' && body.cutFrom === 0 && isJson(body.text))
      return html`<rti-spoken .text=${body.text}></rti-spoken
        ><rti-payload-tree
          .text=${body.text}
          .from=${rows.from.at(row) === FROM.client ? 'client' : 'server'}
          .pattern=${this.#pattern}
          .redacted=${redacted}
          .audioMs=${rows.audioMs.at(row) ?? 0}
          .playable=${(rows.audioMs.at(row) ?? 0) > 0}
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
        <button
          class="link"
          aria-pressed=${this.base64 ? 'true' : 'false'}
          @click=${() => (this.base64 = !this.base64)}
        >
          ${this.base64 ? 'Fold base64' : 'Show base64'}
        </button>
      </div>
      <pre class="mono ${this.wrap ? 'wrap' : ''}">${this.#rawText(row, shown)}</pre>
    `;
  }

  /** Sound and pictures are a chip: pages of base64 tell nobody anything. */
  #rawText(row: number, text: string) {
    if (this.base64) return foundText(text, this.#pattern);
    const isAudio = (this.store.rows.audioMs.at(row) ?? 0) > 0;
    return rawParts(text).map((part) => {
      if (part.kind === 'text') return foundText(part.text, this.#pattern);
      const size = formatBytes(Math.floor((part.text.replace(/=+$/, '').length * 3) / 4));
      const ms = this.store.rows.audioMs.at(row) ?? 0;
      return isAudio
        ? html`<button class="chip" title="Play this audio" @click=${() => this.#emit('rti-play-row')}>
            ▶ audio ${formatDuration(ms)} ${size}
          </button>`
        : html`<span class="chip">base64 ${size}</span>`;
    });
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
}
