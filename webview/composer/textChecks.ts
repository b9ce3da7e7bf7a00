/** Keeps the text in the composer checked: what is wrong with it, what an update will change, and fixes for what is wrong. */
import type { Problem } from '../../src/protocol';
import { fixAt, problemsOf } from '../logic/composerLint';
import { refusalProblems, refusalsOf } from '../logic/refusals';
import { previewUpdate, type UpdatePreview } from '../logic/updatePreview';
import type { Store } from '../state/store';
import type { ComposerEditor } from './editor';
import type { OutcomeWatch } from './outcome';
import type { Sender } from './sender';
import type { ComposerTarget } from './targetPicker';

/** The text is checked this long after a key stroke, ms. */
const checkAfter = 120;
/** A text whose check takes longer than this is not checked again for every change of the session, ms. */
const slowCheck = 60;

/** What the checks look at and tell. */
export interface Checked {
  store: Store;
  target: ComposerTarget;
  outcome: OutcomeWatch;
  sender: Sender;
  editor(): ComposerEditor | null;
  as(): 'client' | 'server';
  /** Variables are filled in. */
  fills(): boolean;
  /** The findings are others now. */
  changed(): void;
}

export class TextChecks {
  problems: Problem[] = [];
  preview: UpdatePreview | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #took = 0;
  #underlined = '';

  constructor(private readonly of: Checked) {}

  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.check(), checkAfter);
  }
  stop(): void {
    clearTimeout(this.#timer);
  }
  /** The session is another than it was. */
  sessionChanged(): void {
    if (this.#took < slowCheck) this.check();
  }

  check(): void {
    const { target, outcome } = this.of;
    clearTimeout(this.#timer);
    const text = this.of.editor()?.text() ?? '';
    outcome.edited(text);
    const begun = performance.now();
    const as = this.of.as();
    this.problems = problemsOf(text, as, target.known, this.of.fills());
    // What the server refuses changes nothing: what is wrong is what is to be read then.
    const isRefused = this.problems.some(({ severity }) => severity === 'error');
    this.preview = as === 'client' && !isRefused ? previewUpdate(text, target.known?.state) : undefined;
    this.#took = performance.now() - begun;
    this.underline();
    this.of.changed();
  }
  /** Underlines what is wrong with the text, and what the server refused of it. */
  underline(): void {
    const { store, outcome, sender } = this.of;
    const text = this.of.editor()?.text() ?? '';
    const ofRun = refusalsOf(store.status?.runs?.find(({ id }) => id === sender.run));
    const refused = refusalProblems(text, outcome.refusal === undefined ? ofRun : [outcome.refusal, ...ofRun]);
    const all = [...this.problems, ...refused];
    const underlined = JSON.stringify([text, all]);
    if (underlined === this.#underlined) return;
    this.#underlined = underlined;
    this.of.editor()?.showProblems(all);
  }

  fixAtCursor(): void {
    const editor = this.of.editor();
    if (editor === null) return;
    this.check();
    const problem = fixAt(this.problems, editor.text(), editor.view.state.selection.main.head);
    if (problem === undefined) this.of.store.tell({ kind: 'info', text: 'There is no fix for what stands here.' });
    else this.fix(problem);
  }
  /** A fix is the whole text after it: when that has changed since, the same fix is looked for anew. */
  fix({ path, message, fix }: Problem): void {
    this.check();
    const now = this.problems.find(
      (problem) => problem.path === path && problem.message === message && problem.fix?.title === fix?.title,
    );
    if (now?.fix === undefined) return;
    const editor = this.of.editor();
    editor?.rewrite(now.fix.text);
    editor?.view.focus();
    this.check();
  }
}
