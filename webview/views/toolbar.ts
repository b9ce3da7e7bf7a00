/** State of the recording, session, filter, pause, follow, clear. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { DocumentState } from '../../src/document/columns';
import { SIDEBAND } from '../../src/analysis/calls';
import { formatBytes, formatCount, formatTimeOfDay, shortenMiddle } from '../logic/format';
import { severityIcons, worstSeverity } from '../logic/mainTabs';
import { shownCall } from '../logic/shownSession';
import type { Topic } from '../state/store';
import './filterBox';
import type { FilterBox } from './filterBox';
import { sharedStyles, View } from './view';

@customElement('rti-toolbar')
export class Toolbar extends View {
  protected override readonly topics: readonly Topic[] = ['status', 'rows', 'spans', 'filter', 'panel'];
  @query('rti-filter-box') private filterBox!: FilterBox;

  static override styles = [
    sharedStyles,
    css`
      :host {
        align-items: center;
        display: flex;
        flex: none;
        flex-wrap: wrap;
        gap: 4px;
        min-height: 34px;
        padding: 3px 8px;
      }
      .state {
        align-items: center;
        display: flex;
        flex: none;
        gap: 6px;
        padding: 0 4px;
        white-space: nowrap;
      }
      .dot {
        border: 2px solid currentColor;
        border-radius: 50%;
        height: 9px;
        width: 9px;
      }
      .dot.live {
        background: var(--vscode-charts-green);
        border-color: var(--vscode-charts-green);
      }
      .dot.failed {
        border-color: var(--vscode-errorForeground);
        border-radius: 0;
      }
      select {
        flex: 0 1 auto;
        max-width: 320px;
        min-width: 60px;
        text-overflow: ellipsis;
      }
      rti-filter-box {
        flex: 1 1 220px;
        margin: 0 4px;
        min-width: 120px;
      }
      /* The shape tells it; a theme's red is often too pale for letters. */
      .errors vscode-icon {
        color: var(--error-text);
      }
      .group {
        display: flex;
        flex: none;
        gap: 2px;
      }
      .group.last {
        margin-left: auto;
      }
      .rec {
        border: 1.5px solid currentColor;
        border-radius: 50%;
        height: 12px;
        padding: 2px;
        width: 12px;
      }
      .rec.on {
        background: var(--vscode-charts-red);
        background-clip: content-box;
        border-color: var(--vscode-charts-red);
      }
      @media (max-width: 800px) {
        rti-filter-box {
          flex-basis: 100%;
          margin: 0;
          order: 9;
        }
        .grow {
          flex: 1;
        }
      }
    `,
  ];

  focusFilter(): void {
    this.filterBox.focus();
  }

  protected override render() {
    const { store } = this;
    const { status, document, rows } = store;
    const sessions = document?.sessions ?? [];
    const errors = rows.indexes(store.session).errors.count;
    return html`
      ${this.#state()}
      ${
        sessions.length > 1
          ? html`<select
              aria-label="Session"
              title=${shownCall(store) === '' ? nothing : `Sideband: ${SIDEBAND}`}
              @change=${(event: Event) => store.setSession((event.target as HTMLSelectElement).value)}
            >
              <option value="" .selected=${store.session === ''}>all ${sessions.length} sessions</option>
              ${sessions.map(
                (session) =>
                  html`<option
                    value=${session.id}
                    title=${session.call === undefined ? nothing : `Sideband: ${SIDEBAND}`}
                    .selected=${store.session === session.id}
                  >
                    ${this.#sessionWords(session)}
                  </option>`,
              )}
            </select>`
          : nothing
      }
      ${
        status?.live === true && rows.count > 0
          ? html`<span class="group">
              ${this.#button(
                store.pausedAt === null ? 'debug-pause' : 'debug-continue',
                store.pausedAt === null ? 'Pause the list (P)' : 'Go on (P)',
                () => store.setPaused(store.pausedAt === null),
                store.pausedAt !== null,
                store.heldBack > 0 ? `+${formatCount(store.heldBack)}` : '',
              )}
              ${this.#button('arrow-down', 'Follow the end (.)', () => store.setFollow(!store.follow), store.follow)}
              ${this.#button('clear-all', 'Clear the list; the recording keeps everything', () => store.clear())}
            </span>`
          : nothing
      }
      <span class="grow"></span>
      <rti-filter-box .store=${store} ?hidden=${rows.count === 0}></rti-filter-box>
      <span class="group last">
        ${this.#findings()}
        ${
          errors > 0
            ? html`<button
                class="icon errors num"
                title="Go to the next error (!)"
                @click=${() => this.#emit('rti-next-error')}
              >
                <vscode-icon name="error"></vscode-icon> ${formatCount(errors)}
              </button>`
            : nothing
        }
        ${
          status?.live === true
            ? html`<button
                class="icon"
                role="switch"
                aria-checked=${status.recording ? 'true' : 'false'}
                title=${status.recording ? 'Recording to disk; click to stop recording' : 'Not recording; click to record'}
                aria-label="Recording"
                @click=${() => void store.run('toggleRecording')}
              >
                <span class="rec ${status.recording ? 'on' : ''}"></span>
              </button>`
            : nothing
        }
        ${this.#button('edit', store.composerAside === null ? 'New event (N)' : 'Back to the composer', () => store.toggleComposer(), store.composer !== null)}
        ${this.#button('keyboard', 'All keys (?)', () => store.setPanel({ helpOpen: true }))}
      </span>
    `;
  }

  /** How many findings there are, with a shape by the worst of them; a click shows them. */
  #findings() {
    const { store } = this;
    const found = store.meaning.findings.all.filter(({ session }) => store.session === '' || session === store.session);
    const worst = worstSeverity(found);
    if (worst === undefined) return nothing;
    const words = `${formatCount(found.length)} ${found.length === 1 ? 'finding' : 'findings'}`;
    return html`<button
      class="icon num ${worst === 'error' ? 'errors' : ''}"
      title="${words}, the worst of kind ${worst}: show them (5)"
      @click=${() => store.setTab('findings')}
    >
      <vscode-icon name=${severityIcons[worst]}></vscode-icon>${words}
    </button>`;
  }

  #state() {
    const { status, document } = this.store;
    if (status === null) return html`<span class="state dim">opening</span>`;
    if (!status.live)
      return html`<span class="state dim" title=${status.title}
        >recorded${document ? html` <span class="num">${formatBytes(document.size)}</span>` : nothing}</span
      >`;
    const { state } = status.proxy;
    const open = status.liveSessions.length;
    const words = state === 'running' ? (open > 0 ? `live, ${open} open` : 'listening') : state;
    const title = status.proxy.state === 'running' ? `${status.proxy.https} to ${status.proxy.upstream}` : status.title;
    return html`<span class="state" role="status" title=${title}
      ><span class="dot ${state === 'running' && open > 0 ? 'live' : state === 'failed' ? 'failed' : ''}"></span
      >${words}</span
    >`;
  }

  /** A mark for whether it is open, when it began, where it went. */
  #sessionWords({ id, label, start, status: code, call }: DocumentState['sessions'][number]): string {
    const { status, document } = this.store;
    const isOpen = status?.live === true && status.liveSessions.includes(id);
    const state = code !== 101 ? `✕ refused${code === 0 ? '' : ` ${code}`}` : isOpen ? '● open' : '○ closed';
    const time = formatTimeOfDay(document?.startedAt ?? '', start).slice(0, 8);
    const about = call === undefined ? label : `sideband ${shortenMiddle(call, 16)}`;
    return [`${state.slice(0, 1)} ${id}`, time, about, state.slice(2)].filter((word) => word !== '').join(' · ');
  }

  #button(icon: string, label: string, run: () => void, pressed?: boolean, text = '') {
    return html`<button
      class="icon num"
      title=${label}
      aria-label=${label}
      aria-pressed=${pressed === undefined ? nothing : String(pressed)}
      @click=${run}
    >
      <vscode-icon name=${icon}></vscode-icon>${text}
    </button>`;
  }
  #emit(name: string): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }
}
