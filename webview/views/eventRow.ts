/** A row of the event list, column by column. */
import { html, nothing, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import {
  formatBytes,
  formatCount,
  formatDelta,
  formatDuration,
  formatPosition,
  formatTimeOfDay,
} from '../logic/format';
import { highlight } from '../logic/highlight';
import type { ListEntry } from '../logic/fold';
import type { Column } from '../logic/listColumns';
import { FLAG, FROM, KIND_CONTROL } from '../logic/rowSource';
import { sessionMark } from '../logic/sessionMark';
import type { Rows } from '../state/rows';
import type { Store } from '../state/store';
import { familyColor } from '../timeline/shapes';

/** What the list knows and a row needs. */
export interface RowLook {
  store: Store;
  columns: readonly Column[];
  /** Rows of the window's next-to-last, so that a delta can be told of its first too; undefined for the list's first. */
  above: ListEntry | undefined;
  selected: boolean;
  /** The type as far as there is room. */
  typeText(type: string, entry: ListEntry): string;
  /** Which session of the trace this is, from 0. */
  nthSession(session: string): number;
  press(event: MouseEvent, position: number): void;
  click(): void;
}

export function runLabel(entry: ListEntry): string {
  return `${entry.open ? '▾' : '▸'} ×${formatCount(entry.count)}`;
}

/** What VS Code hands to a command of a row's menu. */
export function rowContext(rows: Rows, row: number, marked?: { count: number; has(row: number): boolean }): string {
  const isMarked = marked?.has(row) === true;
  return JSON.stringify({
    webviewSection: 'row',
    rtiRow: row,
    rtiEvent: (rows.seq[row] ?? 0) > 0,
    rtiType: rows.typeOf(row) !== '',
    rtiResponse: rows.responseOf(row) !== '',
    rtiItem: rows.itemOf(row) !== '',
    rtiHasAudio: (rows.audioMs[row] ?? 0) > 0 || rows.responseOf(row) !== '' || rows.itemOf(row) !== '',
    rtiMany: isMarked && marked.count > 1,
    rtiTwo: isMarked && marked.count === 2,
    rtiPair: rows.has(row, FLAG.edited | FLAG.held),
    preventDefaultContextMenuItems: true,
  });
}

export function eventRow(look: RowLook, entry: ListEntry, position: number): TemplateResult {
  const { store } = look;
  const { rows, range, marked } = store;
  const { row } = entry;
  const t = rows.t[row] ?? 0;
  const isMarked = marked.count > 0 && marked.has(row);
  return html`<div
    class=${classMap({
      row: true,
      num: true,
      selected: look.selected,
      marked: isMarked,
      member: entry.member,
      plain: rows.kind[row] !== 0,
      inRange: range !== null && t >= range.start && t <= range.end,
    })}
    role="row"
    id="row-${position}"
    aria-rowindex=${position + 1}
    aria-selected=${look.selected || isMarked ? 'true' : 'false'}
    data-row=${row}
    data-vscode-context=${rowContext(rows, row, marked)}
    @mousedown=${(event: MouseEvent) => look.press(event, position)}
    @click=${() => look.click()}
    @dblclick=${() => (entry.count > 1 ? store.toggleRun(position) : store.setPanel({ detailOpen: true }))}
  >
    ${look.columns.map((column) => cell(column, look, entry, position))}
  </div>`;
}

function cell(column: Column, look: RowLook, entry: ListEntry, position: number) {
  const { store } = look;
  const { rows } = store;
  const { row } = entry;
  const isEvent = rows.kind[row] === 0;
  switch (column) {
    case 'number':
      return html`<span class="right dim" role="gridcell">${isEvent ? rows.seq[row] : ''}</span>`;
    case 'time':
      return html`<span class="right" role="gridcell">${timeText(look, row)}</span>`;
    case 'delta':
      return html`<span class="right dim" role="gridcell">${deltaText(look, row)}</span>`;
    case 'session': {
      const session = rows.sessionOf(row);
      if (session === '') return html`<span role="gridcell"></span>`;
      const { letter, hue } = sessionMark(look.nthSession(session));
      return html`<span class="center" role="gridcell"
        ><span class="who ${hue}" title="Session ${letter}: ${session}" aria-label="session ${letter}"
          >${letter}</span
        ></span
      >`;
    }
    case 'turn': {
      const turn = store.meanings.turn(row);
      const begins = turn?.startRow === row;
      return html`<span
        class=${begins ? 'right begins' : 'right dim'}
        role="gridcell"
        title=${turn === undefined ? nothing : `Turn ${turn.number}${begins ? ' begins' : ''}`}
        >${turn === undefined ? '' : turn.number}</span
      >`;
    }
    case 'direction': {
      if (isHeartbeat(store, entry))
        return html`<span class="dir" role="gridcell" aria-label="both ways" title="both ways">↔</span>`;
      const from = rows.from[row];
      const words = from === FROM.client ? 'to server' : from === FROM.server ? 'to client' : '';
      return html`<span
        class=${classMap({ dir: true, client: from === FROM.client, server: from === FROM.server })}
        role="gridcell"
        aria-label=${words || 'neither'}
        title=${words}
        >${from === FROM.client ? '→' : from === FROM.server ? '←' : '·'}</span
      >`;
    }
    case 'type':
      return typeCell(look, entry, position, isEvent);
    case 'summary':
      return html`<span class="summary dim" role="gridcell">${marks(look, summaryText(store, entry))}</span>`;
    case 'size':
      return html`<span class="right dim" role="gridcell"
        >${isEvent ? formatBytes(entry.open ? (rows.bytes[row] ?? 0) : entry.bytes) : ''}</span
      >`;
  }
}

function typeCell(look: RowLook, entry: ListEntry, position: number, isEvent: boolean) {
  const { store } = look;
  const type = shownType(store, entry);
  return html`<span class="type" role="gridcell" title=${type}>
    <span class="pip ${isEvent ? familyColor(type) : 'other'}"></span>
    <span class="name">${marks(look, look.typeText(type, entry))}</span>
    ${
      entry.count > 1
        ? html`<button
            class="run"
            tabindex="-1"
            aria-expanded=${String(entry.open)}
            title=${entry.open ? 'Fold this run' : 'Show every event of this run'}
            @mousedown=${(event: Event) => event.stopPropagation()}
            @click=${() => store.toggleRun(position)}
          >
            ${runLabel(entry)}
          </button>`
        : nothing
    }
    ${badges(store, entry)}
  </span>`;
}

function timeText({ store, above }: RowLook, row: number): string {
  const { rows } = store;
  const t = rows.t[row] ?? 0;
  switch (store.listLook.time) {
    case 'trace':
      return formatPosition(t);
    case 'clock':
      return formatTimeOfDay(store.document?.startedAt ?? '', t) || formatPosition(t);
    case 'delta':
      return above === undefined ? '' : formatDelta(t - (rows.t[above.row] ?? 0));
    case 'turn': {
      const turn = store.meanings.turnBegun(row);
      return turn === undefined ? '' : `+${formatPosition(t - turn.start)}`;
    }
  }
}

function deltaText({ store, above }: RowLook, row: number): string {
  const { t } = store.rows;
  return above === undefined ? '' : formatDelta((t[row] ?? 0) - (t[above.row] ?? 0));
}

/** Pings and pongs folded to one: both ends keep the connection open. */
function isHeartbeat({ rows }: Store, entry: ListEntry): boolean {
  return entry.count > 1 && !entry.open && rows.kind[entry.row] === KIND_CONTROL;
}
/** The row's type, of folded pings and pongs what they are together. */
function shownType(store: Store, entry: ListEntry): string {
  return isHeartbeat(store, entry) ? 'ping, pong' : store.rows.typeOf(entry.row);
}

/** A run tells what it holds altogether; the first summary stands for text that goes on. */
function summaryText(store: Store, entry: ListEntry): string {
  if (isHeartbeat(store, entry)) {
    const { t } = store.rows;
    return `keep the connection open, for ${formatDuration((t[entry.last] ?? 0) - (t[entry.row] ?? 0))}`;
  }
  const first = store.summary(entry.row) ?? '';
  // A run of text says its joined words; what the store gives is already cut to the width.
  return entry.count > 1 && entry.audioMs > 0 ? `audio ${formatDuration(entry.audioMs)}` : first;
}

/** What is looked for stands out where it is seen. */
function marks({ store }: RowLook, text: string) {
  const { finder } = store;
  if (!finder.isOpen || finder.pattern === null) return text;
  return highlight(text, finder.pattern).map((part) => (part.hit ? html`<mark>${part.text}</mark>` : part.text));
}

/** Rows of a run that are looked at for findings. */
const mostOfRun = 400;

/** The gravest finding that rests on an entry; of a folded run on any of its rows. */
export function findingOf(store: Store, entry: ListEntry) {
  const rows = entry.count > 1 && !entry.open ? store.list.runAt(entry.row, mostOfRun) : [entry.row];
  for (const row of rows) {
    const [finding] = store.meanings.findings(row);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function badges(store: Store, entry: ListEntry) {
  const { rows } = store;
  const { row } = entry;
  const finding = store.meaning.findings.all.length === 0 ? undefined : findingOf(store, entry);
  return html`${rows.has(row, FLAG.error) ? html`<span class="mark error" title="error">!</span>` : nothing}${
    finding === undefined
      ? nothing
      : html`<span
          class="mark finding ${finding.severity}"
          role="img"
          title="Finding: ${finding.title}"
          aria-label="${finding.severity}: ${finding.title}"
          >${{ error: '✕', warning: '▲', info: 'i' }[finding.severity]}</span
        >`
  }${
    rows.has(row, FLAG.edited)
      ? html`<span class="mark injected" title="Sent in the place of the message that was held">edited</span>`
      : rows.has(row, FLAG.injected)
        ? html`<span class="mark injected" title="Sent by the inspector">injected</span>`
        : nothing
  }${
    rows.has(row, FLAG.held) ? html`<span class="mark injected" title="Held back when it arrived">held</span>` : nothing
  }${
    rows.has(row, FLAG.released)
      ? html`<span class="mark injected" title="The message that was held, going on as it came">let go</span>`
      : nothing
  }${rows.has(row, FLAG.dropped) ? html`<span class="mark injected" title="Never sent on">dropped</span>` : nothing}${
    rows.has(row, FLAG.rule) ? html`<span class="mark injected" title="A rule had its hand in it">rule</span>` : nothing
  }${
    rows.has(row, FLAG.redacted)
      ? html`<span class="mark redacted" title="A secret was replaced before recording">redacted</span>`
      : nothing
  }`;
}
