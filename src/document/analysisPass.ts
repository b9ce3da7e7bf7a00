/**
 * The second pass over a trace: what the events mean, and how the audio looks. It follows the first one in the background,
 * so that rows are there before it has begun.
 */
import { Analysis } from '../analysis/analysis';
import { audioField } from '../analysis/audioEvents';
import { Conversations } from '../analysis/conversation/conversation';
import { probeAudio } from '../analysis/findings/audioProbe';
import type { AnalysisChanges, TracedEvent } from '../analysis/model';
import type { UserPrices } from '../analysis/prices';
import { bytesToMs } from '../audio/format';
import { decodeBytes } from '../audio/decode';
import { peaksOf } from '../audio/peaks';
import { parseLine, type BodyPlace, type EventHead } from '../trace/parseLine';
import { audioText, parseEventBody } from './eventBody';
import { RowMark, sessionName, type TraceIndex } from './indexer';

/** Audio of a side that is listened to for a wrong codec, ms: a wrong one is wrong from the start. */
const LISTENED_MS = 120_000;

export class AnalysisPass {
  readonly analysis: Analysis;
  readonly conversations = new Conversations();
  readonly #index: TraceIndex;
  /** ms listened to, by session and side. */
  readonly #listened = new Map<string, number>();

  constructor(index: TraceIndex, prices?: UserPrices) {
    this.#index = index;
    this.analysis = new Analysis(prices);
  }

  /** Takes a row with its line. Rows come in their order, each once. */
  add(row: number, line: Buffer): void {
    const { shift, part } = this.#index.partOf(row);
    const parsed = parseLine(line, this.#index.bytes.at(row));
    if (parsed.kind === 'event') {
      this.#addEvent(row, sessionName(parsed.head.session, part), shift, parsed.head, line, parsed.body);
      return;
    }
    if (parsed.kind !== 'record') return;
    const { record } = parsed;
    const session = 'session' in record && record.session !== undefined ? sessionName(record.session, part) : '';
    const t = record.t + shift;
    this.analysis.record(record, { row, t, session, shift });
  }

  /** Everything new or changed since the last call. */
  take(): AnalysisChanges {
    return this.analysis.take();
  }

  #addEvent(
    row: number,
    session: string,
    shift: number,
    head: EventHead,
    line: Buffer,
    body: BodyPlace | undefined,
  ): void {
    const mark = this.#index.marks.at(row);
    const t = head.t + shift;
    const audioMs = (mark & RowMark.audio) !== 0 && body ? this.#addAudio(row, session, t, head, line, body) : 0;
    const event: TracedEvent = {
      row,
      seq: head.seq,
      session,
      t,
      sent: head.sent === undefined ? undefined : head.sent + shift,
      from: head.from,
      type: head.type ?? '',
      response: head.response ?? '',
      item: head.item ?? '',
      call: head.call ?? '',
      event: ((mark & RowMark.telling) !== 0 && body && parseEventBody(line, body)) || {},
      audioMs,
      origin: head.origin,
      replaces: head.replaces,
    };
    this.conversations.event(event, this.analysis.event(event));
  }

  /** Waveform of a piece of audio, and a look at what it is like; gives its length, ms. */
  #addAudio(row: number, session: string, t: number, head: EventHead, line: Buffer, body: BodyPlace): number {
    const { audio } = this.#index;
    const { from } = head;
    const format = audio.unseenFormat(session, from);
    const field = audioField(head.type ?? '', from);
    if (!format || !field) return 0;
    const bytes = Buffer.from(audioText(line, body, field) ?? '', 'base64');
    audio.addPeaks(session, from, peaksOf(decodeBytes(bytes, format), format.rate));
    const ms = bytesToMs(bytes.length, format);
    const key = `${from} ${session}`;
    const listened = this.#listened.get(key) ?? 0;
    if (listened < LISTENED_MS) {
      this.#listened.set(key, listened + ms);
      this.analysis.findings.audio(probeAudio(bytes, format, { row, t, session, from, ms }));
    }
    return ms;
  }
}
