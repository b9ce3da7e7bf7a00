/** Against which event the selected one can be compared; the comparison itself is VS Code's own editor. */
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { formatPosition } from '../logic/format';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

@customElement('rti-compare')
export class CompareTab extends View {
  protected override readonly topics: readonly Topic[] = ['related', 'selection', 'spans'];
  /** The event picked from this page, for people. */
  @state() private picked = '';

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        padding: 12px;
      }
      p {
        color: var(--vscode-descriptionForeground);
        line-height: 1.5;
        margin: 0 0 10px;
        max-width: 72ch;
      }
      ul {
        list-style: none;
        margin: 0 0 16px;
        padding: 0;
      }
      li {
        /* Links below one another are 24 px apart, so that a finger hits the one it meant (WCAG 2.5.8). */
        line-height: 24px;
      }
    `,
  ];

  protected override render() {
    const { store } = this;
    const row = store.selected;
    if (row === null) return nothing;
    const choices = this.#choices(row);
    return html`
      <p>Shows how two events differ, side by side in VS Code. Fields and values stay as they were sent.</p>
      <ul>
        ${choices.map(
          ({ label, other }) =>
            html`<li>
              <button class="link" @click=${() => void store.ask('compare', { row, with: other })}>${label}</button>
              <span class="dim num">#${store.rows.seq.at(other)} · ${formatPosition(store.rows.t.at(other) ?? 0)}</span>
            </li>`,
        )}
      </ul>
      <ul>
        <li><button class="link" @click=${() => void this.#pick(row)}>Select this event for compare</button></li>
        <li>
          <button class="link" @click=${() => void store.ask('compare', { row, with: 'picked' })}>
            Compare with the selected one
          </button>
          <span class="dim">${this.picked === '' ? 'of this trace or another' : this.picked}</span>
        </li>
      </ul>
      <p>Two events marked in the list (Ctrl or Cmd with a click) can be compared from their menu as well.</p>
    `;
  }

  #choices(row: number): { label: string; other: number }[] {
    const { store } = this;
    const { rows, related, marked } = store;
    const type = rows.typeOf(row);
    const choices: { label: string; other: number }[] = [];
    const add = (label: string, other: number | undefined) => {
      if (other !== undefined && other !== row && !choices.some((choice) => choice.other === other))
        choices.push({ label, other });
    };
    if (marked.count === 2)
      add(
        'With the other marked event',
        marked.rows(2).find((each) => each !== row),
      );
    if (type !== '') {
      add(`With the ${type} before it`, rows.nearest(row, type, -1));
      add(`With the ${type} after it`, rows.nearest(row, type, 1));
    }
    if (related?.row === row) {
      const cause = related.causes.find(({ effect }) => effect === row)?.cause;
      const effect = related.effects.find((link) => link.cause === row)?.effect;
      if (cause !== undefined) add(`With what it came of, ${rows.typeOf(cause)}`, cause);
      if (effect !== undefined) add(`With what it led to, ${rows.typeOf(effect)}`, effect);
    }
    return choices;
  }
  async #pick(row: number): Promise<void> {
    const done = await this.store.ask('pickForCompare', { row });
    if (done !== undefined) this.picked = done.picked;
  }
}
