/** The timeline's colours from the theme's variables. */
import type { ColorName } from '../timeline/shapes';
import type { Palette } from '../timeline/draw';

/** Variables tried in order; the last word is a plain colour for a theme that has none of them. */
const sources: Readonly<Record<ColorName, readonly string[]>> = {
  background: ['--vscode-editor-background', 'Canvas'],
  foreground: ['--vscode-foreground', 'CanvasText'],
  dim: ['--vscode-descriptionForeground', '--vscode-foreground', 'GrayText'],
  grid: ['--vscode-editorIndentGuide-background1', '--vscode-contrastBorder', '--vscode-panel-border', 'GrayText'],
  selection: ['--vscode-editor-selectionBackground', 'Highlight'],
  focus: ['--vscode-focusBorder', 'Highlight'],
  error: ['--vscode-charts-red', '--vscode-errorForeground', 'red'],
  warning: ['--vscode-editorWarning-foreground', '--vscode-charts-yellow', 'orange'],
  info: ['--vscode-editorInfo-foreground', '--vscode-charts-blue', 'Highlight'],
  session: ['--vscode-charts-foreground', '--vscode-foreground', 'CanvasText'],
  input: ['--vscode-charts-green', 'green'],
  conversation: ['--vscode-charts-purple', 'purple'],
  response: ['--vscode-charts-blue', 'blue'],
  limits: ['--vscode-charts-yellow', 'goldenrod'],
  other: ['--vscode-descriptionForeground', 'GrayText'],
  client: ['--vscode-charts-green', 'green'],
  server: ['--vscode-charts-blue', 'blue'],
  band: ['--vscode-editorWidget-background', '--vscode-editor-background', 'Canvas'],
};

/** Reads the colours as they stand now. */
export function readPalette(style: CSSStyleDeclaration): Palette {
  const entries = Object.entries(sources).map(([name, candidates]) => {
    const color = candidates
      .map((candidate) => (candidate.startsWith('--') ? style.getPropertyValue(candidate).trim() : candidate))
      .find((value) => value !== '');
    return [name, color ?? 'CanvasText'];
  });
  return Object.fromEntries(entries) as Palette;
}
