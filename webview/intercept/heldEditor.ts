/** The text of a held message, to be edited before it goes on, or an answer to its sender in its place. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { Compartment, EditorState, StateEffect } from '@codemirror/state';
import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Problem } from '../../src/protocol';
import { createEditor, type ComposerEditor } from '../composer/editor';
import '../composer/problemsList';
import { countProblems, fixAt, problemsOf } from '../logic/composerLint';
import { formatBytes } from '../logic/format';
import { compactJson, indentJson } from '../logic/jsonText';
import type { HeldRow, SettledRow } from '../heldMessages';
import type { Topic } from '../state/store';
import { TargetState } from '../state/targetState';
import { sharedStyles, View } from '../views/view';
import { heldEditorStyles } from './heldStyles';
import { answerTemplate, nameOf, settledWords } from './heldWords';

/** The text is checked this long after a key stroke, ms. */
const checkAfter = 120;

/** What is being written about one held message. */
interface Draft {
  /** Its text as it was shown first, and as it is now. */
  shown: string;
  text: string;
  cutFrom: number;
  readOnly: string;
  /** What is to be said to its sender instead; undefined while the message itself is in hand. */
  answer: string | undefined;
}

@customElement('rti-held-editor')
export class HeldEditor extends View {
  protected override readonly topics: readonly Topic[] = ['rows'];
  @property({ attribute: false }) message: HeldRow | null = null;
  /** What became of the message meanwhile; undefined while it is held. */
  @property({ attribute: false }) gone: SettledRow | undefined;
  /** Its breakpoint still holds others. */
  @property({ type: Boolean }) breaks = false;
  @state() private problems: Problem[] = [];
  @state() private failure = '';
  /** Set when a first click met errors: the next one sends all the same. */
  @state() private armed = false;
  @state() private busy = false;
  @query('.editor') private host!: HTMLElement;
  #editor: ComposerEditor | null = null;
  readonly #locked = new Compartment();
  readonly #drafts = new Map<string, Draft>();
  #shownId = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #known!: TargetState;

  static override styles = [sharedStyles, heldEditorStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#known = new TargetState(
      (session) => this.store.bridge.request('sessionState', { session }),
      () => this.#check(),
    );
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#known.watch('', this.store.rows);
    this.#editor?.view.destroy();
    this.#editor = null;
  }
  protected override storeChanged(): void {
    this.#known.grown();
  }

  /** Something was written that would be lost. */
  get changed(): boolean {
    const draft = this.#draft;
    return draft !== undefined && (draft.text !== draft.shown || draft.answer !== undefined);
  }
  override focus(): void {
    this.#editor?.view.focus();
  }
  /** Forgets what was written about messages that are not held any more. */
  forget(keep: ReadonlySet<string>): void {
    for (const id of this.#drafts.keys()) if (!keep.has(id)) this.#drafts.delete(id);
  }

  get #draft(): Draft | undefined {
    return this.message === null ? undefined : this.#drafts.get(this.message.id);
  }
  /** Whose event is being written. */
  get #side(): 'client' | 'server' {
    const from = this.message?.from ?? 'client';
    if (this.#draft?.answer === undefined) return from;
    return from === 'client' ? 'server' : 'client';
  }

  protected override firstUpdated(): void {
    this.#editor = createEditor({
      parent: this.host,
      root: this.shadowRoot as ShadowRoot,
      nonce: document.body.dataset.nonce ?? '',
      label: 'Held message, JSON',
      side: () => this.#side,
      state: () => this.#known.known?.state,
      changed: () => this.#typed(),
      send: () => void this.release(),
      fixAtCursor: () => {
        const { view } = this.#editor as ComposerEditor;
        const problem = fixAt(this.problems, view.state.doc.toString(), view.state.selection.main.head);
        if (problem !== undefined) this.#fix(problem);
      },
      fix: (problem) => this.#fix(problem),
    });
    this.#editor.view.dispatch({ effects: StateEffect.appendConfig.of(this.#locked.of([])) });
    void this.#show();
  }
  protected override updated(changes: PropertyValues<this>): void {
    if (changes.has('message') && this.#editor !== null) void this.#show();
    else if (changes.has('gone')) {
      this.#lock();
      this.#check();
    }
  }

  async #show(): Promise<void> {
    const { message } = this;
    const id = message?.id ?? '';
    if (id === this.#shownId) return;
    this.#shownId = id;
    this.failure = '';
    this.armed = false;
    this.#known.watch(message?.session ?? '', this.store.rows);
    if (message !== null && !this.#drafts.has(id)) {
      this.#setText('');
      try {
        const { text, cutFrom, readOnly } = await this.store.bridge.request('heldBody', { id });
        const shown = readOnly === '' ? indentJson(text) : text;
        this.#drafts.set(id, { shown, text: shown, cutFrom, readOnly, answer: undefined });
      } catch (error) {
        if (this.#shownId === id) this.failure = error instanceof Error ? error.message : String(error);
        return;
      }
      if (this.#shownId !== id) return;
    }
    this.#setText(this.#draft?.answer ?? this.#draft?.text ?? '');
  }
  #setText(text: string): void {
    // What is set is not what was typed.
    this.#setting = true;
    this.#editor?.setText(text);
    this.#setting = false;
    this.#lock();
    this.#check();
  }
  #setting = false;
  #lock(): void {
    const draft = this.#draft;
    const isLocked =
      draft === undefined || this.gone !== undefined || (draft.readOnly !== '' && draft.answer === undefined);
    this.#editor?.view.dispatch({ effects: this.#locked.reconfigure(EditorState.readOnly.of(isLocked)) });
    this.requestUpdate();
  }

  #typed(): void {
    const draft = this.#draft;
    if (this.#setting || draft === undefined) return;
    const text = this.#editor?.text() ?? '';
    if (draft.answer === undefined) draft.text = text;
    else draft.answer = text;
    this.#keep();
    this.armed = false;
    this.failure = '';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), checkAfter);
    this.requestUpdate();
  }
  /** What somebody writes about must not go meanwhile. */
  #keep(): void {
    const { message, gone } = this;
    if (message?.until === undefined || gone !== undefined || this.#kept === message.id) return;
    this.#kept = message.id;
    // When it has gone in this very moment, the page is told so.
    this.store.bridge.request('keepHeld', { id: message.id }).catch(() => undefined);
  }
  #kept = '';
  #check(): void {
    clearTimeout(this.#timer);
    const draft = this.#draft;
    // Of a message that has gone the session knows already: what it did would be held against it.
    const isText =
      draft !== undefined && this.gone === undefined && (draft.readOnly === '' || draft.answer !== undefined);
    this.problems = isText ? problemsOf(this.#editor?.text() ?? '', this.#side, this.#known.known) : [];
    this.#editor?.showProblems(this.problems);
    this.requestUpdate();
  }
  /** A fix is the whole text after it: when that has changed since, the same fix is looked for anew. */
  #fix({ path, message, fix }: Problem): void {
    this.#check();
    const now = this.problems.find(
      (each) => each.path === path && each.message === message && each.fix?.title === fix?.title,
    );
    if (now?.fix === undefined) return;
    this.#editor?.rewrite(now.fix.text);
    this.#editor?.view.focus();
    this.#check();
  }

  // ---- what becomes of it ----

  /** Lets it go as it stands here, or sends the answer that is being written. */
  async release(): Promise<void> {
    const draft = this.#draft;
    if (this.message === null) return;
    // Its text is still on its way, so nothing can have been typed.
    if (draft === undefined) return this.#decide('release');
    if (draft.answer !== undefined) return this.#decide('answer', draft.answer);
    if (draft.text === draft.shown) return this.#decide('release');
    return this.#decide('release', draft.text);
  }
  async releaseUnchanged(): Promise<void> {
    await this.#decide('release');
  }
  async drop(): Promise<void> {
    await this.#decide('drop');
  }
  /** Puts an answer to its sender in the place of the message, to be written. */
  answer(): void {
    const draft = this.#draft;
    if (this.message === null || draft === undefined || this.gone !== undefined) return;
    draft.answer ??= answerTemplate(this.message);
    this.#setText(draft.answer);
    this.#editor?.view.focus();
  }
  #backToMessage(): void {
    const draft = this.#draft;
    if (draft === undefined) return;
    draft.answer = undefined;
    this.#setText(draft.text);
  }
  #revert(): void {
    const draft = this.#draft;
    if (draft !== undefined) this.#editor?.rewrite(draft.shown);
  }

  async #decide(decision: 'release' | 'drop' | 'answer', text?: string): Promise<void> {
    const { message } = this;
    if (message === null || this.busy || this.gone !== undefined) return;
    if (text !== undefined) {
      this.#check();
      if (this.problems.some(({ severity }) => severity === 'error') && !this.armed) {
        this.armed = true;
        return;
      }
    }
    this.busy = true;
    this.failure = '';
    this.dispatchEvent(new CustomEvent('rti-deciding', { detail: message.id }));
    try {
      await this.store.bridge.request('decideHeld', {
        id: message.id,
        decision,
        // It was laid out for editing only, and a record keeps JSON as such on one line.
        ...(text === undefined ? {} : { text: compactJson(text) }),
      });
      this.#drafts.delete(message.id);
      this.dispatchEvent(new CustomEvent('rti-decided', { detail: message.id }));
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      this.dispatchEvent(new CustomEvent('rti-undecided', { detail: message.id }));
    }
    this.armed = false;
    this.busy = false;
  }

  /** What was written here goes on in the composer: the message has left without it. */
  #keepText(): void {
    const draft = this.#draft;
    if (draft === undefined || this.message === null) return;
    this.store.compose({ text: draft.answer ?? draft.text, session: this.message.session, request: Date.now() });
    this.dispatchEvent(new CustomEvent('rti-gone-seen'));
  }

  protected override render() {
    const { message } = this;
    const draft = this.#draft;
    const isAnswer = draft?.answer !== undefined;
    return html`
      <div class="editor" ?hidden=${message?.binary === true && !isAnswer}></div>
      ${message?.binary === true && !isAnswer ? html`<p class="pad dim">${draft?.readOnly}</p>` : nothing}
      ${
        this.problems.length === 0
          ? nothing
          : html`<rti-problems
              .problems=${this.problems}
              @rti-go=${({ detail }: CustomEvent<Problem>) => this.#editor?.goTo(detail.offset, detail.length)}
              @rti-fix=${({ detail }: CustomEvent<Problem>) => this.#fix(detail)}
            ></rti-problems>`
      }
      <div class="bar" aria-live="polite">${this.#line(message, draft)}</div>
      <div class="bar actions">
        ${message === null ? nothing : this.gone === undefined ? this.#actions(draft) : this.#goneActions()}
      </div>
    `;
  }

  #line(message: HeldRow | null, draft: Draft | undefined) {
    if (this.failure !== '') return html`<span class="line error" role="alert">${this.failure}</span>`;
    if (message === null) return html`<span class="line dim">Choose a held message.</span>`;
    if (this.gone !== undefined)
      return html`<span class="line warning"
        >${settledWords(this.gone)}${this.changed ? ' What you wrote was not sent.' : ''}</span
      >`;
    if (draft === undefined) return html`<span class="line dim">Reading…</span>`;
    if (draft.answer !== undefined)
      return html`<span class="line"
        >Goes to the ${message.from} as from the ${this.#side}; the held ${nameOf(message)} is
        dropped.${this.#count()}</span
      >`;
    if (draft.readOnly !== '')
      return html`<span class="line warning"
        >${draft.readOnly}${draft.cutFrom > 0 ? ` It has ${formatBytes(message.bytes)}.` : ''}</span
      >`;
    if (this.problems.length > 0) return html`<span class="line dim">${this.#count()}</span>`;
    return html`<span class="line dim"
      >${draft.text === draft.shown ? 'As it came.' : `Edited; a valid ${this.#side} event.`}</span
    >`;
  }
  #count(): string {
    if (this.problems.length === 0) return '';
    return ` ${countProblems(this.problems)}${this.armed ? '. Send all the same?' : ''}`;
  }

  #actions(draft: Draft | undefined) {
    const isEdited = draft !== undefined && draft.text !== draft.shown;
    if (draft?.answer !== undefined)
      return html`<vscode-button ?disabled=${this.busy} title="Ctrl+Enter" @click=${() => void this.release()}
          >${this.armed ? 'Drop and answer anyway' : 'Drop and answer'}</vscode-button
        >
        <vscode-button secondary @click=${() => this.#backToMessage()}>Back to the message</vscode-button>`;
    return html`
      ${
        isEdited
          ? html`<vscode-button ?disabled=${this.busy} title="Ctrl+Enter, F10" @click=${() => void this.release()}
                >${this.armed ? 'Release edited anyway' : 'Release edited'}</vscode-button
              >
              <vscode-button secondary ?disabled=${this.busy} @click=${() => void this.releaseUnchanged()}
                >Release as it came</vscode-button
              >
              <button class="link" @click=${() => this.#revert()}>Undo the changes</button>`
          : html`<vscode-button
              ?disabled=${this.busy}
              title="R in the list, Ctrl+Enter, F10"
              @click=${() => void this.releaseUnchanged()}
              >Release</vscode-button
            >`
      }
      <vscode-button secondary ?disabled=${this.busy} title="Delete in the list" @click=${() => void this.drop()}
        >Drop</vscode-button
      >
      <vscode-button secondary ?disabled=${this.busy} title="A in the list" @click=${() => this.answer()}
        >Answer…</vscode-button
      >
      <span class="grow"></span>
      ${
        this.breaks
          ? html`<button
              class="link"
              title="D in the list"
              @click=${() => this.dispatchEvent(new CustomEvent('rti-switch-off'))}
            >
              Disable its breakpoint
            </button>`
          : html`<span class="dim">Its breakpoint is off.</span>`
      }
    `;
  }
  #goneActions() {
    return html`${
        this.changed
          ? html`<vscode-button @click=${() => this.#keepText()}>Open what I wrote in the composer</vscode-button>`
          : nothing
      }<vscode-button secondary @click=${() => this.dispatchEvent(new CustomEvent('rti-gone-seen'))}
        >Dismiss</vscode-button
      >`;
  }
}
