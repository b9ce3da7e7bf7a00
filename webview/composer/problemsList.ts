/** The problems of the text in the composer, a line each: what is wrong leads to its place, a fix sets it right. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { placeOfPointer, type Problem } from '../../src/protocol';
import { sharedStyles } from '../views/view';

/** More are counted, not listed. */
const mostListed = 50;
const icons = { error: 'error', warning: 'warning', note: 'info' } as const;

@customElement('rti-problems')
export class ProblemsList extends LitElement {
  @property({ attribute: false }) problems: readonly Problem[] = [];

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        overflow: auto;
        padding: 2px 8px 2px 12px;
        scroll-padding-block: 2px;
        scroll-snap-type: y proximity;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        align-items: baseline;
        display: flex;
        gap: 6px;
        line-height: 20px;
        scroll-snap-align: start;
      }
      vscode-icon {
        align-self: flex-start;
        flex: none;
        margin-top: 2px;
      }
      .error vscode-icon {
        color: var(--vscode-editorError-foreground);
      }
      .warning vscode-icon {
        color: var(--vscode-editorWarning-foreground);
      }
      .note vscode-icon {
        color: var(--vscode-editorInfo-foreground);
      }
      button.go {
        background: none;
        border: 0;
        color: inherit;
        cursor: pointer;
        flex: 0 1 auto;
        font: inherit;
        overflow-wrap: anywhere;
        padding: 0;
        text-align: left;
      }
      button.go:hover {
        text-decoration: underline;
      }
      button.link {
        flex: none;
        max-width: 50%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .place {
        flex: 0 1 auto;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      @media (max-width: 799px) {
        .place {
          display: none;
        }
      }
    `,
  ];

  protected override render() {
    const hidden = this.problems.length - mostListed;
    return html`<ul aria-label="Problems">
      ${this.problems.slice(0, mostListed).map((problem) => this.#line(problem))}
      ${hidden > 0 ? html`<li class="dim">and ${hidden} more</li>` : nothing}
    </ul>`;
  }

  #line(problem: Problem) {
    const { severity, message, path, fix } = problem;
    return html`<li class=${severity}>
      <vscode-icon name=${icons[severity]} label=${severity}></vscode-icon>
      <button class="go" title="Go to its place (F8: the next problem)" @click=${() => this.#tell('rti-go', problem)}>
        ${message}
      </button>
      ${path === '' ? nothing : html`<span class="place mono dim">${placeOfPointer(path)}</span>`}
      ${
        fix === undefined
          ? nothing
          : html`<button class="link" title="${fix.title} (Ctrl+.)" @click=${() => this.#tell('rti-fix', problem)}>
              ${fix.title}
            </button>`
      }
    </li>`;
  }

  #tell(name: 'rti-go' | 'rti-fix', problem: Problem): void {
    this.dispatchEvent(new CustomEvent(name, { detail: problem }));
  }
}
