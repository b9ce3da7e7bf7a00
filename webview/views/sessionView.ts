/** A session: its connection, limits and end, and its configuration through time. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { closeMeaning } from '../../src/analysis/findings/rules/abnormalClose';
import { formatCount, formatDuration, formatPosition, formatTimeOfDay } from '../logic/format';
import { limitWords, readLimits, SessionRows, type RateLimit } from '../logic/sessionRows';
import { sessionWords, shownSession } from '../logic/shownSession';
import { RowEvents } from '../state/rowEvents';
import type { Topic } from '../state/store';
import './configView';
import { sessionStyles } from './sessionStyles';
import { sharedStyles, View } from './view';

/** Below this share of a limit it is shown as nearly used up. */
const low = 0.1;
const second = 1000;

type Fields = Record<string, unknown>;

@customElement('rti-session')
export class SessionView extends View {
  protected override readonly topics: readonly Topic[] = ['rows', 'spans', 'status', 'selection'];
  #rows: SessionRows | undefined;
  #events!: RowEvents;
  #clock: ReturnType<typeof setInterval> | undefined;

  static override styles = [sharedStyles, sessionStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#events = new RowEvents(this.store, () => this.requestUpdate());
    this.tabIndex = -1;
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    this.#clock = undefined;
  }

  protected override render() {
    const { store } = this;
    const session = shownSession(store);
    if (session === '') return html`<div class="empty">No session has been recorded yet.</div>`;
    if (this.#rows?.isOf(store.rows, session) !== true) this.#rows = new SessionRows(store.rows, session);
    const facts = this.#rows.read();
    const which = sessionWords(store, session);
    const isOpen = facts.close === null && store.status?.liveSessions.includes(session) === true;
    const expiresAt = this.#expiry(facts.created);
    this.#tick(isOpen && expiresAt !== null);
    return html`
      <section>
        <h2>Connection${which === '' ? nothing : html`<span class="note">${which}</span>`}</h2>
        ${facts.open === null ? html`<p class="note">Its handshake is not in this trace.</p>` : this.#handshake(facts.open)}
        <dl>
          <dt>Events</dt>
          <dd class="num">
            ${formatCount(facts.events)}${facts.errors > 0 ? `, ${formatCount(facts.errors)} with errors` : ''}
          </dd>
          ${expiresAt === null ? nothing : this.#expiryLine(expiresAt, isOpen)}
          <dt>End</dt>
          <dd>${facts.close === null ? (isOpen ? 'still open' : 'not in this trace') : this.#end(facts.close)}</dd>
        </dl>
        ${facts.limits === null ? nothing : this.#limits(facts.limits)}
      </section>
      <section>
        <h2>Configuration</h2>
        <rti-config .store=${store} .session=${session}></rti-config>
      </section>
    `;
  }

  #tick(isWanted: boolean): void {
    if (isWanted) this.#clock ??= setInterval(() => this.requestUpdate(), second);
    else {
      clearInterval(this.#clock);
      this.#clock = undefined;
    }
  }

  #handshake(row: number) {
    const head = this.#events.head(row);
    if (head === undefined) return html`<p class="note">Reading the handshake…</p>`;
    const { url, status, upstream, subprotocol, extensions, error, client } = head;
    const phases = Object.entries(fields(head.phases)).filter((each): each is [string, number] =>
      Number.isFinite(each[1]),
    );
    const line = (name: string, value: unknown) =>
      typeof value === 'string' && value !== ''
        ? html`<dt>${name}</dt>
            <dd class=${name === 'Refused' ? '' : 'mono'}>${value}</dd>`
        : nothing;
    return html`<dl>
        ${line('URL', url)} ${line('Goes to', upstream)}
        <dt>Handshake</dt>
        <dd class="num">
          ${this.#link(row, formatPosition(this.store.rows.t.at(row) ?? 0))},
          ${status === 101 ? 'accepted (101)' : status === 0 ? 'not answered' : `refused with ${String(status)}`}${
            client === 'inspector' ? ', opened by the inspector' : ''
          }
        </dd>
        ${
          phases.length === 0
            ? nothing
            : html`<dt>Took</dt>
                <dd class="num">${phases.map(([name, ms]) => `${name} ${formatDuration(ms)}`).join(' · ')}</dd>`
        }
        ${line('Refused', error)} ${line('Subprotocol', subprotocol)} ${line('Extensions', extensions)}
      </dl>
      ${this.#headers('Headers of the client', head.headers)}
      ${this.#headers('Headers of the server', head.responseHeaders)}`;
  }

  #headers(title: string, value: unknown) {
    const entries = Object.entries(fields(value));
    if (entries.length === 0) return nothing;
    return html`<details>
      <summary>${title} (${entries.length}; secrets are replaced before anything is written)</summary>
      <dl>
        ${entries.map(
          ([name, text]) =>
            html`<dt class="mono">${name}</dt>
              <dd class="mono">${Array.isArray(text) ? text.join(', ') : String(text)}</dd>`,
        )}
      </dl>
    </details>`;
  }

  #end(row: number) {
    const head = this.#events.head(row);
    const code = head?.code;
    if (typeof code !== 'number') return html`<span class="note">Reading…</span>`;
    const reason = typeof head?.reason === 'string' && head.reason !== '' ? ` “${head.reason}”` : '';
    const by = head?.origin === 'inspector' ? 'the inspector' : `the ${String(head?.by)}`;
    return html`<span class="num">${this.#link(row, formatPosition(this.store.rows.t.at(row) ?? 0))}</span>, closed with
      <b class="num">${code}</b>${reason} by ${by}. ${closeMeaning(code)}`;
  }

  /** Wall-clock time at which the session ends at the latest, ms; null when the server did not say. */
  #expiry(row: number | null): number | null {
    if (row === null) return null;
    const expires = fields(this.#events.event(row)?.session).expires_at;
    return typeof expires === 'number' && expires > 0 ? expires * second : null;
  }

  #expiryLine(at: number, isOpen: boolean) {
    const startedAt = this.store.document?.startedAt ?? '';
    const start = Date.parse(startedAt);
    const time = Number.isNaN(start)
      ? new Date(at).toLocaleTimeString()
      : formatTimeOfDay(startedAt, at - start).slice(0, 8);
    const left = at - Date.now();
    return html`<dt>Expires</dt>
      <dd class="num">
        ${time}${isOpen ? (left > 0 ? `, in ${countdown(left)}` : ', that is now') : ''}
        <span class="note">(the server ends the session then)</span>
      </dd>`;
  }

  #limits(row: number) {
    const limits = readLimits(this.#events.event(row));
    if (limits.length === 0) return nothing;
    return html`<div class="meters num" role="group" aria-label="Rate limits">
      ${limits.map((limit) => this.#meter(limit, row))}
    </div>`;
  }

  #meter(told: RateLimit, row: number) {
    const { name, limit, remaining } = told;
    const share = limit > 0 ? Math.max(0, Math.min(1, remaining / limit)) : 0;
    const words = limitWords(told);
    return html`<span>${this.#link(row, name)}</span>
      <svg
        class="meter"
        role="meter"
        aria-label="${name}"
        aria-valuemin="0"
        aria-valuemax=${limit}
        aria-valuenow=${remaining}
        aria-valuetext=${words}
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
      >
        ${svg`<rect class=${share < low ? 'low' : ''} width=${share * 100} height="10" />`}
      </svg>
      <span>${words}${share < low ? ' (nearly used up)' : ''}</span>`;
  }

  #link(row: number, words: string) {
    return html`<button class="link" @click=${() => this.store.select(row)}>${words}</button>`;
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** `59:04`, `1:02:09`. */
function countdown(ms: number): string {
  const all = Math.floor(ms / second);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(all / 3600);
  return `${hours > 0 ? `${hours}:${two(Math.floor((all % 3600) / 60))}` : Math.floor(all / 60)}:${two(all % 60)}`;
}
