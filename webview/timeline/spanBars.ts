/** Bars of connections, responses with their items and parts, tool calls and transcriptions. */
import type { Span } from '../../src/document/columns';
import { formatDuration, shortenMiddle } from '../logic/format';
import { clusters, packRows, type Cluster } from './clusters';
import { mostCallRows, mostResponseRows, responseRow, type Lane } from './lanes';
import { boxOf, type Picture } from './picture';
import type { ColorName, Glyph } from './shapes';

const statusGlyph: Readonly<Record<string, Glyph>> = {
  completed: 'check',
  cancelled: 'stop',
  failed: 'cross',
  incomplete: 'incomplete',
  in_progress: 'running',
};
/** Room under which a bar gets no words. */
const leastText = 30;

interface Place {
  y: number;
  h: number;
}
interface Look {
  color: ColorName;
  words: string;
  /** Pixel at which the next one begins over it: words end there. */
  until?: number;
  /** From when on it only waits, ms: hatched. */
  waitsFrom?: number;
  /** With the sign of its status. */
  glyph?: boolean;
  alpha?: number;
}

/** A response is told by its label and, when that is only its kind, by its id. */
export function spanName(span: Span): string {
  if (span.label === '') return span.response === '' ? span.lane : shortenMiddle(span.response, 14);
  return span.label === span.lane && span.response !== '' ? shortenMiddle(span.response, 14) : span.label;
}

/** A bar; status stands in shape (sign, hatch, dashes) as well as in colour. */
function spanBar(picture: Picture, { entry: span, count, start, end }: Cluster<Span>, place: Place, look: Look): void {
  const { shapes, bars, input } = picture;
  const { y, h } = place;
  const { x, w } = boxOf(picture, start, end);
  if (count > 1) {
    shapes.push({ kind: 'rect', x, y, w, h, color: look.color, alpha: 0.55 });
    bars.push({ x, y, w, h, target: { kind: 'spans', first: span, count } });
    return;
  }
  const color: ColorName = span.status === 'failed' ? 'error' : span.status === 'cancelled' ? 'warning' : look.color;
  shapes.push({ kind: 'rect', x, y, w, h, color, alpha: look.alpha ?? (span.status === 'completed' ? 0.32 : 0.18) });
  if (span.status === 'cancelled' || span.status === 'failed' || span.status === 'incomplete')
    shapes.push({ kind: 'hatch', x, y, w, h, color });
  else if (look.waitsFrom !== undefined) {
    const from = Math.max(x, picture.scale.x(look.waitsFrom));
    if (from < x + w) shapes.push({ kind: 'hatch', x: from, y, w: x + w - from, h, color });
  }
  const selected = span.key === input.selectedSpan;
  shapes.push({
    kind: 'frame',
    x,
    y,
    w,
    h,
    color: selected ? 'focus' : color,
    ...(span.status === 'in_progress' ? { dashed: true } : {}),
    ...(selected ? { width: 2 } : {}),
  });
  const glyph = look.glyph === true && h >= 9 ? statusGlyph[span.status] : undefined;
  const room = w - 8;
  if (glyph !== undefined && room > 10)
    shapes.push({ kind: 'glyph', x: x + 9, y: y + h / 2, size: Math.min(9, h - 3), glyph, color });
  const before = glyph === undefined ? 4 : 18;
  const most = Math.min(w, (look.until ?? Infinity) - x) - before - 4;
  if (room > leastText && most > 12 && h >= 11 && look.words !== '')
    shapes.push({
      kind: 'text',
      x: x + before,
      y: y + h / 2 + 0.5,
      text: look.words,
      color: 'foreground',
      most,
      clip: true,
    });
  bars.push({ x, y, w, h, target: { kind: 'span', span } });
}

function words(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

/** Responses in rows where they overlap, in each its items, in these their content parts. */
export function responseLane(
  picture: Picture,
  lane: Lane,
  shown: readonly Cluster<Span>[],
  rows: readonly number[],
): void {
  const { scale, input } = picture;
  const count = Math.max(1, Math.min(mostResponseRows, Math.max(0, ...rows) + 1));
  const room = lane.h - 2;
  const fits = (height: number) => Math.max(1, Math.min(count, Math.floor(room / height)));
  // Rather all in rows of their own than items under a few.
  const used = fits(responseRow.bar - 3);
  const each = room / used;
  const bar = Math.min(responseRow.bar, each - 1);
  const item = each >= responseRow.bar + responseRow.item - 2 && !lane.folded ? responseRow.item : 0;
  const part = item > 0 && each >= responseRow.bar + responseRow.item + responseRow.part - 1 ? responseRow.part : 0;
  const top = (row: number) => lane.y + 2 + Math.min(row, used - 1) * each;
  const rowOf = new Map<string, number>();
  for (const [at, cluster] of shown.entries()) {
    const row = cluster.count > 1 ? 0 : (rows[at] ?? 0);
    const { entry } = cluster;
    if (cluster.count === 1 && entry.response !== '') rowOf.set(entry.response, row);
    const status = entry.status === 'completed' ? '' : entry.status.replace('_', ' ');
    spanBar(
      picture,
      cluster,
      { y: top(row), h: bar },
      {
        color: 'response',
        words: words(spanName(entry), status, entry.detail),
        glyph: true,
      },
    );
  }
  if (item === 0) return;
  const items = clusters(input.spans('item'), scale);
  for (const [n, cluster] of items.entries()) {
    const y = top(rowOf.get(cluster.entry.response) ?? 0) + bar;
    const next = items[n + 1];
    const until = next?.entry.response === cluster.entry.response ? { until: scale.x(next.start) } : {};
    const words = cluster.entry.label;
    spanBar(picture, cluster, { y, h: item - 1 }, { color: 'conversation', words, alpha: 0.16, ...until });
  }
  if (part === 0) return;
  for (const cluster of clusters(input.spans('part'), scale)) {
    const y = top(rowOf.get(cluster.entry.response) ?? 0) + bar + item;
    const color = cluster.entry.label.includes('audio') ? 'response' : 'other';
    spanBar(picture, cluster, { y, h: part - 2 }, { color, words: '', alpha: 0.4 });
  }
}

/** Spans in view of lanes that share a place, and the row of each where they overlap. */
export function packedInView(
  { input, scale }: Pick<Picture, 'input' | 'scale'>,
  ...names: readonly Span['lane'][]
): { shown: Cluster<Span>[]; rows: number[] } {
  const shown = names.flatMap((name) => clusters(input.spans(name), scale));
  if (names.length > 1) shown.sort((a, b) => a.start - b.start);
  return { shown, rows: packRows(shown, scale) };
}

/** Places of a lane's rows, one below the other; the last one takes what has no row of its own. */
function rowPlaces(lane: Lane, rows: readonly number[]): (row: number) => Place {
  const count = Math.max(1, Math.min(mostCallRows, Math.max(0, ...rows) + 1, Math.floor((lane.h - 2) / 6)));
  const each = (lane.h - 3) / count;
  return (row) => ({ y: lane.y + 2 + Math.min(row, count - 1) * each, h: each - 1 });
}

/** How long a tool worked, and how long the model was waited for then, ms; null where that is not known (yet). */
export function toolTimes(span: Span): { tool: number | null; model: number | null; sent: number | null } {
  const sent = span.marks.find(({ name }) => name === 'output sent')?.t ?? null;
  const { start, end } = span;
  if (sent === null) return { tool: end === null ? null : end - start, model: null, sent };
  return { tool: sent - start, model: end === null ? null : end - sent, sent };
}

/** The same in words: `tool 6.12 ms`, `model 1.574 s`; a tool whose output passes no client has its time only. */
export function toolWords(span: Span): string[] {
  const { tool, model, sent } = toolTimes(span);
  if (tool === null) return [];
  if (sent === null) return [formatDuration(tool)];
  return [`tool ${formatDuration(tool)}`, ...(model === null ? [] : [`model ${formatDuration(model)}`])];
}

/** Tool calls: up to the output's sending the app works, then the model is waited for. */
export function callLane(
  picture: Picture,
  lane: Lane,
  { shown, rows }: { shown: Cluster<Span>[]; rows: number[] },
): void {
  const { scale, shapes } = picture;
  const place = rowPlaces(lane, rows);
  for (const [n, cluster] of shown.entries()) {
    const { entry, count } = cluster;
    const { y, h } = place(rows[n] ?? 0);
    const { sent } = toolTimes(entry);
    spanBar(
      picture,
      cluster,
      { y, h },
      {
        color: 'conversation',
        words: words(entry.label, ...toolWords(entry)),
        glyph: true,
        ...(sent === null ? {} : { waitsFrom: sent }),
      },
    );
    if (count > 1 || sent === null || sent < scale.span.start || sent > scale.span.end) continue;
    const x = scale.x(sent);
    shapes.push({ kind: 'line', x1: x, y1: y, x2: x, y2: y + h, color: 'foreground', width: 2 });
  }
}

export function transcriptionLane(picture: Picture, lane: Lane): void {
  const { shown, rows } = packedInView(picture, 'transcription');
  const place = rowPlaces(lane, rows);
  for (const [n, cluster] of shown.entries()) {
    const { start, end, entry } = cluster;
    const took = end === Infinity ? '' : formatDuration(end - start);
    const told = entry.status === 'failed' ? words('failed', entry.detail) : words('transcript', took);
    spanBar(picture, cluster, place(rows[n] ?? 0), { color: 'input', words: told, glyph: true });
  }
}

const phaseWords: Readonly<Record<string, string>> = { 'session.created': 'session' };

/** Connections by their phases, each up to its mark, and REST calls. */
export function connectionLane(picture: Picture, lane: Lane): void {
  const { scale, input, shapes } = picture;
  const place = { y: lane.y + 2, h: lane.h - 4 };
  for (const cluster of clusters(input.spans('http'), scale)) {
    const { start, end, entry } = cluster;
    const took = end === Infinity ? '' : formatDuration(end - start);
    spanBar(picture, cluster, place, { color: 'other', words: words(entry.label, took), glyph: true });
  }
  for (const cluster of clusters(input.spans('connection'), scale)) {
    const { entry, count, start } = cluster;
    const failed = entry.status === 'failed';
    spanBar(picture, cluster, place, { color: 'session', words: failed ? words('refused', entry.detail) : '' });
    if (count > 1 || failed) continue;
    let from = start;
    for (const { name, t } of entry.marks) {
      const x = Math.max(scale.left, scale.x(from));
      const right = Math.min(input.width, scale.x(t));
      from = t;
      if (right <= scale.left || right - x < 3) continue;
      shapes.push({ kind: 'line', x1: right, y1: place.y, x2: right, y2: place.y + place.h, color: 'session' });
      if (right - x > 20 && place.h >= 11)
        shapes.push({
          kind: 'text',
          x: x + 3,
          y: lane.y + lane.h / 2 + 0.5,
          text: phaseWords[name] ?? name,
          color: 'foreground',
          most: right - x - 5,
          clip: true,
        });
    }
  }
}
