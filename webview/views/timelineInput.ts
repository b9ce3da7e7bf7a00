/** What the timeline takes from the store: the parts of its layout's input, and the words under the pointer. */
import { formatBytes, formatDelta, formatPosition } from '../logic/format';
import { FLAG, FROM } from '../logic/rowSource';
import type { RelatedRows } from '../state/related';
import type { Store } from '../state/store';
import type { Hit } from '../timeline/hit';
import type { Arrow, TimelineInput, TimelineLayout } from '../timeline/picture';
import type { TimeSpan } from '../timeline/timeScale';
import { tipOf } from '../timeline/tipText';

/** Pixels beside a mark of an event within which it is told of. */
const reach = 24;

type FromStore = Omit<TimelineInput, 'peaks' | 'buffer' | 'width' | 'height' | 'folded' | 'framed'>;

/** Everything of the layout's input that stands in the store; nothing is copied. */
export function inputOf(store: Store, view: TimeSpan): FromStore {
  const { rows, session, meaning, audio } = store;
  return {
    indexes: rows.indexes(session),
    typeOf: (row) => rows.typeOf(row),
    timeOf: (row) => rows.t.at(row) ?? 0,
    isFromClient: (row) => rows.from.at(row) === FROM.client,
    isInjected: (row) => rows.has(row, FLAG.injected),
    fateOf: (row) => (rows.has(row, FLAG.held) ? 'held' : rows.has(row, FLAG.dropped) ? 'dropped' : ''),
    spans: (lane) => store.spanIndex.lane(session, lane),
    turn: (key) => meaning.turns.get(key),
    findings: meaning.found.lane(session),
    playback: meaning.heard.lane(session),
    audio: { client: audio.lane(session, 'client'), server: audio.lane(session, 'server') },
    arrows: store.related === null ? [] : arrowsOf(store.related),
    view,
    extent: store.extent,
    origin: store.origin,
    selectedTime: store.selectedTime,
    selectedSpan: store.selectedSpan,
    range: store.range,
    playhead: store.playhead,
  };
}

/** The direct ones are kept first where there are too many, and drawn last, over the others. */
function arrowsOf({ row, causes, effects }: RelatedRows): Arrow[] {
  const all = [...causes, ...effects].map(({ cause, effect }) => ({
    cause,
    effect,
    direct: cause === row || effect === row,
  }));
  return [...all.filter(({ direct }) => direct), ...all.filter(({ direct }) => !direct)].slice(0, 40).reverse();
}

/** What is said of what lies under the pointer at pixel `x`. */
export function hoverLines(store: Store, layout: TimelineLayout, { lane, t, row, target }: Hit, x: number): string[] {
  const { rows, selectedTime } = store;
  const away = (time: number) =>
    selectedTime === null || Math.abs(time - selectedTime) < 1e-6
      ? []
      : [`${formatDelta(time - selectedTime)} from the selected event`];
  if (lane === 'overview') return [formatPosition(t - store.origin)];
  if (target !== null) {
    const turn = target.kind === 'span' ? store.meaning.turns.get(target.span.key) : undefined;
    return [...tipOf(target, turn), ...away(t)];
  }
  const time = row === null ? t : (rows.t.at(row) ?? t);
  const isFar = Math.abs(layout.scale.x(time) - x) > reach && lane !== 'microphone' && lane !== 'speaker';
  if (row === null || isFar) return [formatPosition(t - store.origin), ...away(t)];
  const summary = store.rowSummary(row);
  const size = formatBytes(rows.bytes.at(row) ?? 0);
  const hand = rows.has(row, FLAG.held) ? '  held' : rows.has(row, FLAG.dropped) ? '  never sent on' : '';
  return [
    `${formatPosition(time - store.origin)}  ${rows.typeOf(row)}  ${size}${hand}`,
    ...(summary ? [summary] : []),
    ...away(time),
  ];
}
