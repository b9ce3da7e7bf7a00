/**
 * The cells of a row of the event list. Rows are used again for others as the list is scrolled, so a cell is made once and then
 * told what to show; what it says is plain text.
 */
import type { ListEntry } from '../logic/fold';
import { formatBytes } from '../logic/format';
import type { Column } from '../logic/listColumns';
import { FLAG, FROM } from '../logic/rowSource';
import { sessionMark } from '../logic/sessionMark';
import type { Store } from '../state/store';
import { familyColor } from '../timeline/shapes';
import { attributeOf, made, markedTextOf, textOf } from './patch';
import { deltaText, findingOf, isHeartbeat, runLabel, shownType, summaryText, timeText } from './rowTexts';

/** What the list knows and a row needs. */
export interface RowLook {
  store: Store;
  /** The type as far as there is room. */
  typeText(type: string, entry: ListEntry): string;
  /** Which session of the trace this is, from 0. */
  nthSession(session: string): number;
}

/** What a cell is to show: an entry, and the one above it (undefined for the list's first). */
export interface Shown {
  look: RowLook;
  entry: ListEntry;
  above: ListEntry | undefined;
}

export interface Cell {
  readonly element: HTMLElement;
  draw(shown: Shown): void;
}

export function makeCell(column: Column): Cell {
  switch (column) {
    case 'number':
      return textCell('right dim', ({ look: { store }, entry: { row } }) =>
        isEvent(store, row) ? String(store.rows.seq.at(row) ?? '') : '',
      );
    case 'time':
      return textCell('right', ({ look, entry, above }) => timeText(look.store, entry.row, above?.row));
    case 'delta':
      return textCell('right dim', ({ look, entry, above }) => deltaText(look.store, entry.row, above?.row));
    case 'size':
      return textCell('right dim', ({ look: { store }, entry }) =>
        isEvent(store, entry.row) ? formatBytes(entry.open ? (store.rows.bytes.at(entry.row) ?? 0) : entry.bytes) : '',
      );
    case 'session':
      return sessionCell();
    case 'turn':
      return turnCell();
    case 'direction':
      return directionCell();
    case 'type':
      return typeCell();
    case 'summary':
      return summaryCell();
  }
}

function isEvent({ rows }: Store, row: number): boolean {
  return rows.kind.at(row) === 0;
}
/** What is looked for stands out where it is seen. */
function patternOf({ finder }: Store) {
  return finder.isOpen ? finder.pattern : null;
}

function textCell(classes: string, say: (shown: Shown) => string): Cell {
  const element = made('span', classes, 'gridcell');
  const text = textOf(element);
  return { element, draw: (shown) => text(say(shown)) };
}

function sessionCell(): Cell {
  const element = made('span', 'center', 'gridcell');
  const who = made('span', 'who');
  const text = textOf(who);
  const looks = attributeOf(who, 'class');
  const title = attributeOf(who, 'title');
  const label = attributeOf(who, 'aria-label');
  return {
    element,
    draw: ({ look, entry }) => {
      const session = look.store.rows.sessionOf(entry.row);
      if (session === '') {
        who.remove();
        return;
      }
      const { letter, hue } = sessionMark(look.nthSession(session));
      text(letter);
      looks(`who ${hue}`);
      title(`Session ${letter}: ${session}`);
      label(`session ${letter}`);
      if (!who.isConnected) element.append(who);
    },
  };
}

function turnCell(): Cell {
  const element = made('span', 'right dim', 'gridcell');
  const text = textOf(element);
  const looks = attributeOf(element, 'class');
  const title = attributeOf(element, 'title');
  return {
    element,
    draw: ({ look: { store }, entry: { row } }) => {
      const turn = store.meanings.turn(row);
      const begins = turn?.startRow === row;
      text(turn === undefined ? '' : String(turn.number));
      looks(begins ? 'right begins' : 'right dim');
      title(turn === undefined ? null : `Turn ${turn.number}${begins ? ' begins' : ''}`);
    },
  };
}

const directions = {
  both: { sign: '↔', words: 'both ways', looks: 'dir' },
  client: { sign: '→', words: 'client → server', looks: 'dir client' },
  server: { sign: '←', words: 'server → client', looks: 'dir server' },
  none: { sign: '·', words: '', looks: 'dir' },
} as const;

function directionCell(): Cell {
  const element = made('span', 'dir', 'gridcell');
  const text = textOf(element);
  const looks = attributeOf(element, 'class');
  const title = attributeOf(element, 'title');
  const label = attributeOf(element, 'aria-label');
  return {
    element,
    draw: ({ look: { store }, entry }) => {
      const from = store.rows.from.at(entry.row);
      const way = isHeartbeat(store, entry)
        ? 'both'
        : from === FROM.client
          ? 'client'
          : from === FROM.server
            ? 'server'
            : 'none';
      const { sign, words, looks: classes } = directions[way];
      text(sign);
      looks(classes);
      title(words);
      label(words || 'neither');
    },
  };
}

function summaryCell(): Cell {
  const element = made('span', 'summary dim', 'gridcell');
  const text = markedTextOf(element);
  return { element, draw: ({ look: { store }, entry }) => text(summaryText(store, entry), patternOf(store)) };
}

function typeCell(): Cell {
  const element = made('span', 'type', 'gridcell');
  const title = attributeOf(element, 'title');
  const pip = made('span', 'pip');
  const pipLooks = attributeOf(pip, 'class');
  const name = made('span', 'name');
  const nameText = markedTextOf(name);
  element.append(pip, name);
  const run = runButton();
  let isRun = false;
  let badges: { key: string; elements: HTMLElement[] } = { key: '', elements: [] };
  return {
    element,
    draw: ({ look, entry }) => {
      const { store } = look;
      const type = shownType(store, entry);
      title(type);
      pipLooks(`pip ${isEvent(store, entry.row) ? familyColor(type) : 'other'}`);
      nameText(look.typeText(type, entry), patternOf(store));
      const wasRun = isRun;
      isRun = entry.count > 1;
      if (isRun) run.draw(entry);
      if (isRun && !wasRun) name.after(run.element);
      else if (!isRun && wasRun) run.element.remove();
      const told = toldBadges(store, entry);
      const key = told.map(({ classes, title: words }) => `${classes}|${words}`).join('|');
      if (key === badges.key) return;
      for (const badge of badges.elements) badge.remove();
      badges = { key, elements: told.map(badgeElement) };
      element.append(...badges.elements);
    },
  };
}

/** Opens and folds a run; the list hears of its clicks as of all others in its rows. */
function runButton() {
  const element = made('button', 'run');
  element.tabIndex = -1;
  const text = textOf(element);
  const expanded = attributeOf(element, 'aria-expanded');
  const title = attributeOf(element, 'title');
  return {
    element,
    draw: (entry: ListEntry) => {
      text(runLabel(entry));
      expanded(String(entry.open));
      title(entry.open ? 'Fold this run' : 'Show every event of this run');
    },
  };
}

interface Badge {
  classes: string;
  text: string;
  title: string;
  /** What a screen reader says in place of a sign. */
  label?: string;
}
const signs = { error: '✕', warning: '▲', info: 'i' } as const;

function toldBadges(store: Store, entry: ListEntry): Badge[] {
  const { rows } = store;
  const { row } = entry;
  const badges: Badge[] = [];
  if (rows.has(row, FLAG.error)) badges.push({ classes: 'mark error', text: '!', title: 'error' });
  const finding = findingOf(store, entry);
  if (finding !== undefined)
    badges.push({
      classes: `mark finding ${finding.severity}`,
      text: signs[finding.severity],
      title: `Finding: ${finding.title}`,
      label: `${finding.severity}: ${finding.title}`,
    });
  if (rows.has(row, FLAG.edited))
    badges.push({ classes: 'mark injected', text: 'edited', title: 'Sent in the place of the message that was held' });
  else if (rows.has(row, FLAG.injected))
    badges.push({ classes: 'mark injected', text: 'injected', title: 'Sent by the inspector' });
  if (rows.has(row, FLAG.held))
    badges.push({ classes: 'mark injected', text: 'held', title: 'Held back when it arrived' });
  if (rows.has(row, FLAG.released))
    badges.push({ classes: 'mark injected', text: 'let go', title: 'The message that was held, going on as it came' });
  if (rows.has(row, FLAG.dropped))
    badges.push({ classes: 'mark injected', text: 'not sent', title: 'Dropped, or its connection ended first' });
  if (rows.has(row, FLAG.rule))
    badges.push({ classes: 'mark injected', text: 'rule', title: 'A rule had its hand in it' });
  if (rows.has(row, FLAG.redacted))
    badges.push({ classes: 'mark redacted', text: 'redacted', title: 'A secret was replaced before recording' });
  return badges;
}

function badgeElement({ classes, text, title, label }: Badge): HTMLElement {
  const badge = made('span', classes, label === undefined ? undefined : 'img');
  badge.textContent = text;
  badge.title = title;
  if (label !== undefined) badge.setAttribute('aria-label', label);
  return badge;
}
