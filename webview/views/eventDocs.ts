/** What is known of the selected event: the catalogue's words, its neighbours, and the official words on each field. */
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { fieldsAt, findEvent, type DocumentedSchema, type EventInfo, type KnownField } from '../../src/protocol';
import { describeField, readForSchema } from '../logic/fieldHelp';
import { valueAtPath, type JsonPath } from '../logic/jsonPlace';
import { FROM, KIND_EVENT } from '../logic/rowSource';
import { schemaDocs } from '../logic/schemaDocs';
import type { Topic } from '../state/store';
import { docNodes } from './docNodes';
import { sharedStyles, View } from './view';

const statusWords: Record<EventInfo['status'], string> = {
  ga: '',
  legacy: 'Legacy: in the published types, but current sessions no longer carry it.',
  retired: 'Retired: a name of the beta interface.',
  translation: 'Only in sessions of /v1/realtime/translations.',
};
const transportWords: Record<EventInfo['transport'], string> = {
  any: '',
  websocket: 'On WebSocket connections only: a call carries its audio in the media track.',
  webrtc: 'In calls (WebRTC and SIP) and on their sideband connections only.',
  sip: 'In SIP calls only.',
};

@customElement('rti-event-docs')
export class EventDocs extends View {
  protected override readonly topics: readonly Topic[] = [];
  /** The event's row. */
  @property({ type: Number }) row = 0;
  /** Its text, '' while it is not known: fields of a union are told apart by it. */
  @property() text = '';
  @state() private docs: DocumentedSchema | undefined;
  /** Fields whose own fields are shown, as paths. */
  @state() private open = new Set<string>();
  #event: Record<string, unknown> = {};

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        padding: 12px;
        user-select: text;
      }
      p,
      li {
        line-height: 1.5;
        max-width: 76ch;
      }
      p,
      ul {
        margin: 0 0 10px;
      }
      ul {
        padding-left: 20px;
      }
      pre {
        margin: 0 0 10px;
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      code,
      pre {
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: var(--vscode-editor-font-size, 12px);
      }
      h3 {
        font-size: inherit;
        margin: 16px 0 6px;
      }
      .facts {
        align-items: baseline;
        display: grid;
        gap: 4px 14px;
        grid-template-columns: max-content 1fr;
        margin: 0 0 10px;
      }
      .facts dt {
        color: var(--vscode-descriptionForeground);
      }
      .facts dd {
        margin: 0;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .facts button.link {
        /* A list of them breaks over lines, and they stay 24 px apart (WCAG 2.5.8). */
        line-height: 24px;
      }
      .fields {
        margin: 0;
      }
      .fields .fields {
        border-left: 1px solid var(--vscode-tree-indentGuidesStroke, var(--vscode-panel-border, currentColor));
        margin: 0 0 8px 4px;
        padding-left: 12px;
      }
      .fields dt {
        margin-top: 6px;
      }
      .fields dd {
        color: var(--vscode-descriptionForeground);
        margin: 2px 0 0;
      }
      .fields dd p:last-child {
        margin-bottom: 4px;
      }
      .name {
        color: var(--vscode-debugTokenExpression-name, var(--vscode-symbolIcon-propertyForeground));
      }
      .fields button.link {
        margin-left: 8px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void schemaDocs().then((docs) => (this.docs = docs));
  }
  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('text') && !changed.has('row')) return;
    const type = this.store.rows.typeOf(this.row);
    this.#event = { ...readForSchema(this.text), type };
    if (changed.has('row')) this.open = new Set();
  }

  get #isOfCall(): boolean {
    return this.store.rows.callOf(this.row).startsWith('rtc_');
  }
  get #side(): 'client' | 'server' {
    return this.store.rows.from.at(this.row) === FROM.client ? 'client' : 'server';
  }

  protected override render() {
    const { rows } = this.store;
    const type = rows.typeOf(this.row);
    if (rows.kind.at(this.row) !== KIND_EVENT) return html`<p>${aboutRow(type, this.#isOfCall)}</p>`;
    const info = findEvent(type, this.#side);
    if (info === undefined)
      return html`<p>
        ${type === '' ? 'This message has no type.' : `The catalogue has no event "${type}" sent by the ${this.#side}.`}
        It was relayed as it is; newer API versions and other servers have events of their own.
      </p>`;
    const fields = fieldsAt(this.#event, this.#side);
    return html`<div><strong>${docNodes(info.summary)}</strong>${docNodes(info.doc)}</div>
      ${this.#facts(info)}
      ${
        fields.length === 0
          ? nothing
          : html`<h3>Fields</h3>
              ${this.#fields(fields, [])}`
      }`;
  }

  #facts(info: EventInfo) {
    const facts: [string, unknown][] = [
      ['status', statusWords[info.status]],
      ['now', info.replacedBy.length === 0 ? '' : code(info.replacedBy)],
      ['travels', transportWords[info.transport]],
      ['whole', info.deltaOf === undefined ? '' : this.#neighbours([info.deltaOf], 1)],
      ['usually after', this.#neighbours(info.precededBy, -1)],
      ['usually before', this.#neighbours(info.followedBy, 1)],
      ['carries ids', info.ids.length === 0 ? '' : code(info.ids)],
    ];
    return html`<dl class="facts">
      ${facts
        .filter(([, value]) => value !== '')
        .map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
    </dl>`;
  }

  /** Types as links to the nearest such event of this session, before (-1) or after (1) this one. */
  #neighbours(types: readonly string[], step: 1 | -1) {
    if (types.length === 0) return '';
    const where = step === 1 ? 'next' : 'previous';
    return types.map(
      (type, at) =>
        html`${at === 0 ? '' : ', '}<button
            class="link mono"
            title="Select the ${where} one in this session"
            @click=${() => this.#select(type, step)}
          >
            ${type}
          </button>`,
    );
  }
  #select(type: string, step: 1 | -1): void {
    const row = this.store.rows.nearest(this.row, type, step);
    if (row !== undefined) this.store.showRow(row);
    else
      this.store.tell({
        kind: 'info',
        text: `This session has no ${type} ${step === 1 ? 'after' : 'before'} this event.`,
      });
  }

  #fields(fields: readonly KnownField[], path: JsonPath): unknown {
    return html`<dl class="fields">${fields.map((field) => this.#field(field, [...path, field.name]))}</dl>`;
  }
  #field(field: KnownField, path: JsonPath) {
    const { name, facts, values, doc } = describeField(field, this.docs);
    const isList = Array.isArray(valueAtPath(this.#event, path));
    const inner = isList ? [...path, 0] : path;
    const below = fieldsAt(this.#event, this.#side, inner);
    const key = path.join('/');
    const isOpen = this.open.has(key);
    return html`<dt>
        <span class="mono name">${name}</span> <span class="dim">${facts}</span>${
          below.length === 0
            ? nothing
            : html`<button class="link" aria-expanded=${isOpen ? 'true' : 'false'} @click=${() => this.#toggle(key)}>
                ${isOpen ? 'hide' : 'show'} its ${below.length === 1 ? 'field' : `${below.length} fields`}
              </button>`
        }
      </dt>
      <dd>
        ${docNodes(doc)} ${values.length < 2 ? nothing : html`<p>One of ${code(values)}</p>`}
        ${isOpen ? this.#fields(below, inner) : nothing}
      </dd>`;
  }
  #toggle(key: string): void {
    const open = new Set(this.open);
    if (!open.delete(key)) open.add(key);
    this.open = open;
  }
}

function code(words: readonly string[]) {
  return words.map((word, at) => html`${at === 0 ? '' : ', '}<code>${word}</code>`);
}

function aboutRow(type: string, isOfCall: boolean): string {
  if (type === 'open' && isOfCall)
    return 'The handshake of a sideband: a second connection to a WebRTC or SIP call, which tells the events of both of its sides. The sound and the data channel of the call go straight between app and server, so there is no audio to show or play here; what is sent into the sideband reaches the same session. The tab Related leads to the request that began the call.';
  if (isOfCall)
    return 'A request about a WebRTC or SIP call. The sound and the data channel of the call go straight between app and server; the inspector records its events by a sideband of its own, a session with ?call_id=, to which the tab Related leads.';
  if (type.startsWith('open'))
    return 'The handshake of a session: where it went, its headers (secrets replaced), and how long each phase took.';
  if (type.startsWith('close')) return 'The end of a session: close code, reason, and which end closed first.';
  if (type === 'ping' || type === 'pong')
    return 'A WebSocket control frame. It keeps the connection alive and carries no event.';
  if (type === 'gap') return 'Messages passed here that were not recorded; the payload says how many and why.';
  if (type === 'note') return 'A remark in the trace: a note or bookmark of yours, or a word of the recorder.';
  return 'An HTTP call of the realtime API that went through the proxy.';
}
