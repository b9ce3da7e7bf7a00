/** The composer's text editor: JSON with problems underlined, documentation on hover, completion; audio is a chip. */
import { defaultKeymap, history, historyKeymap, isolateHistory } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { nextDiagnostic, previousDiagnostic, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import type { Problem } from '../../src/protocol';
import { changeBetween } from '../logic/composerLint';
import { editorLook } from './editorLook';
import { fieldCompletion, type CompletionFor } from './fieldCompletion';
import { fieldHover } from './fieldDocs';
import { lineMarks, underline, undrawn } from './lineMarks';
import { longStrings } from './longStrings';

export interface ComposerEditor {
  readonly view: EditorView;
  setText(text: string): void;
  text(): string;
  /** Underlines these. */
  showProblems(problems: readonly Problem[]): void;
  /** Makes the text another in one step that can be undone; the cursor stays where it can. */
  rewrite(text: string): void;
  /** Selects a stretch, brings it into view and takes the focus. */
  goTo(offset: number, length: number): void;
}

/** What the editor asks of its owner, and tells it. */
export interface EditorOptions extends CompletionFor {
  parent: HTMLElement;
  root: ShadowRoot;
  nonce: string;
  /** What it is called to those who cannot see it. */
  label?: string;
  changed(): void;
  send(): void;
  /** Mod-. was pressed. */
  fixAtCursor(): void;
  /** The fix of a problem was chosen in its tooltip. */
  fix(problem: Problem): void;
}

/** Puts an editor into `parent`. */
export function createEditor(options: EditorOptions): ComposerEditor {
  const command = (run: () => void) => () => {
    run();
    return true;
  };
  const view = new EditorView({
    parent: options.parent,
    root: options.root,
    state: EditorState.create({
      extensions: [
        EditorView.cspNonce.of(options.nonce),
        lineNumbers(),
        history(),
        drawSelection(),
        // What turns the reading direction, or cannot be seen, is seen.
        highlightSpecialChars(),
        EditorView.lineWrapping,
        indentOnInput(),
        bracketMatching(),
        json(),
        search({ top: true }),
        fieldCompletion(options),
        fieldHover(options.side),
        longStrings,
        lineMarks,
        editorLook,
        EditorView.contentAttributes.of({ 'aria-label': options.label ?? 'Event to send, JSON', tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.changed();
        }),
        keymap.of([
          { key: 'Mod-Enter', run: command(options.send) },
          { key: 'Mod-.', run: command(options.fixAtCursor) },
          { key: 'F8', run: (target) => nextDiagnostic(target) || true },
          { key: 'Shift-F8', run: (target) => previousDiagnostic(target) || true },
          ...defaultKeymap,
          ...historyKeymap,
          ...searchKeymap,
          // Tab moves the focus on, as everywhere else; Mod-] and Mod-[ indent.
        ]),
        EditorState.tabSize.of(2),
      ],
    }),
  });
  return {
    view,
    setText: (text) =>
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: 0 },
        effects: EditorView.scrollIntoView(0, { x: 'start', y: 'start' }),
      }),
    text: () => view.state.doc.toString(),
    showProblems: (problems) => {
      const diagnostics = toDiagnostics(problems, view, options);
      const lines = diagnostics
        .filter(({ markClass }) => markClass === undrawn)
        .map(({ from, to, severity }) => ({ from, to, markClass: `cm-lintRange-${severity}` }));
      view.dispatch(setDiagnostics(view.state, diagnostics), { effects: underline.of(lines) });
    },
    rewrite: (text) =>
      view.dispatch({
        changes: changeBetween(view.state.doc.toString(), text),
        annotations: isolateHistory.of('full'),
        userEvent: 'input.fix',
        scrollIntoView: true,
      }),
    goTo: (offset, length) => {
      const at = Math.min(offset, view.state.doc.length);
      view.dispatch({
        selection: { anchor: at, head: Math.min(at + length, view.state.doc.length) },
        effects: EditorView.scrollIntoView(at, { y: 'center' }),
      });
      view.focus();
    },
  };
}

function toDiagnostics(problems: readonly Problem[], view: EditorView, { fix }: EditorOptions): Diagnostic[] {
  const { length } = view.state.doc;
  return problems.map((problem) => {
    const from = Math.max(0, Math.min(problem.offset, length));
    const to = Math.max(from, Math.min(length, problem.offset + Math.max(1, problem.length)));
    const goesOverLines = view.state.doc.lineAt(from).to < to;
    return {
      from,
      to,
      ...(goesOverLines ? { markClass: undrawn } : {}),
      severity: problem.severity === 'note' ? 'info' : problem.severity,
      message: problem.message,
      ...(problem.fix === undefined ? {} : { actions: [{ name: problem.fix.title, apply: () => fix(problem) }] }),
    };
  });
}
