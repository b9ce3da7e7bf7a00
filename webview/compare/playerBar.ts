/** What plays both sounds: play and pause, the place, and of each how loud it is and whether it is heard. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Which } from '../../src/compare/model';
import { formatClock } from '../logic/format';
import { sharedStyles } from '../views/view';
import { partStyles } from './parts';
import type { StepPlayer } from './stepPlayer';

@customElement('rti-compare-player')
export class PlayerBar extends LitElement {
  @property({ attribute: false }) player!: StepPlayer;
  /** Something could not be played. */
  @property({ attribute: false }) failed: (error: unknown) => void = () => undefined;
  static override styles = [
    sharedStyles,
    partStyles,
    css`
      :host {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 4px 14px;
        padding: 2px 12px 4px;
      }
      .place {
        flex: 1 1 200px;
        min-width: 120px;
      }
      .voice {
        align-items: center;
        display: inline-flex;
        gap: 6px;
      }
      input[type='range'] {
        /* A button's ground is black on black in high contrast. */
        accent-color: var(--vscode-focusBorder, currentColor);
        height: 24px;
        margin: 0;
        min-width: 60px;
      }
      .voice input {
        width: 80px;
      }
      meter {
        appearance: none;
        background: transparent;
        border: 1px solid var(--vscode-descriptionForeground);
        height: 8px;
        width: 48px;
      }
      meter::-webkit-meter-inner-element,
      meter::-webkit-meter-bar {
        background: transparent;
        border: 0;
        border-radius: 0;
        height: 100%;
      }
      meter::-webkit-meter-optimum-value {
        background: var(--added-text);
      }
      button[aria-pressed='true'] {
        background: var(--vscode-inputOption-activeBackground, transparent);
        border-color: var(--vscode-inputOption-activeBorder, currentColor);
        color: var(--vscode-inputOption-activeForeground, inherit);
      }
      select {
        background: var(--vscode-dropdown-background, var(--vscode-editor-background));
        border: 1px solid var(--vscode-dropdown-border, var(--vscode-contrastBorder, currentColor));
        border-radius: 3px;
        color: var(--vscode-dropdown-foreground, inherit);
        font: inherit;
        min-height: 24px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.player.moved = () => this.requestUpdate();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.player.moved = () => undefined;
  }

  protected override render() {
    const { player } = this;
    const { position, length, isPlaying, isCut } = player;
    const run = (work: Promise<void>) => void work.catch(this.failed);
    return html`<button
        class="text"
        aria-keyshortcuts="Space"
        title="Pause or go on (Space)"
        @click=${() => run(player.toggle())}
      >
        <vscode-icon name=${isPlaying ? 'debug-pause' : 'play'}></vscode-icon> ${isPlaying ? 'Pause' : 'Go on'}
      </button>
      <input
        class="place"
        type="range"
        aria-label="Place in both"
        aria-valuetext="${formatClock(position)} of ${formatClock(length)}"
        min="0"
        max=${length}
        step="any"
        .value=${String(position)}
        @keydown=${this.#step}
        @input=${(event: Event) => run(player.seek(Number((event.target as HTMLInputElement).value)))}
      />
      <span class="num"
        >${formatClock(position)} / ${formatClock(length)}${isCut ? ' (the first ten minutes)' : nothing}</span
      >
      ${this.#voice('a')}${this.#voice('b')}
      <select
        aria-label="Where they are heard"
        @change=${(event: Event) => player.setApart((event.target as HTMLSelectElement).value === 'apart')}
      >
        <option value="apart" .selected=${player.isApart}>a left, b right</option>
        <option value="middle" .selected=${!player.isApart}>both in the middle</option>
      </select>
      <button class="text" @click=${() => player.stop()}><vscode-icon name="debug-stop"></vscode-icon> Stop</button>`;
  }

  #voice(which: Which) {
    const { player } = this;
    const isMuted = player.isMuted(which);
    const key = which === 'a' ? '1' : '2';
    if (!player.has[which])
      return html`<span class="voice"><b>${which}</b> <span class="dim">has no sound here</span></span>`;
    return html`<span class="voice" role="group" aria-label="Sound of ${which}"
      ><b>${which}</b>
      <button
        class="text"
        aria-pressed=${isMuted ? 'true' : 'false'}
        aria-label="Mute ${which}"
        aria-keyshortcuts=${key}
        title="Mute ${which} (${key})"
        @click=${() => player.mute(which)}
      >
        <vscode-icon name=${isMuted ? 'mute' : 'unmute'}></vscode-icon>
      </button>
      <input
        type="range"
        aria-label="Loudness of ${which}"
        min="0"
        max="1"
        step="0.05"
        .value=${String(player.gain(which))}
        @input=${(event: Event) => player.setGain(which, Number((event.target as HTMLInputElement).value))} />
      <meter aria-label="Level of ${which}" min="0" max="1" .value=${player.level(which)}></meter
    ></span>`;
  }

  /** A step of `any` has no arrow keys of its own worth the name. */
  readonly #step = (event: KeyboardEvent): void => {
    const by: Record<string, number> = {
      ArrowLeft: -1,
      ArrowDown: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      PageDown: -10,
      PageUp: 10,
    };
    const seconds = by[event.key];
    if (seconds === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    void this.player.seek(this.player.position + seconds).catch(this.failed);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-compare-player': PlayerBar;
  }
}
