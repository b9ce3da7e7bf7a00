/** All keys, under `?`. */
import { css, html } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { staysInField } from '../logic/keys';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

const groups: readonly [string, readonly [string, string][]][] = [
  [
    'Everywhere',
    [
      ['1  5', 'events, conversation, session, summary, findings'],
      ['/', 'to the filter'],
      ['.', 'follow the end'],
      ['P', 'pause or go on'],
      ['Space', 'play from the selection, or pause'],
      ['E', 'edit the selected event and resend it'],
      ['N', 'new event'],
      ['H', 'to the held messages'],
      ['F9', 'break on events like the selected one, or no longer'],
      ['B', 'bookmark the selected event, or no longer'],
      ['Shift+B', 'a note on it; Enter on a note changes it, Del removes it'],
      ['Ctrl+Z', 'take back what was done last to a bookmark or note'],
      ['X', 'export the sound of the range, or of the marked events'],
      ['[  ]', 'previous, next of the same kind'],
      ['C  V', 'to its cause, to its effect'],
      ['!', 'next error'],
      ['Esc', 'step back'],
      ['?', 'these keys'],
    ],
  ],
  [
    'Timeline',
    [
      ['W  S', 'zoom in, out (also the wheel, and a pinch)'],
      ['A  D', 'move left, right (also Shift with the wheel)'],
      ['F', 'fit the whole session'],
      ['Z', 'zoom to the selection'],
      ['drag', 'select a range; with Shift, move'],
      ['R', 'a range of the selected span, or of what is in view'],
      ['Shift+← →', 'previous, next in the lane'],
      ['Shift+↑ ↓', 'to the lane above, below, down to the findings'],
    ],
  ],
  [
    'List',
    [
      ['↑  ↓', 'previous, next event'],
      ['PgUp  PgDn', 'a page'],
      ['Home  End', 'first, last'],
      ['←  →', 'fold, unfold a run'],
      ['Enter', 'show the details'],
      ['Ctrl+F  F3', 'find without hiding the rest; next one (with Shift: previous)'],
      ['Shift+↑ ↓', 'mark what lies between (also Shift with a click)'],
      ['Ctrl+A', 'mark all that is shown; Ctrl with a click marks one'],
      ['Ctrl+C', 'copy what is marked as JSON lines'],
    ],
  ],
  [
    'Bars between panes',
    [
      ['arrows', 'move it (also by dragging); the size is kept'],
      ['Enter', 'fold the pane, or unfold it'],
      ['double click', 'the usual size'],
    ],
  ],
  [
    'Player',
    [
      ['←  →', 'a second back, on (with Shift: a tenth)'],
      ['PgUp  PgDn', 'ten seconds'],
      ['I  O', 'begin, end of the part that is repeated (also Shift and drag)'],
    ],
  ],
  [
    'Composer',
    [
      ['Ctrl+Space', 'what may be written here: fields, values, ids of the session'],
      ['F8', 'next problem (with Shift: previous)'],
      ['Ctrl+.', 'apply the fix at the cursor'],
      ['Ctrl+Enter', 'send'],
    ],
  ],
  [
    'Held messages',
    [
      ['R', 'release as it came, or as edited (also F10)'],
      ['Enter', 'edit it; Ctrl+Enter releases, Esc goes back'],
      ['Del', 'drop it'],
      ['A', 'drop it and answer its sender'],
      ['Shift+R', 'let everything go (also Ctrl+F10)'],
      ['D', 'disable the breakpoint'],
    ],
  ],
  [
    'Filter',
    [
      ['text', 'type, ids or body hold it'],
      ['/regex/', 'by regular expression'],
      ['type:a,b', 'type is a or b; a part of a type matches all that hold it'],
      ['from:client', 'also response: item: call: session:'],
      ['turn:2-4', 'also finding: with a rule, and is: with a mark'],
      ['error', 'also injected, held, edited, dropped, rule, redacted, binary, delta, audio, finding'],
      ['-term', 'leaves out what it finds'],
      ['Tab', 'takes the suggestion'],
    ],
  ],
];

@customElement('rti-keys-help')
export class KeysHelp extends View {
  protected override readonly topics: readonly Topic[] = [];
  @query('dialog') private dialog!: HTMLDialogElement;

  static override styles = [
    sharedStyles,
    css`
      dialog {
        background: var(--vscode-editorWidget-background);
        border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, transparent));
        border-radius: 6px;
        box-shadow: 0 4px 16px var(--vscode-widget-shadow, transparent);
        color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
        max-height: 90vh;
        max-width: 760px;
        overflow: auto;
        padding: 16px 20px;
      }
      dialog:focus-visible {
        outline: none;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 25%);
      }
      .groups {
        column-gap: 32px;
        columns: 2;
      }
      section {
        break-inside: avoid;
        margin-bottom: 16px;
      }
      h2 {
        font-size: 12px;
        margin: 0 0 6px;
      }
      dl {
        display: grid;
        gap: 4px 12px;
        grid-template-columns: 86px 1fr;
        margin: 0;
      }
      dd {
        margin: 0;
      }
      @media (max-width: 620px) {
        .groups {
          columns: 1;
        }
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.dialog.showModal();
  }
  protected override render() {
    return html`<dialog
      aria-label="Keys"
      tabindex="0"
      @close=${() => this.store.setPanel({ helpOpen: false })}
      @click=${(event: Event) => {
        if (event.target === this.dialog) this.dialog.close();
      }}
      @keydown=${(event: KeyboardEvent) => {
        if (staysInField(event)) event.stopPropagation();
        if (event.key === '?') this.dialog.close();
      }}
    >
      <div class="groups">
        ${groups.map(
          ([title, keys]) =>
            html`<section>
              <h2>${title}</h2>
              <dl>
                ${keys.map(
                  ([key, what]) =>
                    html`<dt>${key.split('  ').map((each) => html`<kbd>${each}</kbd> `)}</dt>
                      <dd>${what}</dd>`,
                )}
              </dl>
            </section>`,
        )}
      </div>
    </dialog>`;
  }
}
