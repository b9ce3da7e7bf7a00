/** Writes, edits and sends events: to the server as the client, or to the client as the server. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { CATALOGUE, eventTemplate, type Problem } from '../../src/protocol';
import { replacedPointers } from '../../src/trace/redact';
import { countProblems, fixAt, problemsOf } from '../logic/composerLint';
import { sentEvent } from '../logic/answers';
import { keepableDraft, whyNotEditable } from '../logic/draft';
import { newEventId, ownEventId, withEventId } from '../logic/eventId';
import { stretchOfParam } from '../logic/jsonPlace';
import { compactJson, indentJson } from '../logic/jsonText';
import { FROM } from '../logic/rowSource';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';
import { composerStyles } from './composerStyles';
import { createEditor, type ComposerEditor } from './editor';
import { idToggle } from './idToggle';
import { outcomeLine, OutcomeWatch } from './outcome';
import './problemsList';
import { placeName, secretFields } from './secretFields';
import { ComposerTarget } from './targetPicker';

type Side = 'client' | 'server';
/** The text is checked this long after a key stroke, ms. */
const checkAfter = 120;
/** A text whose check takes longer than this is not checked again for every change of the session, ms. */
const slowCheck = 60;

@customElement('rti-composer')
export class ComposerView extends View {
  protected override readonly topics: readonly Topic[] = ['panel', 'status', 'selection'];
  /** True when the composer has the list's place: then it shows the way back to it. */
  @property({ type: Boolean }) sheet = false;
  @state() private as: Side = 'client';
  @state() private problems: Problem[] = [];
  /** JSON pointers of values that were replaced before recording and still stand so in the text. */
  @state() private asked: string[] = [];
  /** Set when a first click met problems: the next one sends all the same. */
  @state() private armed = false;
  @state() private sending = false;
  @state() private template = '';
  /** An event of the client without an id gets one when it is sent. */
  @state() private givesId = true;
  /** The id that stands in the text: '' for none, undefined where none can be given. */
  @state() private ownId: string | undefined;
  @query('.editor') private host!: HTMLElement;
  #editor: ComposerEditor | null = null;
  #request = -1;
  #replaces: number | undefined;
  #secrets = new Map<string, string>();
  #target!: ComposerTarget;
  #outcome!: OutcomeWatch;
  #offRows: (() => void) | undefined;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #checkTook = 0;
  #underlined = '';

  static override styles = [sharedStyles, composerStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    const { store } = this;
    this.#outcome = new OutcomeWatch(store, () => this.requestUpdate());
    this.#target = new ComposerTarget(store, () => {
      if (this.#checkTook < slowCheck) this.#recheck();
    });
    this.#offRows = store.subscribe(['rows'], () => {
      this.#target.grown();
      this.#outcome.look();
    });
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#offRows?.();
    this.#target.stop();
    clearTimeout(this.#checkTimer);
    this.#editor?.view.destroy();
    this.#editor = null;
  }

  protected override firstUpdated(): void {
    this.#editor = createEditor({
      parent: this.host,
      root: this.shadowRoot as ShadowRoot,
      nonce: document.body.dataset.nonce ?? '',
      side: () => this.as,
      state: () => this.#target.known?.state,
      changed: () => this.#changed(),
      send: () => void this.#send(),
      fixAtCursor: () => this.#fixAtCursor(),
      fix: (problem) => this.#fix(problem),
    });
    const { draft } = this.store.kept;
    if (draft !== undefined) {
      this.as = draft.as;
      this.#replaces = draft.replaces ?? undefined;
      this.#target.hold(draft.session ?? '', true);
      this.#setText(draft.text);
      // The composer came back with the page: it shows the draft and asks for nothing new.
      if (draft.open && this.store.composer?.request === 0) this.#request = 0;
    }
    this.#open();
    this.#target.follow();
  }
  protected override storeChanged(): void {
    this.#open();
    this.#target.follow();
    this.#outcome.look();
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
      this.#target.hold(composer.session ?? '');
      // A draft is kept; what was made from a recorded event gives way to the new one.
      if (this.#editor.text() === '' || this.#replaces !== undefined) this.#useTemplate('response.create');
      this.#editor.view.focus();
      return;
    }
    const { row } = composer;
    this.as = rows.from.at(row) === FROM.server ? 'server' : 'client';
    this.#target.holdThatOf(row);
    void this.#edit(row);
  }

  async #edit(row: number): Promise<void> {
    const body = await this.store.body(row, true);
    if (body === undefined || this.#editor === null) return;
    const cannot = whyNotEditable(body);
    if (cannot !== '') {
      this.store.tell({ kind: 'error', text: cannot });
      return;
    }
    this.#replaces = row;
    this.template = '';
    this.#setText(indentJson(body.text));
    this.#editor.view.focus();
  }

  // ---- the text ----

  #useTemplate(type: string): void {
    const text = eventTemplate(type, this.as);
    if (text === undefined) return;
    this.#replaces = undefined;
    this.template = type;
    this.#setText(text);
  }
  #setText(text: string): void {
    this.#secrets.clear();
    this.#outcome.clear();
    this.#editor?.setText(text);
    this.#changed();
    this.#recheck();
  }
  #changed(): void {
    const text = this.#editor?.text() ?? '';
    this.asked = replacedPointers(text);
    this.ownId = ownEventId(text);
    this.armed = false;
    // What has been written on is no template any more.
    if (this.template !== '' && text !== eventTemplate(this.template, this.as)) this.template = '';
    this.#keepDraft(text);
    // Who mends what was refused needs to see why it was.
    if (!this.#outcome.isRefusal) this.#outcome.clear();
    clearTimeout(this.#checkTimer);
    this.#checkTimer = setTimeout(() => this.#recheck(), checkAfter);
  }
  #keepDraft(text: string): void {
    const kept = keepableDraft(text);
    if (kept === undefined || kept.trim() === '') return;
    const open = this.store.composer !== null;
    const { session } = this.#target;
    this.store.keep({ draft: { text: kept, as: this.as, replaces: this.#replaces ?? null, open, session } });
  }
  #recheck(): void {
    clearTimeout(this.#checkTimer);
    const text = this.#editor?.text() ?? '';
    this.#outcome.edited(text);
    const begun = performance.now();
    this.problems = problemsOf(text, this.as, this.#target.known);
    this.#checkTook = performance.now() - begun;
    const underlined = JSON.stringify([text, this.problems]);
    if (underlined === this.#underlined) return;
    this.#underlined = underlined;
    this.#editor?.showProblems(this.problems);
  }
  #setSide(side: Side): void {
    this.as = side;
    this.template = '';
    this.#changed();
    this.#recheck();
  }
  #fixAtCursor(): void {
    if (this.#editor === null) return;
    this.#recheck();
    const problem = fixAt(this.problems, this.#editor.text(), this.#editor.view.state.selection.main.head);
    if (problem === undefined) this.store.tell({ kind: 'info', text: 'There is no fix for what stands here.' });
    else this.#fix(problem);
  }
  /** A fix is the whole text after it: when that has changed since, the same fix is looked for anew. */
  #fix({ path, message, fix }: Problem): void {
    this.#recheck();
    const now = this.problems.find(
      (problem) => problem.path === path && problem.message === message && problem.fix?.title === fix?.title,
    );
    if (now?.fix === undefined) return;
    this.#editor?.rewrite(now.fix.text);
    this.#editor?.view.focus();
    this.#recheck();
  }

  async #send(): Promise<void> {
    const target = this.#target.now;
    const text = this.#editor?.text() ?? '';
    if (target.kind !== 'open' || this.sending) return;
    const missing = this.asked.find((pointer) => (this.#secrets.get(pointer) ?? '') === '');
    if (missing !== undefined) {
      this.#outcome.failed(`Give the value for ${placeName(missing)}: it was not recorded.`);
      this.renderRoot.querySelector<HTMLElement>('vscode-textfield')?.focus();
      return;
    }
    this.#recheck();
    if (this.problems.some((problem) => problem.severity === 'error') && !this.armed) {
      this.armed = true;
      return;
    }
    this.sending = true;
    const secrets = Object.fromEntries(this.asked.map((pointer) => [pointer, this.#secrets.get(pointer) ?? '']));
    const { as } = this;
    const givenId = this.#canGiveId && this.givesId ? newEventId((bytes) => crypto.getRandomValues(bytes)) : '';
    const sent = givenId === '' ? compactJson(text) : withEventId(compactJson(text), givenId);
    try {
      await this.store.send({
        session: target.session,
        to: as === 'client' ? 'server' : 'client',
        text: sent,
        ...(this.#replaces === undefined ? {} : { replaces: this.#replaces }),
        ...(this.asked.length === 0 ? {} : { secrets }),
      });
      const event = { ...sentEvent(sent), mayGoUnnamed: !this.#target.namesEvents };
      this.#outcome.sent({ as, session: target.session, text, event, givenId });
    } catch (error) {
      this.#outcome.failed(error instanceof Error ? error.message : String(error));
    }
    this.armed = false;
    this.sending = false;
  }

  get #canGiveId(): boolean {
    return this.as === 'client' && this.ownId === '';
  }

  protected override render() {
    const templates = CATALOGUE.filter((info) => info.from === this.as).map((info) => info.type);
    const target = this.#target.now;
    const to = this.as === 'client' ? 'server' : 'client';
    const outcome = outcomeLine(this.#outcome, this.store, {
      showRow: (row) => this.#showRow(row),
      goToParam: (param) => this.#goToParam(param),
      hasParam: (param) => stretchOfParam(this.#editor?.text() ?? '', param) !== undefined,
    });
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
          <option value="" .selected=${this.template === ''} disabled>Template…</option>
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
        ${this.#target.picker((session) => {
          this.#target.hold(session);
          this.requestUpdate();
        })}
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
      ${secretFields(this.asked, this.#secrets)}
      ${
        this.problems.length === 0
          ? nothing
          : html`<rti-problems
              .problems=${this.problems}
              @rti-go=${({ detail }: CustomEvent<Problem>) => this.#editor?.goTo(detail.offset, detail.length)}
              @rti-fix=${({ detail }: CustomEvent<Problem>) => this.#fix(detail)}
            ></rti-problems>`
      }
      <div class="bar" aria-live="polite">
        ${outcome === nothing ? this.#verdict() : outcome} ${this.#target.note()}
        ${this.as === 'client' ? idToggle(this.#canGiveId, this.givesId, (isOn) => (this.givesId = isOn)) : nothing}
        <vscode-button
          ?secondary=${this.armed}
          ?disabled=${target.kind !== 'open' || this.sending}
          aria-disabled=${String(target.kind !== 'open' || this.sending)}
          title=${target.kind === 'open' ? 'Ctrl+Enter' : 'Choose or open a session first'}
          @click=${() => void this.#send()}
          >${this.armed ? 'Send anyway' : `Send to ${to}`}</vscode-button
        >
      </div>
    `;
  }

  #verdict() {
    if (this.problems.length > 0)
      return html`<span class="line dim"
        >${countProblems(this.problems)}${this.armed ? '. Send all the same?' : ''}</span
      >`;
    const where =
      this.#target.known?.state.config === undefined ? '' : `, and fits ${this.#target.session} as it is now`;
    return html`<span class="line dim">Valid ${this.as} event${where}.</span>`;
  }
  #showRow(row: number): void {
    this.store.showRow(row);
    if (this.sheet) this.dispatchEvent(new CustomEvent('rti-set-aside'));
  }
  #goToParam(param: string): void {
    const stretch = stretchOfParam(this.#editor?.text() ?? '', param);
    if (stretch !== undefined) this.#editor?.goTo(stretch.offset, stretch.length);
  }
  #editedLabel(): string {
    const seq = this.#replaces === undefined ? 0 : (this.store.rows.seq.at(this.#replaces) ?? 0);
    return `Edit #${seq}`;
  }
}
