/** Walking over the timeline by keys: along a lane, from lane to lane, and down to the findings. */
import { formatPosition } from '../logic/format';
import type { Sighting } from '../state/sightings';
import type { Store } from '../state/store';
import { placeInNextLane } from '../timeline/laneSteps';
import { tipOf } from '../timeline/tipText';

export class LaneWalk {
  readonly #store: Store;
  /** Key of the finding's sighting that the keys have led to. */
  #walkedTo = '';

  constructor(store: Store) {
    this.#store = store;
  }

  /** Goes one step by an arrow key; false for any other key. */
  step(key: string): boolean {
    const store = this.#store;
    if (key === 'ArrowUp' || key === 'ArrowDown') {
      const span = store.spanIndex.get(store.selectedSpan);
      const finding = this.#finding;
      const lane = finding === undefined ? span?.lane : 'finding';
      const t = finding?.t ?? store.selectedTime ?? (store.view.start + store.view.end) / 2;
      const walked = { spans: store.spanIndex, findings: store.meaning.found, session: store.session };
      const place = placeInNextLane(walked, { lane, t }, key === 'ArrowUp' ? -1 : 1);
      if (place?.kind === 'span') store.select(place.span.startRow, { span: place.span.key });
      else if (place !== undefined) this.#select(place.finding);
    } else if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const step = key === 'ArrowLeft' ? -1 : 1;
      const finding = this.#finding;
      if (finding === undefined) store.selectSameKind(step);
      else this.#select(store.meaning.found.beside(finding, step, store.session));
    } else return false;
    return true;
  }

  /** What is selected now, for a screen reader. */
  words(): string {
    const store = this.#store;
    const span = store.spanIndex.get(store.selectedSpan);
    const row = store.selected;
    const finding = this.#finding;
    const words =
      finding !== undefined
        ? tipOf({ kind: 'finding', finding, count: 1 }, undefined)
        : span !== undefined
          ? tipOf({ kind: 'span', span }, store.meaning.turns.get(span.key))
          : row === null
            ? ['nothing selected']
            : [`${formatPosition(store.rows.t.at(row) ?? 0)} ${store.rows.typeOf(row)}`];
    return words.join('. ');
  }

  /** The finding that was walked to, while the selection is still on it. */
  get #finding(): Sighting | undefined {
    const store = this.#store;
    const finding = store.meaning.found.get(this.#walkedTo);
    return finding !== undefined && store.selectedSpan === '' && store.selected === finding.rows[0]
      ? finding
      : undefined;
  }
  #select(finding: Sighting | undefined): void {
    const [row] = finding?.rows ?? [];
    if (finding === undefined || row === undefined) return;
    this.#walkedTo = finding.key;
    this.#store.select(row);
  }
}
