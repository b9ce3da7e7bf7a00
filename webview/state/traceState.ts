/** What is known of the trace: its rows, audio and what the analysis says, as the host has sent them, and which session is shown. */
import type { DocumentState, Span } from '../../src/document/columns';
import type { InspectorStatus } from '../messages';
import { FROM } from '../logic/rowSource';
import type { TimeSpan } from '../timeline/timeScale';
import { AudioIndex } from './audioIndex';
import { Meaning } from './meaning';
import { Notes } from './notes';
import { PanelState } from './panelState';
import { RowMeanings } from './rowMeanings';
import { Rows } from './rows';
import { SeenValues } from './seenValues';
import { TimedIndex } from './timedIndex';

type AudioListener = (session: string, from: 'client' | 'server', span: TimeSpan) => void;

export abstract class TraceState extends PanelState {
  rows = new Rows();
  audio = new AudioIndex();
  /** Spans by key, and by lane and time. */
  spanIndex = newSpanIndex();
  /** The user's notes. */
  notes = new Notes(this.rows);
  /** Turns, findings and the rest of what the analysis says. */
  meaning = meaningOf(this.rows);
  /** Turns and findings by row. */
  meanings = new RowMeanings(this.rows, this.meaning);
  /** Types and ids there are. */
  seen = new SeenValues(this.rows, this.meaning);
  status: InspectorStatus | null = null;
  document: DocumentState | null = null;
  /** Session shown; '' is all of them. */
  session = this.kept.session ?? '';
  /** Rows whose waveforms are known to be there. */
  #analysed = 0;
  readonly #peakListeners = new Set<AudioListener>();

  /** Forgets the trace: everything comes anew. */
  protected forgetTrace(): void {
    this.rows = new Rows();
    this.audio = new AudioIndex();
    this.#analysed = 0;
    this.spanIndex = newSpanIndex();
    this.notes = new Notes(this.rows);
    this.meaning = meaningOf(this.rows);
    this.meanings = new RowMeanings(this.rows, this.meaning);
    this.seen = new SeenValues(this.rows, this.meaning);
  }

  /** Told where new audio stands, so that waveforms there are asked for again. */
  onAudio(listener: AudioListener): () => void {
    this.#peakListeners.add(listener);
    return () => this.#peakListeners.delete(listener);
  }

  /** Says of the rows analysed since the last call where their waveforms are. */
  protected tellPeaks(analysed: number): void {
    const { rows } = this;
    const end = Math.min(analysed, rows.count);
    const news = new Map<string, { session: string; from: 'client' | 'server'; span: TimeSpan }>();
    for (let row = this.#analysed; row < end; row += 1) {
      const ms = rows.audioMs.at(row) ?? 0;
      if (ms === 0) continue;
      const start = rows.audioAt.at(row) ?? 0;
      const from = rows.from.at(row) === FROM.client ? 'client' : 'server';
      const session = rows.sessionOf(row);
      const known = news.get(`${from}|${session}`)?.span;
      if (known === undefined) news.set(`${from}|${session}`, { session, from, span: { start, end: start + ms } });
      else {
        known.start = Math.min(known.start, start);
        known.end = Math.max(known.end, start + ms);
      }
    }
    for (const { session, from, span } of news.values())
      for (const listener of this.#peakListeners) listener(session, from, span);
    this.#analysed = Math.max(this.#analysed, end);
  }
}

function meaningOf(rows: Rows): Meaning {
  return new Meaning((session, t, seq) => rows.rowAt(session, t, seq));
}

function newSpanIndex(): TimedIndex<Span> {
  return new TimedIndex<Span>(({ lane, start, end }) => ({ lane, start, end }));
}
