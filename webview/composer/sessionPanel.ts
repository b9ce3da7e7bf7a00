/** The form beside a `session.update`: each setting as it is, as the text asks for it, and how to ask for another. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { expectedConfig, mergeSession } from '../../src/protocol';
import type { SessionSnapshot } from '../../src/document/sessionSnapshot';
import { formatPosition } from '../logic/format';
import { readLoosely } from '../logic/jsonPlace';
import {
  choicesOf,
  fieldAt,
  formOf,
  settingAt,
  updateIn,
  withField,
  withSetting,
  type FormField,
} from '../logic/sessionForm';
import { isFields, sessionToReturn, wholeUpdate } from '../logic/updatePreview';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';
import { fieldStyles } from './fieldStyles';
import './toolsForm';
import type { ToolEdit } from './toolsForm';
import './turnPicture';

/** Earlier configurations offered; the newest. */
const mostEarlier = 50;

@customElement('rti-session-form')
export class SessionForm extends View {
  protected override readonly topics: readonly Topic[] = ['spans'];
  @property() text = '';
  @property() session = '';
  @property({ attribute: false }) known: SessionSnapshot | null = null;
  /** What was typed as JSON and is none, by path. */
  @state() private broken: ReadonlyMap<string, string> = new Map();

  static override styles = [
    sharedStyles,
    fieldStyles,
    css`
      :host {
        display: block;
      }
      h4 {
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        font-size: 11px;
        font-weight: 600;
        letter-spacing: 0.04em;
        margin: 10px 0 4px;
        padding-top: 8px;
        text-transform: uppercase;
      }
      h4:first-of-type {
        border-top: 0;
        margin-top: 0;
        padding-top: 4px;
      }
      .field {
        align-items: center;
        display: grid;
        gap: 2px 8px;
        grid-template-columns: minmax(110px, 38%) minmax(0, 1fr) 24px;
        min-height: 28px;
      }
      .field.tall {
        align-items: start;
      }
      .field.tall label {
        padding-top: 4px;
      }
      .field.set label {
        font-weight: 600;
      }
      .field :is(input, select, textarea) {
        width: 100%;
      }
      .note {
        grid-column: 2 / -1;
      }
      .error {
        color: var(--vscode-errorForeground);
      }
      .history {
        align-items: center;
        display: flex;
        gap: 8px;
      }
      .history select {
        flex: 1;
        min-width: 0;
      }
    `,
  ];

  get #effective(): Record<string, unknown> | undefined {
    return this.known === null ? undefined : expectedConfig(this.known.state);
  }

  protected override render() {
    const asked = updateIn(this.text);
    if (asked === undefined)
      return html`<p class="dim">
        The text is no session.update that can be read. The form fills in as soon as it is one.
      </p>`;
    const kind = asked['type'] === 'transcription' ? 'transcription' : 'realtime';
    return html`<div class="history">${this.#history()} ${this.#export(asked)}</div>
      ${formOf(kind).map(({ title, fields }) => {
        const shown = fields.filter(({ only }) => only === undefined || this.#value(asked, only.path) === only.is);
        return html`<h4>${title}</h4>
          ${shown.map((field) => this.#field(field, asked))}
          ${title === 'Turn detection' ? this.#turns(asked) : nothing}`;
      })}`;
  }

  /** The detection as it will be, over what the session has heard. */
  #turns(asked: Record<string, unknown>) {
    const detection = settingAt(
      mergeSession(this.#effective ?? {}, asked, this.known?.state.initial),
      'audio.input.turn_detection',
    );
    return html`<rti-turn-picture
      .store=${this.store}
      .session=${this.session}
      .detection=${isFields(detection) ? detection : undefined}
    ></rti-turn-picture>`;
  }

  /** The value a setting will have: as asked, else as it is. */
  #value(asked: Record<string, unknown>, path: string): unknown {
    return settingAt(asked, path) ?? settingAt(this.#effective, path);
  }

  #field(field: FormField, asked: Record<string, unknown>) {
    const { path, label, summary, control } = field;
    const value = fieldAt(asked, field);
    const now = fieldAt(this.#effective, field);
    const isSet =
      value !== undefined && !(isFields(value) && control.kind === 'choice' && !this.#isChoice(field, value));
    const isLocked = path === 'audio.output.voice' && this.known?.state.spoken === true;
    const isTall = control.kind === 'long' || control.kind === 'json';
    const id = `field-${path}`;
    return html`<div class="field ${isSet ? 'set' : ''} ${isTall ? 'tall' : ''}">
      <label for=${id} title=${`${path}: ${summary}`}>${label}</label>
      ${path === 'tools' ? this.#tools(value, now) : this.#control(field, id, value, now, isLocked)}
      ${
        isSet
          ? html`<button
              class="icon"
              title="Take it out of the text: it stays as it is"
              aria-label="Leave ${label} as it is"
              @click=${() => this.#write(field, undefined)}
            >
              <vscode-icon name="discard"></vscode-icon>
            </button>`
          : html`<span></span>`
      }
      ${isLocked ? html`<span class="note dim">Fixed since the model has spoken.</span>` : nothing}
      ${this.broken.has(path) ? html`<span class="note error">${this.broken.get(path)}</span>` : nothing}
    </div>`;
  }

  #isChoice(field: FormField, value: unknown): boolean {
    const text = JSON.stringify(value);
    return choicesOf(field, this.#model).some((choice) => JSON.stringify(choice) === text);
  }
  get #model(): string | undefined {
    const model = this.#effective?.['model'];
    return typeof model === 'string' ? model : undefined;
  }

  #control(field: FormField, id: string, value: unknown, now: unknown, isLocked: boolean) {
    const { path, control } = field;
    const asIs = now === undefined ? 'not said' : words(now);
    switch (control.kind) {
      case 'number':
        return html`<input
          id=${id}
          type="number"
          min=${control.least}
          max=${control.most}
          step="any"
          placeholder=${asIs}
          .value=${typeof value === 'number' ? String(value) : ''}
          @change=${(event: Event) => {
            const typed = (event.target as HTMLInputElement).value;
            this.#write(field, typed === '' ? undefined : Number(typed));
          }}
        />`;
      case 'text':
      case 'long': {
        const written = typeof value === 'string' ? value : '';
        const change = (event: Event) => {
          const typed = (event.target as HTMLInputElement).value;
          this.#write(field, typed === '' && value === undefined ? undefined : typed);
        };
        return control.kind === 'text'
          ? html`<input id=${id} type="text" placeholder=${asIs} .value=${written} @change=${change} />`
          : html`<textarea id=${id} rows="3" placeholder=${asIs} .value=${written} @change=${change}></textarea>`;
      }
      case 'json':
        return html`<textarea
          id=${id}
          class="mono ${this.broken.has(path) ? 'invalid' : ''}"
          rows="2"
          spellcheck="false"
          placeholder=${asIs}
          .value=${value === undefined ? '' : JSON.stringify(value)}
          @change=${(event: Event) => this.#writeJson(field, (event.target as HTMLTextAreaElement).value)}
        ></textarea>`;
      case 'choice':
        return control.isOpen === true
          ? this.#open(field, id, value, asIs, isLocked)
          : this.#select(field, id, value, asIs);
    }
  }

  #select(field: FormField, id: string, value: unknown, asIs: string) {
    const all = choicesOf(field, this.#model);
    const text = value === undefined ? '' : JSON.stringify(value);
    const isOther = value !== undefined && !all.some((one) => JSON.stringify(one) === text);
    return html`<select
      id=${id}
      @change=${(event: Event) => {
        const chosen = (event.target as HTMLSelectElement).value;
        this.#write(field, chosen === '' ? undefined : JSON.parse(chosen));
      }}
    >
      <option value="" .selected=${text === '' || isOther}>
        ${isOther && !isFields(value) ? words(value) : `as it is: ${asIs}`}
      </option>
      ${all.map((one) => {
        const own = JSON.stringify(one);
        return html`<option value=${own} .selected=${own === text}>${words(one)}</option>`;
      })}
    </select>`;
  }

  /** A value of the list, or any other. */
  #open(field: FormField, id: string, value: unknown, asIs: string, isLocked: boolean) {
    const all = choicesOf(field, this.#model);
    return html`<input
        id=${id}
        type="text"
        list="list-${field.path}"
        placeholder=${asIs}
        ?disabled=${isLocked && value === undefined}
        .value=${value === undefined ? '' : words(value)}
        @change=${(event: Event) => {
          const typed = (event.target as HTMLInputElement).value.trim();
          const known = all.find((one) => words(one) === typed);
          this.#write(field, typed === '' ? undefined : known !== undefined ? known : readValue(typed));
        }}
      /><datalist id="list-${field.path}">${all.map((one) => html`<option value=${words(one)}></option>`)}</datalist>`;
  }

  #tools(value: unknown, now: unknown) {
    return html`<rti-tools-form
      id="field-tools"
      .tools=${Array.isArray(value) ? value : undefined}
      .effective=${Array.isArray(now) ? now : []}
      @rti-tool=${({ detail }: CustomEvent<ToolEdit>) => this.#tell(withSetting(this.text, ['tools', ...detail.path], detail.value))}
    ></rti-tools-form>`;
  }

  // ---- earlier configurations ----

  #history() {
    const all = this.store.meaning.configs.all.filter(
      ({ session, kind }) => session === this.session && (kind === 'created' || kind === 'effective'),
    );
    const earlier = all.slice(0, -1).slice(-mostEarlier).toReversed();
    if (earlier.length === 0) return nothing;
    return html`<label for="history">Back to</label>
      <select
        id="history"
        @change=${(event: Event) => {
          const select = event.target as HTMLSelectElement;
          const row = Number(select.value);
          select.value = '';
          void this.#returnTo(row);
        }}
      >
        <option value="" selected>an earlier configuration…</option>
        ${earlier.map(
          ({ row, t, kind }) =>
            html`<option value=${row}>
              #${this.store.rows.seq.at(row) ?? ''} ${kind === 'created' ? 'as it began' : 'in effect'},
              ${formatPosition(t)}
            </option>`,
        )}
      </select>`;
  }
  /** The configuration as it will be, for other sessions. */
  #export(asked: Record<string, unknown>) {
    const config = mergeSession(this.#effective ?? {}, asked, this.known?.state.initial);
    return html`<button
      class="link"
      ?disabled=${this.#effective === undefined}
      title="The whole configuration, as it will be, as a payload file, a command or a program"
      @click=${() => void this.store.ask('exportUpdate', { text: wholeUpdate(config) })}
    >
      Export…
    </button>`;
  }
  /** Writes the update that brings that configuration back, and sends it. */
  async #returnTo(row: number): Promise<void> {
    const body = await this.store.body(row, true);
    const { session: earlier } = readLoosely(body?.text ?? '');
    const now = this.#effective;
    if (!isFields(earlier) || now === undefined) return;
    const session = sessionToReturn(now, earlier, this.known?.state.spoken === true);
    if (Object.keys(session).length === 1) {
      this.store.tell({ kind: 'info', text: 'The session has this configuration now.' });
      return;
    }
    const text = JSON.stringify({ type: 'session.update', session }, null, 2);
    this.dispatchEvent(new CustomEvent('rti-begin', { detail: text, bubbles: true, composed: true }));
    this.dispatchEvent(new CustomEvent('rti-send', { bubbles: true, composed: true }));
  }

  // ---- writing ----

  #writeJson(field: FormField, typed: string): void {
    const { path } = field;
    const broken = new Map(this.broken);
    broken.delete(path);
    try {
      const value: unknown = typed.trim() === '' ? undefined : JSON.parse(typed);
      this.#write(field, value);
    } catch (error) {
      broken.set(path, `No JSON, so it is not in the text yet: ${error instanceof Error ? error.message : ''}`);
    }
    this.broken = broken;
  }
  #write(field: FormField, value: unknown): void {
    this.#tell(withField(this.text, field, value));
  }
  #tell(text: string): void {
    if (text !== this.text)
      this.dispatchEvent(new CustomEvent<string>('rti-text', { detail: text, bubbles: true, composed: true }));
  }
}

/** A value as a person reads it in a list. */
function words(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  if (value === null) return 'off';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((one) => words(one)).join(', ');
  if (isFields(value)) {
    const { type, rate, name, server_label: label, effort } = value;
    const known = [type ?? effort, rate, name ?? label].filter((part) => part !== undefined);
    const text =
      known.length > 0 && Object.keys(value).length <= 2 ? known.map(String).join(' ') : JSON.stringify(value);
    return text.length > 80 ? `${text.slice(0, 79)}…` : text;
  }
  return String(value);
}

/** Typed text as a value: a number or an object where it is one, else itself. */
function readValue(typed: string): unknown {
  if (!/^[-\d{["]/.test(typed)) return typed;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-session-form': SessionForm;
  }
}
