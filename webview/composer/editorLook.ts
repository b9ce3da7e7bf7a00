/** The editor in the colours of VS Code's theme: its debug, editor and suggestion tokens. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const theme = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--vscode-editor-font-size, 12px)', color: 'var(--vscode-editor-foreground)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--vscode-editor-font-family, monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--vscode-editorCursor-foreground)' },
  '.cm-cursor': { borderLeftColor: 'var(--vscode-editorCursor-foreground)' },
  '.cm-gutters': {
    backgroundColor: 'var(--vscode-editor-background)',
    // Made for numbers beside code; Dark Modern's alone is 3.6 to 1.
    color: 'color-mix(in srgb, var(--vscode-editorLineNumber-foreground) 60%, var(--vscode-foreground))',
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
});

const floating = EditorView.theme({
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--vscode-editorHoverWidget-background)',
    color: 'var(--vscode-editorHoverWidget-foreground)',
    border: '1px solid var(--vscode-editorHoverWidget-border, var(--vscode-contrastBorder, transparent))',
    borderRadius: '3px',
    zIndex: '20',
  },
  '.cm-tooltip-section:not(:first-child)': {
    borderTop: '1px solid var(--vscode-editorHoverWidget-border, var(--vscode-contrastBorder, transparent))',
  },
  '.cm-fieldDocs': {
    fontFamily: 'var(--vscode-font-family)',
    fontSize: 'var(--vscode-font-size, 13px)',
    lineHeight: '1.4',
    maxHeight: '220px',
    maxWidth: 'min(60ch, 80vw)',
    overflow: 'auto',
    padding: '6px 10px',
    userSelect: 'text',
    whiteSpace: 'normal',
  },
  '.cm-fieldDocs p, .cm-fieldDocs ul, .cm-fieldDocs pre': { margin: '0 0 6px' },
  '.cm-fieldDocs ul': { paddingLeft: '18px' },
  '.cm-fieldDocs pre': { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  '.cm-fieldDocs code, .cm-fieldDocs pre': {
    fontFamily: 'var(--vscode-editor-font-family, monospace)',
    fontSize: 'var(--vscode-editor-font-size, 12px)',
  },
  '.cm-fieldDocs .dim': { color: 'var(--vscode-descriptionForeground)' },
  '.cm-tooltip.cm-tooltip-autocomplete': {
    backgroundColor: 'var(--vscode-editorSuggestWidget-background, var(--vscode-editorHoverWidget-background))',
    color: 'var(--vscode-editorSuggestWidget-foreground, var(--vscode-editorHoverWidget-foreground))',
    borderColor: 'var(--vscode-editorSuggestWidget-border, var(--vscode-editorHoverWidget-border, transparent))',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--vscode-editor-font-family, monospace)',
    fontSize: 'var(--vscode-editor-font-size, 12px)',
    maxHeight: '13em',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor:
      'var(--vscode-editorSuggestWidget-selectedBackground, var(--vscode-list-activeSelectionBackground))',
    color: 'var(--vscode-editorSuggestWidget-selectedForeground, var(--vscode-list-activeSelectionForeground))',
    outline: '1px solid var(--vscode-contrastActiveBorder, transparent)',
    outlineOffset: '-1px',
  },
  '.cm-completionMatchedText': {
    color: 'var(--vscode-editorSuggestWidget-highlightForeground, inherit)',
    fontWeight: '600',
    textDecoration: 'none',
  },
  '.cm-completionDetail': { color: 'var(--vscode-descriptionForeground)', fontStyle: 'normal', marginLeft: '1.5em' },
  '.cm-tooltip.cm-completionInfo': { padding: '0' },
});

const problems = EditorView.theme({
  '.cm-tooltip-lint': { fontFamily: 'var(--vscode-font-family)', fontSize: 'var(--vscode-font-size, 13px)' },
  '.cm-diagnostic': { maxWidth: 'min(70ch, 80vw)', padding: '4px 8px', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--vscode-editorError-foreground)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--vscode-editorWarning-foreground)' },
  '.cm-diagnostic-info': { borderLeftColor: 'var(--vscode-editorInfo-foreground)' },
  '.cm-diagnosticAction': {
    backgroundColor: 'transparent',
    color: 'var(--vscode-textLink-foreground)',
    font: 'inherit',
    padding: '0',
    textDecoration: 'underline',
  },
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
  '.cm-lintRange.cm-undrawn': { textDecoration: 'none' },
  '.cm-lintRange-active': { backgroundColor: 'transparent' },
});

const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--vscode-debugTokenExpression-name)' },
  { tag: tags.string, color: 'var(--vscode-debugTokenExpression-string)' },
  { tag: tags.number, color: 'var(--vscode-debugTokenExpression-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--vscode-debugTokenExpression-boolean)' },
]);

export const editorLook = [theme, floating, problems, syntaxHighlighting(colors)];
