/**
 * The second pass over a trace: what the events mean, and how the audio looks. It follows the first one in the background,
 * so that rows are there before it has begun.
 */
import { Analysis } from '../analysis/analysis';
import { audioField } from '../protocol/audioEvents';
import { Conversations } from '../analysis/conversation/conversation';
import { probeAudio } from '../analysis/findings/audioProbe';
import type { AnalysisChanges, TracedEvent } from '../analysis/model';
import type { UserPrices } from '../analysis/prices';
import { decodeBytes, LITTLE_ENDIAN } from '../audio/decode';
import { bytesToMs, type AudioFormat } from '../audio/format';
import { peaksOf } from '../audio/peaks';
import { HeadScan, type TextPlace } from '../trace/headScan';
import { bodyOf, parseLine, type BodyPlace } from '../trace/parseLine';
import { audioText, parseEventBody } from './eventBody';
import { RowMark, sessionName, type TraceIndex } from './indexer';

const NOTHING: Record<string, unknown> = Object.freeze({});
/** Audio of a side that is listened to for a wrong codec, ms: a wrong one is wrong from the start. */
const LISTENED_MS = 120_000;

export class AnalysisPass {
  readonly analysis: Analysis;
  readonly conversations = new Conversations();
  /** Time of the newest row that has one, ms on the axis. */
  lastT = 0;
  readonly #index: TraceIndex;
  readonly #scan = new HeadScan();
  /** Where audio is decoded to: one place for all pieces. */
  #room = Buffer.from(new ArrayBuffer(64 * 1024));
  /** ms listened to, by session and side. */
  readonly #listened = new Map<string, number>();

  constructor(index: TraceIndex, prices?: UserPrices) {
    this.#index = index;
    this.analysis = new Analysis(prices);
  }

  /** Takes a row with its line. Rows come in their order, each once. */
  add(row: number, line: Buffer): void {
    const { shift, part } = this.#index.partOf(row);
    const scan = this.#scan;
    if (scan.scan(line, 0, line.length, this.#index.bytes.at(row))) {
      const text = (place: TextPlace) => this.#text(line, place);
      const written = text(scan.session);
      this.#addEvent(line, bodyOf(scan), {
        row,
        seq: scan.seq,
        session: part > 1 ? sessionName(written, part) : written,
        t: scan.t + shift,
        sent: Number.isNaN(scan.sent) ? undefined : scan.sent + shift,
        from: scan.fromClient ? 'client' : 'server',
        type: text(scan.type),
        response: text(scan.response),
        item: text(scan.item),
        call: text(scan.call),
        event: NOTHING,
        audioMs: 0,
        origin: scan.injected ? 'inspector' : undefined,
        replaces: scan.replaces < 0 ? undefined : scan.replaces,
        fate: scan.fate,
      });
      return;
    }
    const parsed = parseLine(line, this.#index.bytes.at(row));
    if (parsed.kind === 'event') {
      const { head, body } = parsed;
      this.#addEvent(line, body, {
        row,
        seq: head.seq,
        session: sessionName(head.session, part),
        t: head.t + shift,
        sent: head.sent === undefined ? undefined : head.sent + shift,
        from: head.from,
        type: head.type ?? '',
        response: head.response ?? '',
        item: head.item ?? '',
        call: head.call ?? '',
        event: NOTHING,
        audioMs: 0,
        origin: head.origin,
        replaces: head.replaces,
        fate: head.fate,
      });
    } else if (parsed.kind === 'record') {
      const { record } = parsed;
      this.lastT = record.t + shift;
      const session = 'session' in record && record.session !== undefined ? sessionName(record.session, part) : '';
      this.analysis.record(record, { row, t: record.t + shift, session, shift });
    }
  }

  /** Everything new or changed since the last call. */
  take(): AnalysisChanges {
    return this.analysis.take();
  }

  /** The string at a place of the line: one that the table has had since the first pass. */
  #text(line: Buffer, place: TextPlace): string {
    const { strings } = this.#index.columns;
    return place.end === 0 ? '' : strings.get(strings.addScanned(line, place));
  }

  #addEvent(line: Buffer, body: BodyPlace | undefined, event: TracedEvent): void {
    this.lastT = event.t;
    const mark = this.#index.marks.at(event.row);
    if (body && (mark & RowMark.audio) !== 0) event.audioMs = this.#addAudio(line, body, event);
    if (body && (mark & RowMark.telling) !== 0) event.event = parseEventBody(line, body) ?? NOTHING;
    this.conversations.event(event, this.analysis.event(event));
  }

  /** Waveform of a piece of audio, and a look at what it is like; gives its length, ms. */
  #addAudio(line: Buffer, body: BodyPlace, { row, session, t, from, type }: TracedEvent): number {
    const { audio } = this.#index;
    const format = audio.unseenFormat(session, from);
    const field = audioField(type, from);
    if (!format || !field) return 0;
    const base64 = audioText(line, body, field) ?? '';
    if (this.#room.length < base64.length) this.#room = Buffer.from(new ArrayBuffer(base64.length * 2));
    const bytes = this.#room.subarray(0, this.#room.write(base64, 'base64'));
    audio.addPeaks(session, from, peaksOf(samplesOf(bytes, format), format.rate));
    const ms = bytesToMs(bytes.length, format);
    const key = `${from} ${session}`;
    const listened = this.#listened.get(key) ?? 0;
    if (listened < LISTENED_MS && this.analysis.findings.listens(session, from)) {
      this.#listened.set(key, listened + ms);
      this.analysis.findings.audio(probeAudio(bytes, format, { row, t, session, from, ms }));
    }
    return ms;
  }
}

/** Samples to be looked at before the bytes change: PCM is not copied where the machine writes numbers as it does. */
function samplesOf(bytes: Buffer, format: AudioFormat): Int16Array {
  if (format.codec !== 'pcm16' || !LITTLE_ENDIAN || bytes.byteOffset % 2 === 1) return decodeBytes(bytes, format);
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
}
