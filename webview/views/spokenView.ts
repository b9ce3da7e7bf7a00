/** Words with how sure the model was of each, and who said what. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatClock } from '../logic/format';
import { spokenParts, sureness, type SpokenParts } from '../logic/spokenParts';
import { sharedStyles } from './view';

@customElement('rti-spoken')
export class SpokenView extends LitElement {
  /** The event's own text. */
  @property() text = '';
  #parts: SpokenParts = { tokens: [], segments: [] };

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      section {
        border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        max-height: 40vh;
        overflow: auto;
        padding: 8px 12px;
      }
      .words {
        line-height: 1.7;
        margin: 4px 0 0;
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      .token {
        border-radius: 2px;
        cursor: default;
      }
      .fair {
        background: color-mix(in srgb, var(--vscode-charts-yellow) 22%, transparent);
        border-bottom: 1px dotted var(--vscode-charts-yellow);
      }
      .unsure {
        background: color-mix(in srgb, var(--vscode-charts-red) 25%, transparent);
        border-bottom: 2px solid var(--vscode-charts-red);
      }
      .legend {
        display: inline-flex;
        flex-wrap: wrap;
        gap: 4px 10px;
      }
      dl {
        display: grid;
        gap: 2px 10px;
        grid-template-columns: max-content max-content 1fr;
        margin: 0;
      }
      dt,
      dd {
        margin: 0;
        unicode-bidi: isolate;
      }
      dt {
        font-weight: 600;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('text')) this.#parts = spokenParts(this.text);
  }

  protected override render() {
    const { tokens, segments } = this.#parts;
    return html`${
      segments.length === 0
        ? nothing
        : html`<section aria-label="Speakers">
            <dl>
              ${segments.map(
                ({ speaker, text, start, end }) =>
                  html`<dt>${speaker}</dt>
                    <dd class="dim num">
                      ${Number.isNaN(start) ? '' : `${formatClock(start)}${Number.isNaN(end) ? '' : ` to ${formatClock(end)}`}`}
                    </dd>
                    <dd>${text}</dd>`,
              )}
            </dl>
          </section>`
    }${
      tokens.length === 0
        ? nothing
        : html`<section aria-label="Words with their probability">
            <span class="dim legend"
              ><span>Probability: plain from 90 %</span><span class="token fair">from 50 %</span
              ><span class="token unsure">less</span></span
            >
            <p class="words" @keydown=${this.#key}>
              ${tokens.map((token, at) => {
                const percent = `${(token.probability * 100).toFixed(1)} %`;
                return html`<span
                  class="token ${sureness(token)}"
                  tabindex=${at === 0 ? 0 : -1}
                  title=${percent}
                  aria-label="${token.text}, ${percent}"
                  role="text"
                  >${token.text}</span
                >`;
              })}
            </p>
          </section>`
    }`;
  }

  /** One stop of the tab key; arrows go from word to word. */
  readonly #key = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const all = [...this.renderRoot.querySelectorAll<HTMLElement>('.words .token')];
    const at = all.findIndex((token) => token === this.shadowRoot?.activeElement);
    const next = all[at + step];
    event.preventDefault();
    event.stopPropagation();
    if (next === undefined) return;
    all[at]?.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  };
}
