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

/** How much of the text's colour is in the grid of high contrast: its themes have white guides, stronger than what stands between them. */
const GRID_SHARE = 25;

/** Reads the colours as they stand now; with `framed` those of high contrast, where only what is data is strong. */
export function readPalette(style: CSSStyleDeclaration, framed = false): Palette {
  const entries = Object.entries(sources).map(([name, candidates]) => {
    const color = candidates
      .map((candidate) => (candidate.startsWith('--') ? style.getPropertyValue(candidate).trim() : candidate))
      .find((value) => value !== '');
    return [name, color ?? 'CanvasText'];
  });
  const palette = Object.fromEntries(entries) as Palette;
  if (!framed) return palette;
  const grid = `color-mix(in srgb, ${palette.foreground} ${GRID_SHARE}%, ${palette.background})`;
  return { ...palette, grid };
}
