/** What can be played for the store's selection, by the names that the rows tell of it. */
import { audioChoices, type AudioChoice, type SpokenName } from '../logic/audioChoice';
import { SpokenIndex, type Spoken } from '../state/spoken';
import type { Store } from '../state/store';

export class Playable {
  readonly #store: Store;
  #spoken: { of: unknown; index: SpokenIndex } | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Best choice first; none when there is no audio. */
  choices(): AudioChoice[] {
    const store = this.#store;
    const { rows, selected } = store;
    const session =
      store.session ||
      (selected === null ? '' : rows.sessionOf(selected)) ||
      (store.audio.sessions('client')[0] ?? store.audio.sessions('server')[0] ?? '');
    const span = store.spanIndex.get(store.selectedSpan);
    // A stretch of speech stands for its item: the row under it is just a piece of what was sent.
    const item = span?.lane === 'speech' ? span.item : '';
    return audioChoices({
      audio: { client: store.audio.lane(session, 'client'), server: store.audio.lane(session, 'server') },
      session,
      selected:
        selected === null
          ? null
          : {
              row: selected,
              response: rows.responseOf(selected),
              item: item || rows.itemOf(selected),
              piece: rows.pieceOf(selected),
            },
      range: store.range,
      response: (id) => this.#named(session, 'response', id),
      heard: (id) => this.#named(session, 'heard', id),
      sessions: store.document?.sessions.length ?? 1,
    });
  }
  #named(session: string, what: 'response' | 'heard', id: string): SpokenName | undefined {
    const store = this.#store;
    if (this.#spoken?.of !== store.rows) this.#spoken = { of: store.rows, index: new SpokenIndex(store.rows) };
    const spoken: Spoken | undefined = this.#spoken.index[what](session, id);
    const span = store.spanIndex.get(`${session} ${what === 'heard' ? 'speech' : 'response'} ${id}`);
    if (spoken === undefined) return undefined;
    const end = span?.end ?? store.audio.lane(session, 'client').end;
    return {
      ordinal: spoken.ordinal,
      words: spoken.wordsRow === null ? '' : (store.rowSummary(spoken.wordsRow) ?? ''),
      ms: span === undefined ? 0 : Math.max(0, end - span.start),
    };
  }
}
