/** The page's head: which sessions, what to do with them, and what is sought in them. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import type { Comparison, SessionPair } from '../../src/compare/model';
import { countsText } from '../../src/compare/wording';
import type { CompareAct } from './compareKeys';

/** What the head shows. */
export interface BarState {
  sessions: readonly SessionPair[];
  at: number;
  hasPair: boolean;
  isWorking: boolean;
  isLoading: boolean;
  onlyDifferent: boolean;
  find: string;
  /** How many there are of what is sought; '' where nothing is. */
  found: string;
  helpOpen: boolean;
  /** A turn or an event is chosen. */
  hasChosen: boolean;
  isFolded: boolean;
}

/** What it asks for. */
export interface BarActions {
  show(at: number): void;
  act(act: CompareAct): void;
  playShown(): void;
  find(words: string): void;
  findKey(event: KeyboardEvent): void;
}

export function compareBar(state: BarState, { show, act, playShown, find, findKey }: BarActions) {
  const { sessions, at, hasPair, isWorking, isLoading, onlyDifferent, helpOpen, hasChosen, isFolded } = state;
  const name = (one: SessionPair['a']) => (one ? [one.id, one.label].filter(Boolean).join(' ') : '–');
  const button = (does: CompareAct, icon: string, words: string, keys: string, disabled: boolean) =>
    html`<button
      class="text"
      title="${words} (${keys})"
      aria-label=${words}
      aria-keyshortcuts=${keys.split(', ')[0] ?? ''}
      ?disabled=${disabled}
      @click=${() => act(does)}
    >
      <vscode-icon name=${icon}></vscode-icon>
    </button>`;
  return html`<div class="bar">
    <h1>Comparison</h1>
    ${
      sessions.length < 2
        ? nothing
        : html`<select
            aria-label="Sessions"
            @change=${(event: Event) => show(Number((event.target as HTMLSelectElement).value))}
          >
            ${sessions.map(
              ({ a, b, same }, index) =>
                html`<option value=${index} .selected=${index === at}>
                  ${name(a)} | ${name(b)}${same ? '' : ' (differs)'}
                </option>`,
            )}
          </select>`
    }
    <span class="group">
      ${button('previous', 'arrow-up', 'Previous difference', 'P, Shift+F7', !hasPair)}
      ${button('next', 'arrow-down', 'Next difference', 'N, F7', !hasPair)}
      ${button('zoom', 'zoom-in', 'Zoom to what is chosen', 'Z', !hasChosen)}
    </span>
    <label class="only"
      ><input type="checkbox" .checked=${onlyDifferent} @change=${() => act('onlyDifferent')} /> Only what
      differs</label
    >
    <span class="group">
      <input
        class="find"
        type="search"
        placeholder="Find"
        aria-label="Find in turns and events"
        aria-keyshortcuts="/ Control+F"
        .value=${state.find}
        @input=${(event: Event) => find((event.target as HTMLInputElement).value)}
        @keydown=${findKey}
      />
      <span class="dim num" role="status">${state.found}</span>
    </span>
    <button class="text" ?disabled=${!hasPair || isLoading} @click=${playShown}>
      <vscode-icon name=${isLoading ? 'loading' : 'play'}></vscode-icon> Play what is shown
    </button>
    <button
      class="text"
      title="Swap a and b (X)"
      aria-keyshortcuts="X"
      ?disabled=${isWorking}
      @click=${() => act('swap')}
    >
      <vscode-icon name="arrow-swap"></vscode-icon> Swap a and b
    </button>
    <button
      class="text"
      title="Read both anew (G)"
      aria-keyshortcuts="G"
      ?disabled=${isWorking}
      @click=${() => act('again')}
    >
      Compare again
    </button>
    <button
      class="text"
      title="${isFolded ? 'Unfold' : 'Fold'} the timelines (T)"
      aria-keyshortcuts="T"
      aria-expanded=${isFolded ? 'false' : 'true'}
      @click=${() => act('fold')}
    >
      <vscode-icon name=${isFolded ? 'chevron-right' : 'chevron-down'}></vscode-icon> Timelines
    </button>
    <button class="text" aria-expanded=${helpOpen ? 'true' : 'false'} aria-keyshortcuts="?" @click=${() => act('help')}>
      Keys
    </button>
  </div>`;
}

/** What comparing came to, in a sentence. */
export function verdictOf(pair: SessionPair | null, isWorking: boolean): string {
  if (isWorking) return 'Comparing…';
  if (!pair) return '';
  if (!pair.a || !pair.b) return `This session is only in ${pair.a ? 'a' : 'b'}.`;
  return pair.same ? 'Nothing differs but ids and times.' : `Different: ${countsText(pair)}.`;
}

/** What of the files could not be read, or is not in them: nobody else on the page would say so. */
export function fileProblems(comparison: Comparison | null) {
  const told = (['a', 'b'] as const).flatMap((which) =>
    (comparison?.[which].problems ?? []).map((problem) => `${which}: ${problem}`),
  );
  if (told.length === 0) return nothing;
  if (told.length === 1) return html`<p class="problems">${told[0]}</p>`;
  return html`<details class="problems">
    <summary>${told.length} things to know of the files</summary>
    ${told.slice(0, 50).map((line) => html`<p>${line}</p>`)}
  </details>`;
}
