/** Writes, edits and sends events: to the server as the client, or to the client as the server. */
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { eventTemplate, type Problem } from '../../src/protocol';
import { isToBeFilled } from '../../src/protocol/payloadVariables';
import { replacedPointers } from '../../src/trace/redact';
import { sentEvent } from '../logic/answers';
import { keepableDraft, whyNotEditable } from '../logic/draft';
import { ownEventId } from '../logic/eventId';
import { stretchOfParam } from '../logic/jsonPlace';
import { indentJson } from '../logic/jsonText';
import { FROM } from '../logic/rowSource';
import { sendNow, type SendWhen } from '../logic/sendPlan';
import { isSequence } from '../logic/sequence';
import { stretchInStep } from '../logic/sequenceLint';
import type { ComposePlan } from '../composeMessages';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';
import { showBeginnings } from './beginnings';
import { composerBar } from './composerBar';
import { composerStyles } from './composerStyles';
import { createEditor, type ComposerEditor } from './editor';
import { EffectiveWatch } from './effectiveWatch';
import { idToggle } from './idToggle';
import { outcomeLine, OutcomeWatch } from './outcome';
import './newEventMenu';
import type { NewEventMenu } from './newEventMenu';
import './problemsList';
import './runStrip';
import type { StepPlace } from './runStrip';
import { placeName, secretFields } from './secretFields';
import { Sender } from './sender';
import { sendButton } from './sendButton';
import './sendWhen';
import type { SendWhenFields } from './sendWhen';
import './sidePanel';
import type { PanelName } from './sidePanel';
import { ComposerTarget } from './targetPicker';
import { TextChecks } from './textChecks';
import './updatePreview';
import { variablesToggle } from './variablesToggle';
import { verdict } from './verdict';

type Side = 'client' | 'server';
/** Height in which a panel beside the editor can be used, pixels. */
const panelHeight = 460;

@customElement('rti-composer')
export class ComposerView extends View {
  protected override readonly topics: readonly Topic[] = ['panel', 'status', 'selection'];
  /** True when the composer has the list's place: then it shows the way back to it. */
  @property({ type: Boolean }) sheet = false;
  @state() private as: Side = 'client';
  /** JSON pointers of values that were replaced before recording and still stand so in the text. */
  @state() private asked: string[] = [];
  /** Set when a first click met problems: the next one sends all the same. */
  @state() private armed = false;
  @state() private sending = false;
  /** An event of the client without an id gets one when it is sent. */
  @state() private givesId = true;
  /** The text has variables, and whether they are filled in: in what was recorded they are the app's own. */
  @state() private hasVariables = false;
  @state() private fills = true;
  /** The id that stands in the text: '' for none, undefined where none can be given. */
  @state() private ownId: string | undefined;
  @state() private when: SendWhen = sendNow;
  /** What stands beside the editor. */
  @state() private panel: PanelName | '' = '';
  @query('.editor') private host!: HTMLElement;
  @query('rti-new-event') private menu!: NewEventMenu;
  @query('rti-send-when') private whenFields!: SendWhenFields;
  #editor: ComposerEditor | null = null;
  #request = -1;
  #replaces: number | undefined;
  #secrets = new Map<string, string>();
  #target!: ComposerTarget;
  #outcome!: OutcomeWatch;
  #effective!: EffectiveWatch;
  #sender!: Sender;
  #checks!: TextChecks;
  #offRows: (() => void) | undefined;

  static override styles = [sharedStyles, composerStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    const { store } = this;
    this.#outcome = new OutcomeWatch(store, () => {
      this.#effective.look(this.#outcome.outcome, this.#outcome.answer);
      this.#checks.underline();
      this.requestUpdate();
    });
    this.#sender = new Sender(store, this.#outcome);
    this.#effective = new EffectiveWatch(
      async (row) => (await store.body(row))?.text,
      () => this.requestUpdate(),
    );
    this.#target = new ComposerTarget(store, () => this.#checks.sessionChanged());
    this.#checks = new TextChecks({
      store,
      target: this.#target,
      outcome: this.#outcome,
      sender: this.#sender,
      editor: () => this.#editor,
      as: () => this.as,
      fills: () => this.fills,
      changed: () => this.requestUpdate(),
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
    this.#checks.stop();
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
      fixAtCursor: () => this.#checks.fixAtCursor(),
      fix: (problem) => this.#checks.fix(problem),
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
    this.#checks.underline();
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
    if (composer.text !== undefined) {
      this.as = 'client';
      this.#target.hold(composer.session ?? '');
      this.#replaces = undefined;
      this.#setText(composer.text);
      this.#editor.view.focus();
      return;
    }
    if (composer.row === undefined) {
      this.#target.hold(composer.session ?? '');
      // A draft is kept; what was made from a recorded event gives way to the new one.
      if (this.#editor.text() === '' || this.#replaces !== undefined) this.#useTemplate('response.create', 'client');
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
    this.#setText(indentJson(body.text));
    this.#editor.view.focus();
  }

  // ---- the text ----

  #useTemplate(type: string, as: Side): void {
    const text = eventTemplate(type, as);
    if (text !== undefined) this.#begin(text, as);
  }
  /** Starts over with that text. */
  #begin(text: string, as: Side): void {
    this.as = as;
    this.#replaces = undefined;
    this.#setText(text);
    this.#editor?.view.focus();
  }
  #showMenu(opener: HTMLElement): void {
    showBeginnings(this.menu, opener, this.store, {
      state: this.#target.known?.state,
      as: this.as,
      begin: (text, as) => this.#begin(text, as),
      panel: (name) => this.#openPanel(name),
      edit: (row) => {
        this.as = this.store.rows.from.at(row) === FROM.server ? 'server' : 'client';
        void this.#edit(row);
      },
    });
  }
  #openPanel(name: PanelName | ''): void {
    this.panel = this.panel === name ? '' : name;
    if (this.panel !== '') this.dispatchEvent(new CustomEvent('rti-room', { detail: panelHeight }));
    // The form is of an update.
    if (this.panel !== 'session' || this.#type === 'session.update') return;
    const kind = this.#target.known?.state.config?.['type'] === 'transcription' ? 'transcription' : 'realtime';
    this.#begin(JSON.stringify({ type: 'session.update', session: { type: kind } }, null, 2), 'client');
  }
  get #type(): string {
    return sentEvent(this.#editor?.text() ?? '').type;
  }
  #setText(text: string): void {
    this.#secrets.clear();
    this.#outcome.clear();
    this.#sender.run = 0;
    this.fills = this.#replaces === undefined;
    this.#editor?.setText(text);
    this.#changed();
    this.#recheck();
  }
  #changed(): void {
    const text = this.#editor?.text() ?? '';
    this.asked = replacedPointers(text);
    this.ownId = ownEventId(text);
    this.hasVariables = !isSequence(text) && isToBeFilled(text);
    this.armed = false;
    this.#sender.run = 0;
    this.#keepDraft(text);
    // Who mends what was refused needs to see why it was.
    if (!this.#outcome.isRefusal) this.#outcome.clear();
    this.#checks.soon();
  }
  #keepDraft(text: string): void {
    const kept = keepableDraft(text);
    if (kept === undefined || kept.trim() === '') return;
    const open = this.store.composer !== null;
    const { session } = this.#target;
    this.store.keep({ draft: { text: kept, as: this.as, replaces: this.#replaces ?? null, open, session } });
  }
  #setFills(fills: boolean): void {
    this.fills = fills;
    this.#recheck();
  }
  #setSide(side: Side): void {
    this.as = side;
    this.#changed();
    this.#recheck();
  }
  #recheck(): void {
    this.#checks.check();
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
    if (this.#checks.problems.some((problem) => problem.severity === 'error') && !this.armed) {
      this.armed = true;
      return;
    }
    this.sending = true;
    await this.#sender.send({
      text,
      as: this.as,
      session: target.session,
      when: this.when,
      givesId: this.givesId,
      lacksId: this.#canGiveId,
      namesEvents: this.#target.namesEvents,
      fills: isSequence(text) || (this.hasVariables && this.fills),
      replaces: this.#replaces,
      secrets: Object.fromEntries(this.asked.map((pointer) => [pointer, this.#secrets.get(pointer) ?? ''])),
    });
    this.armed = false;
    this.sending = false;
  }
  async #start(plan: ComposePlan): Promise<void> {
    await this.#sender.start(() => plan);
    this.requestUpdate();
  }
  #goToStep({ step, param }: StepPlace): void {
    const stretch = stretchInStep(this.#editor?.text() ?? '', step, param);
    if (stretch !== undefined) this.#editor?.goTo(stretch.offset, stretch.length);
  }

  get #canGiveId(): boolean {
    return this.as === 'client' && (this.ownId === '' || isSequence(this.#editor?.text() ?? ''));
  }

  protected override render() {
    const target = this.#target.now;
    const text = this.#editor?.text() ?? '';
    const to = this.as === 'client' ? 'server' : 'client';
    const { problems } = this.#checks;
    const outcome = outcomeLine(this.#outcome, this.store, {
      showRow: (row) => this.#showRow(row),
      goToParam: (param) => this.#goToParam(param),
      hasParam: (param) => stretchOfParam(text, param) !== undefined,
    });
    return html`
      ${composerBar(
        {
          title: this.#replaces === undefined ? 'New event' : this.#editedLabel(),
          as: this.as,
          panel: this.panel,
          isSheet: this.sheet,
          picker: this.#target.picker((session) => {
            this.#target.hold(session);
            this.requestUpdate();
          }),
        },
        {
          back: () => this.dispatchEvent(new CustomEvent('rti-set-aside')),
          menu: (opener) => this.#showMenu(opener),
          side: (side) => this.#setSide(side),
          panel: (name) => this.#openPanel(name),
          newSession: () => this.store.setPanel({ newSessionOpen: true }),
          close: () => this.store.compose(null),
        },
      )}
      <div class="work ${this.panel === '' ? '' : 'split'}">
        <div class="editor"></div>
        ${
          this.panel === ''
            ? nothing
            : html`<rti-compose-panel
                .store=${this.store}
                .name=${this.panel}
                .text=${text}
                .session=${target.kind === 'open' ? target.session : ''}
                .known=${this.#target.known}
                @rti-text=${({ detail }: CustomEvent<string>) => this.#editor?.rewrite(detail)}
                @rti-begin=${({ detail }: CustomEvent<string>) => this.#begin(detail, 'client')}
                @rti-plan=${({ detail }: CustomEvent<ComposePlan>) => void this.#start(detail)}
                @rti-send=${() => void this.#send()}
                @rti-panel-close=${() => this.#openPanel('')}
              ></rti-compose-panel>`
        }
      </div>
      ${secretFields(this.asked, this.#secrets)}
      <rti-update-preview
        .preview=${this.#checks.preview}
        .effective=${this.#effective.differences}
        .session=${this.#target.session}
      ></rti-update-preview>
      ${
        problems.length === 0
          ? nothing
          : html`<rti-problems
              .problems=${problems}
              @rti-go=${({ detail }: CustomEvent<Problem>) => this.#editor?.goTo(detail.offset, detail.length)}
              @rti-fix=${({ detail }: CustomEvent<Problem>) => this.#checks.fix(detail)}
            ></rti-problems>`
      }
      <rti-runs
        .store=${this.store}
        .ofText=${this.#sender.run}
        @rti-show-row=${({ detail }: CustomEvent<number>) => this.#showRow(detail)}
        @rti-go-step=${({ detail }: CustomEvent<StepPlace>) => this.#goToStep(detail)}
      ></rti-runs>
      <div class="bar last" aria-live="polite">
        ${
          outcome === nothing
            ? verdict({
                text,
                as: this.as,
                problems,
                isArmed: this.armed,
                fits: this.#target.known?.state.config === undefined ? '' : this.#target.session,
              })
            : outcome
        }
        ${this.#target.note()}
        ${this.hasVariables ? variablesToggle(this.fills, (isOn) => this.#setFills(isOn)) : nothing}
        ${this.as === 'client' ? idToggle(this.#canGiveId, this.givesId, (isOn) => (this.givesId = isOn)) : nothing}
        ${sendButton(
          {
            isArmed: this.armed,
            isOpen: target.kind === 'open',
            isSending: this.sending,
            isSequence: isSequence(text),
            to,
            when: this.when,
          },
          {
            send: () => void this.#send(),
            when: (when) => (this.when = when),
            chooseWhen: (opener) => this.whenFields.show(opener),
          },
        )}
      </div>
      <rti-new-event></rti-new-event>
      <rti-send-when
        .when=${this.when}
        @rti-when=${({ detail }: CustomEvent<SendWhen>) => (this.when = detail)}
      ></rti-send-when>
    `;
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
