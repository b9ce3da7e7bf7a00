/** The composer's text editor: JSON with validation squiggles; long strings (audio) are folded into a chip. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { linter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, RangeSetBuilder, StateField } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
  WidgetType,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Problem } from '../../src/protocol';
import { formatBytes } from '../logic/format';
import { base64Bytes, looksLikeBase64 } from '../logic/jsonText';

/** Strings longer than this are drawn as a chip; the text itself stays whole. */
const longString = 400;

class StringChip extends WidgetType {
  readonly #label: string;
  constructor(label: string) {
    super();
    this.#label = label;
  }
  override eq(other: StringChip): boolean {
    return other.#label === this.#label;
  }
  override toDOM(): HTMLElement {
    const chip = document.createElement('span');
    chip.className = 'cm-chip';
    chip.textContent = this.#label;
    return chip;
  }
}

/** A state field and not a plugin's decorations: only of the former does the editor know before it measures long lines. */
const longStrings = StateField.define<DecorationSet>({
  create: (state) => chips(state),
  update: (value, transaction) => (transaction.docChanged ? chips(transaction.state) : value),
  provide: (field) => [
    EditorView.decorations.from(field),
    EditorView.atomicRanges.of((view) => view.state.field(field)),
  ],
});

function chips(state: EditorState): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (let number = 1; number <= state.doc.lines; number += 1) {
    const line = state.doc.line(number);
    if (line.length < longString) continue;
    for (const match of line.text.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
      if (match[0].length < longString) continue;
      const value = match[0].slice(1, -1);
      const label = looksLikeBase64(value)
        ? `audio or other base64, ${formatBytes(base64Bytes(value))}`
        : `text, ${value.length} characters`;
      const from = line.from + match.index + 1;
      builder.add(from, from + value.length, Decoration.replace({ widget: new StringChip(label) }));
    }
  }
  return builder.finish();
}

/** Colours of the theme's own debug and editor tokens. */
const look = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--vscode-editor-font-size, 12px)', color: 'var(--vscode-editor-foreground)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--vscode-editor-font-family, monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--vscode-editorCursor-foreground)' },
  '.cm-cursor': { borderLeftColor: 'var(--vscode-editorCursor-foreground)' },
  '.cm-gutters': {
    backgroundColor: 'var(--vscode-editor-background)',
    color: 'var(--vscode-editorLineNumber-foreground)',
    border: 'none',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--vscode-editor-selectionBackground) !important',
  },
  '.cm-matchingBracket': {
    outline: '1px solid var(--vscode-editorBracketMatch-border)',
    backgroundColor: 'transparent !important',
  },
  '.cm-chip': {
    backgroundColor: 'var(--vscode-badge-background)',
    color: 'var(--vscode-badge-foreground)',
    borderRadius: '9px',
    padding: '0 8px',
    fontFamily: 'var(--vscode-font-family)',
    fontSize: '11px',
  },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--vscode-editorHoverWidget-background)',
    color: 'var(--vscode-editorHoverWidget-foreground)',
    border: '1px solid var(--vscode-editorHoverWidget-border)',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--vscode-editorError-foreground)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--vscode-editorWarning-foreground)' },
  '.cm-diagnostic-info': { borderLeftColor: 'var(--vscode-editorInfo-foreground)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--vscode-editorError-foreground)',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--vscode-editorWarning-foreground)',
  },
  '.cm-lintRange-info': {
    backgroundImage: 'none',
    textDecoration: 'underline dotted var(--vscode-editorInfo-foreground)',
  },
});
const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--vscode-debugTokenExpression-name)' },
  { tag: tags.string, color: 'var(--vscode-debugTokenExpression-string)' },
  { tag: tags.number, color: 'var(--vscode-debugTokenExpression-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--vscode-debugTokenExpression-boolean)' },
]);

export interface ComposerEditor {
  readonly view: EditorView;
  setText(text: string): void;
  text(): string;
  /** Checks again, e.g. after the direction changed. */
  recheck(): void;
}

/** Puts an editor into `parent`; `check` gives the problems of a text, `changed` hears of every edit. */
export function createEditor(options: {
  parent: HTMLElement;
  root: ShadowRoot;
  nonce: string;
  check(text: string): Problem[];
  changed(): void;
  send(): void;
}): ComposerEditor {
  const lint = new Compartment();
  const diagnose = () =>
    linter((view) => toDiagnostics(options.check(view.state.doc.toString()), view.state.doc.length), { delay: 150 });
  const view = new EditorView({
    parent: options.parent,
    root: options.root,
    state: EditorState.create({
      extensions: [
        EditorView.cspNonce.of(options.nonce),
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        json(),
        search({ top: true }),
        syntaxHighlighting(colors),
        lint.of(diagnose()),
        longStrings,
        look,
        EditorView.contentAttributes.of({ 'aria-label': 'Event to send, JSON', tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.changed();
        }),
        keymap.of([
          {
            key: 'Mod-Enter',
            run: () => {
              options.send();
              return true;
            },
          },
          ...defaultKeymap,
          ...historyKeymap,
          ...searchKeymap,
          ...lintKeymap,
          // Tab moves the focus on, as everywhere else; Mod-] and Mod-[ indent.
        ]),
        EditorState.tabSize.of(2),
      ],
    }),
  });
  return {
    view,
    setText: (text) =>
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 } }),
    text: () => view.state.doc.toString(),
    recheck: () => view.dispatch({ effects: lint.reconfigure(diagnose()) }),
  };
}

function toDiagnostics(problems: readonly Problem[], length: number): Diagnostic[] {
  return problems.map((problem) => {
    const from = Math.max(0, Math.min(problem.offset, length));
    return {
      from,
      to: Math.max(from, Math.min(length, problem.offset + Math.max(1, problem.length))),
      severity: problem.severity === 'note' ? 'info' : problem.severity,
      message: problem.message,
    };
  });
}
