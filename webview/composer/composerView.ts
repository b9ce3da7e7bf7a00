/** Writes, edits and sends events: to the server as the client, or to the client as the server. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/index.js';
import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { CATALOGUE, eventTemplate, validateEvent, type Problem } from '../../src/protocol';
import { replacedPointers } from '../../src/trace/redact';
import { keepableDraft } from '../logic/draft';
import { compactJson, indentJson } from '../logic/jsonText';
import { formatBytes } from '../logic/format';
import { FROM } from '../logic/rowSource';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';
import { createEditor, type ComposerEditor } from './editor';

type Side = 'client' | 'server';
/** Beyond this no text editor of a browser stays responsive. */
const mostEditable = 2_000_000;

@customElement('rti-composer')
export class ComposerView extends View {
  protected override readonly topics: readonly Topic[] = ['panel', 'status', 'selection'];
  /** True when the composer has the list's place: then it shows the way back to it. */
  @property({ type: Boolean }) sheet = false;
  @state() private as: Side = 'client';
  @state() private session = '';
  @state() private problems: Problem[] = [];
  /** JSON pointers of values that were replaced before recording and still stand so in the text. */
  @state() private asked: string[] = [];
  /** Set when a first click met problems: the next one sends all the same. */
  @state() private armed = false;
  @state() private sending = false;
  @state() private outcome: { kind: 'ok' | 'error'; text: string } | null = null;
  @state() private template = '';
  @query('.editor') private host!: HTMLElement;
  #editor: ComposerEditor | null = null;
  #request = -1;
  #replaces: number | undefined;
  #secrets = new Map<string, string>();
  #outcomeOf = '';

  static override styles = [
    sharedStyles,
    css`
      :host {
        background: var(--vscode-editor-background);
        display: flex;
        flex-direction: column;
        min-height: 0;
        min-width: 0;
        overflow: auto;
      }
      .bar {
        align-items: center;
        display: flex;
        flex: none;
        flex-wrap: wrap;
        gap: 4px 8px;
        min-height: 32px;
        padding: 4px 8px 4px 12px;
      }
      .bar .title {
        font-weight: 600;
        white-space: nowrap;
      }
      .bar select {
        flex: 0 1 auto;
        min-width: 60px;
      }
      .bar label {
        flex: none;
        white-space: nowrap;
      }
      @media (min-width: 560px) {
        .bar {
          flex-wrap: nowrap;
        }
      }
      .grow {
        flex: 1;
      }
      .editor {
        border-block: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        flex: 1;
        min-height: 60px;
        overflow: hidden;
      }
      .editor:focus-within {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
      .line {
        flex: 1;
        min-width: 120px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .error {
        color: var(--vscode-errorForeground);
      }
      .warning {
        color: var(--vscode-editorWarning-foreground);
      }
      .secrets {
        border-top: 1px solid var(--vscode-panel-border, transparent);
        display: grid;
        flex: none;
        gap: 4px 8px;
        grid-template-columns: auto minmax(120px, 320px);
        justify-content: start;
        align-items: center;
        padding: 6px 12px;
      }
      .secrets p {
        grid-column: 1 / -1;
        margin: 0;
      }
      label {
        align-items: center;
        display: flex;
        gap: 6px;
      }
      select.template {
        max-width: 200px;
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.#editor = createEditor({
      parent: this.host,
      root: this.shadowRoot as ShadowRoot,
      nonce: document.body.dataset.nonce ?? '',
      check: (text) => this.#check(text),
      changed: () => this.#changed(),
      send: () => void this.#send(),
    });
    const { draft } = this.store.kept;
    if (draft !== undefined) {
      this.as = draft.as;
      this.#replaces = draft.replaces ?? undefined;
      this.#setText(draft.text);
      // The composer came back with the page: it shows the draft and asks for nothing new.
      if (draft.open && this.store.composer?.request === 0) this.#request = 0;
    }
    this.#open();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#editor?.view.destroy();
    this.#editor = null;
  }
  protected override storeChanged(): void {
    this.#open();
    this.requestUpdate();
  }
  override focus(): void {
    this.#editor?.view.focus();
  }

  /** Takes up what was asked for: a row to edit, or a new event. */
  #open(): void {
    const { composer, rows } = this.store;
    if (composer === null || this.#editor === null || composer.request === this.#request) return;
    this.#request = composer.request;
    if (composer.row === undefined) {
      // A draft is kept; what was made from a recorded event gives way to the new one.
      if (this.#editor.text() === '' || this.#replaces !== undefined) this.#useTemplate('response.create');
      this.#editor.view.focus();
      return;
    }
    const { row } = composer;
    this.as = rows.from[row] === FROM.server ? 'server' : 'client';
    const session = rows.sessionOf(row);
    if (this.#live.includes(session)) this.session = session;
    void this.#edit(row);
  }

  async #edit(row: number): Promise<void> {
    const body = await this.store.body(row, true);
    if (body === undefined || this.#editor === null) return;
    if (body.format === 'none') {
      this.store.tell({ kind: 'error', text: 'The body of this message was not kept, so it cannot be sent again.' });
      return;
    }
    if (body.format === 'base64') {
      this.store.tell({ kind: 'error', text: 'This message is binary; only text events can be edited and sent.' });
      return;
    }
    if (body.text.length > mostEditable) {
      this.store.tell({
        kind: 'error',
        text: `This event has ${formatBytes(body.text.length)}, too much to edit here. Open it in the editor to copy parts.`,
      });
      return;
    }
    this.#replaces = row;
    this.template = '';
    this.#setText(indentJson(body.text));
    this.#editor.view.focus();
  }

  #useTemplate(type: string): void {
    const text = eventTemplate(type, this.as);
    if (text === undefined) return;
    this.#replaces = undefined;
    this.template = type;
    this.#setText(text);
  }
  #setText(text: string): void {
    this.#secrets.clear();
    this.outcome = null;
    this.#editor?.setText(text);
    this.#changed();
  }
  #changed(): void {
    const text = this.#editor?.text() ?? '';
    this.problems = this.#check(text);
    this.asked = replacedPointers(text);
    this.armed = false;
    this.#keepDraft(text);
    if (this.outcome !== null && text !== this.#outcomeOf) this.outcome = null;
  }
  #keepDraft(text: string): void {
    const kept = keepableDraft(text);
    if (kept === undefined || kept.trim() === '') return;
    const open = this.store.composer !== null;
    this.store.keep({ draft: { text: kept, as: this.as, replaces: this.#replaces ?? null, open } });
  }
  #check(text: string): Problem[] {
    if (text.trim() === '')
      return [
        {
          severity: 'error',
          message: 'Nothing to send yet: choose a template or type an event.',
          path: '',
          offset: 0,
          length: 0,
        },
      ];
    try {
      return validateEvent(text, this.as);
    } catch (error) {
      const message = `This text could not be checked: ${error instanceof Error ? error.message : String(error)}`;
      return [{ severity: 'error', message, path: '', offset: 0, length: 0 }];
    }
  }
  #setSide(side: Side): void {
    this.as = side;
    this.template = '';
    this.#changed();
    this.#editor?.recheck();
  }

  get #live(): string[] {
    return this.store.status?.liveSessions ?? [];
  }
  get #target(): string {
    const live = this.#live;
    if (live.includes(this.session)) return this.session;
    return live.includes(this.store.session) ? this.store.session : (live[live.length - 1] ?? '');
  }
  #label(session: string): string {
    const known = this.store.document?.sessions.find((candidate) => candidate.id === session);
    return known === undefined || known.label === '' ? session : `${session} · ${known.label}`;
  }

  async #send(): Promise<void> {
    const session = this.#target;
    const text = this.#editor?.text() ?? '';
    if (session === '' || this.sending) return;
    const missing = this.asked.find((pointer) => (this.#secrets.get(pointer) ?? '') === '');
    if (missing !== undefined) {
      this.#show('error', `Give the value for ${placeName(missing)}: it was not recorded.`, text);
      this.renderRoot.querySelector<HTMLElement>('vscode-textfield')?.focus();
      return;
    }
    if (this.problems.some((problem) => problem.severity === 'error') && !this.armed) {
      this.armed = true;
      return;
    }
    this.sending = true;
    const secrets = Object.fromEntries(this.asked.map((pointer) => [pointer, this.#secrets.get(pointer) ?? '']));
    try {
      await this.store.send({
        session,
        to: this.as === 'client' ? 'server' : 'client',
        text: compactJson(text),
        ...(this.#replaces === undefined ? {} : { replaces: this.#replaces }),
        ...(this.asked.length === 0 ? {} : { secrets }),
      });
      this.#show('ok', `Sent to the ${this.as === 'client' ? 'server' : 'client'} of ${session}.`, text);
    } catch (error) {
      this.#show('error', error instanceof Error ? error.message : String(error), text);
    }
    this.armed = false;
    this.sending = false;
  }
  #show(kind: 'ok' | 'error', message: string, of: string): void {
    this.#outcomeOf = of;
    this.outcome = { kind, text: message };
  }

  protected override render() {
    const templates = CATALOGUE.filter((info) => info.from === this.as).map((info) => info.type);
    const live = this.#live;
    const own = this.#target;
    const to = this.as === 'client' ? 'server' : 'client';
    const worst = this.problems.find((problem) => problem.severity === 'error') ?? this.problems[0];
    return html`
      <div class="bar">
        ${
          this.sheet
            ? html`<button
                class="icon"
                title="Back to the list (Escape)"
                @click=${() => this.dispatchEvent(new CustomEvent('rti-set-aside'))}
              >
                <vscode-icon name="arrow-left"></vscode-icon> List
              </button>`
            : nothing
        }
        <span class="title">${this.#replaces === undefined ? 'New event' : this.#editedLabel()}</span>
        <select
          class="template"
          aria-label="Template"
          @change=${(event: Event) => this.#useTemplate((event.target as HTMLSelectElement).value)}
        >
          <option value="" ?selected=${this.template === ''} disabled>Template…</option>
          ${templates.map((type) => html`<option value=${type} .selected=${type === this.template}>${type}</option>`)}
        </select>
        <label
          >Send as
          <select
            aria-label="Send as"
            @change=${(event: Event) => this.#setSide((event.target as HTMLSelectElement).value === 'server' ? 'server' : 'client')}
          >
            <option value="client" .selected=${this.as === 'client'}>client → server</option>
            <option value="server" .selected=${this.as === 'server'}>server → client</option>
          </select></label
        >
        <span class="grow"></span>
        ${
          live.length > 0
            ? html`<select
                  aria-label="Session to send to"
                  @change=${(event: Event) => (this.session = (event.target as HTMLSelectElement).value)}
                >
                  ${live.map((id) => html`<option value=${id} .selected=${id === own}>${this.#label(id)}</option>`)}
                </select>
                <button
                  class="icon"
                  title="Close this session"
                  aria-label="Close this session"
                  @click=${() => void this.store.ask('closeSession', { session: own })}
                >
                  <vscode-icon name="debug-disconnect"></vscode-icon>
                </button>`
            : nothing
        }
        <button
          class="icon"
          title="New session"
          aria-label="New session"
          @click=${() => this.store.setPanel({ newSessionOpen: true })}
        >
          <vscode-icon name="add"></vscode-icon>
        </button>
        <button
          class="icon"
          title="Close the composer (Escape)"
          aria-label="Close the composer"
          @click=${() => this.store.compose(null)}
        >
          <vscode-icon name="close"></vscode-icon>
        </button>
      </div>
      <div class="editor"></div>
      ${
        this.asked.length === 0
          ? nothing
          : html`<div class="secrets">
              <p class="dim">
                Recorded without ${this.asked.length === 1 ? 'this value' : 'these values'}; what you type here is sent
                and not written.
              </p>
              ${this.asked.map(
                (pointer) =>
                  html`<span class="mono">${placeName(pointer)}</span
                    ><vscode-textfield
                      type="password"
                      autocomplete="off"
                      .label=${`Value for ${placeName(pointer)}`}
                      @input=${(event: Event) => this.#secrets.set(pointer, (event.target as VscodeTextfield).value)}
                    ></vscode-textfield>`,
              )}
            </div>`
      }
      <div class="bar" aria-live="polite">
        ${
          this.outcome !== null
            ? html`<span class="line ${this.outcome.kind === 'error' ? 'error' : ''}" title=${this.outcome.text}
                >${this.outcome.text} ${this.outcome.kind === 'ok' ? this.#sentLink() : nothing}</span
              >`
            : worst === undefined
              ? html`<span class="line dim">Valid ${this.as} event.</span>`
              : html`<span class="line ${worst.severity}" title=${worst.message}
                  >${worst.message}${this.problems.length > 1 ? ` (and ${this.problems.length - 1} more)` : ''}</span
                >`
        }
        ${live.length === 0 ? html`<span class="dim">No open session to send to.</span>` : nothing}
        <vscode-button
          ?secondary=${this.armed}
          ?disabled=${live.length === 0 || this.sending}
          title=${live.length === 0 ? 'Open a session first' : 'Ctrl+Enter'}
          @click=${() => void this.#send()}
          >${this.armed ? 'Send anyway' : `Send to ${to}`}</vscode-button
        >
      </div>
    `;
  }
  /** To the event that was sent, once it is recorded: filter, pause or another session may hide it from the list. */
  #sentLink() {
    const { sentRow, selected, rows } = this.store;
    if (sentRow === null) return nothing;
    if (sentRow === selected && !this.sheet) return html`It is #${rows.seq[sentRow]}.`;
    return html`<button class="link" @click=${() => this.#showSent()}>Show #${rows.seq[sentRow]}</button>`;
  }
  #showSent(): void {
    this.store.showSent();
    if (this.sheet) this.dispatchEvent(new CustomEvent('rti-set-aside'));
  }
  #editedLabel(): string {
    const seq = this.#replaces === undefined ? 0 : (this.store.rows.seq[this.#replaces] ?? 0);
    return `Edit #${seq}`;
  }
}

function placeName(pointer: string): string {
  return pointer === '' ? 'this text' : pointer;
}
