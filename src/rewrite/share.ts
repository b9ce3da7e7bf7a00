/** A copy of a trace to hand on: what was chosen is masked, and what is left is said. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_FORMAT, parseAudioFormat, type AudioFormat } from '../audio/format';
import type { HttpRecord } from '../trace/records';
import type { CutOptions, Rewritten } from './cut';
import { HeldNotes, userNoteIn } from './heldNotes';
import { keyShapes } from './keyShapes';
import { MASKS, maskMessage, words, type Mask, type MaskCounts } from './mask';
import { Source, type SourceLine } from './source';
import { originsOf, Target } from './target';

export interface ShareOptions extends CutOptions {
  masks: readonly Mask[];
}

/** Something in the copy that has the shape of a key or of personal data. */
export interface Suspect {
  /** Line of the trace, counted from 1, and the message's number where it is one. */
  line: number;
  seq?: number;
  shape: string;
}

/** What leaves with the copy, and what does not. */
export interface ShareReport {
  /** By kind: how many values are in the trace, and their size (characters; bytes of audio). */
  found: MaskCounts;
  masked: readonly Mask[];
  /** Texts that are no JSON, and binary messages: left out whole as soon as anything is masked. */
  opaque: number;
  /** What stays, as it stands in the copy: each at most ten, with how many there are. */
  stays: { what: string; count: number; examples: string[] }[];
  /** At most a hundred; `suspectCount` has them all. */
  suspects: Suspect[];
  suspectCount: number;
}

const MOST_SUSPECTS = 100;
const MOST_EXAMPLES = 10;
/** Characters of an example. */
const LONGEST_EXAMPLE = 80;
/** Stands for a whole message nobody can look into; docs/trace-format.md. */
const WHOLE = '[redacted]';

/**
 * Looks through a trace as `share` would make it. With `out` undefined nothing is written: a preview. Rejects when the trace
 * cannot be read or the copy not be written.
 */
export async function share(
  file: string,
  out: string | undefined,
  options: ShareOptions,
): Promise<Rewritten & { report: ShareReport }> {
  const source = await Source.open(file);
  const sharer = new Sharer(new Set(options.masks), out ?? path.join(tmpdir(), 'realtime-inspector-preview'));
  let target: Target | undefined;
  try {
    let lines = 0;
    for await (const batch of source.batches(options)) {
      if (out !== undefined && target === undefined) {
        const [header] = source.headers;
        target = new Target(out, {
          startedAt: header?.startedAt ?? new Date(0).toISOString(),
          generator: options.generator,
          madeBy: 'share',
          ...originsOf(header),
          continues: header?.continues,
          over: options.over,
        });
      }
      for (const line of batch) {
        lines += 1;
        if (target !== undefined) sharer.joined(source, line, target);
        sharer.take(line, target);
      }
    }
    if (lines === 0) throw new Error(`There is nothing in ${file} to share.`);
    sharer.finish(target);
    await target?.finish();
    return {
      made: target === undefined ? [] : [{ file: target.file, lines: target.lines }],
      notes: sharer.notes,
      problems: source.problems,
      report: sharer.report(),
    };
  } catch (error) {
    sharer.discard();
    target?.discard();
    throw error;
  } finally {
    await source.close();
  }
}

/** Values that stay, told apart. */
class Kept {
  readonly #values = new Map<string, Set<string>>();

  add(what: string, value: string): void {
    if (value === '') return;
    const known = this.#values.get(what) ?? new Set();
    // Distinct ones are counted as far as anybody would read.
    if (known.size < 10_000) known.add(value);
    this.#values.set(what, known);
  }
  list(): ShareReport['stays'] {
    return [...this.#values].map(([what, values]) => ({
      what,
      count: values.size,
      examples: [...values].slice(0, MOST_EXAMPLES).map((value) => value.slice(0, LONGEST_EXAMPLE)),
    }));
  }
}

class Sharer {
  readonly notes: string[] = [];
  readonly #masks: ReadonlySet<Mask>;
  readonly #found = Object.fromEntries(MASKS.map((mask) => [mask, { values: 0, size: 0 }])) as MaskCounts;
  readonly #formats = new Map<string, { client: AudioFormat; server: AudioFormat }>();
  readonly #kept = new Kept();
  readonly #suspects: Suspect[] = [];
  #suspectCount = 0;
  readonly #notes: HeldNotes;
  #lastT = 0;
  #opaque = 0;
  #unread = 0;
  #part = 1;

  /** Notes that do not fit into memory wait beside `file`. */
  constructor(masks: ReadonlySet<Mask>, file: string) {
    this.#masks = masks;
    this.#notes = new HeldNotes(file);
  }

  /** Writes the header under which a line stands, where traces were joined. */
  joined(source: Source, { part }: SourceLine, target: Target): void {
    if (part === this.#part) return;
    this.finish(target);
    this.#part = part;
    const header = source.headers[part - 1];
    if (header !== undefined) target.header(header);
  }

  take(line: SourceLine, target: Target | undefined): void {
    const { parsed } = line;
    if (line.t !== undefined && userNoteIn(line) === undefined) this.#lastT = line.t - line.shift;
    if (parsed.kind === 'event') this.#takeEvent(line, target);
    else if (parsed.kind === 'unreadable') this.#unread += 1;
    else {
      const { record } = parsed;
      switch (record.kind) {
        case 'open':
          this.#kept.add('addresses', record.url);
          this.#kept.add('addresses', record.upstream);
          for (const [name, value] of Object.entries({ ...record.headers, ...record.responseHeaders }))
            if (CARRIES.test(name)) this.#kept.add('headers that every connection has (by name)', name.toLowerCase());
            else this.#kept.add('headers', `${name}: ${String(value)}`);
          break;
        case 'http':
          this.#kept.add('addresses', record.url);
          break;
        case 'note': {
          const note = userNoteIn(line);
          if (note !== undefined) {
            this.#notes.hold(note, line.number);
            return;
          }
          this.#kept.add('remarks', record.text);
          break;
        }
        case 'close':
          this.#kept.add('reasons of closes', record.reason);
          break;
        default:
      }
      const shared = record.kind === 'http' ? this.#maskedCall(record) : record;
      this.#look(line, JSON.stringify(shared), undefined);
      if (shared === record) target?.verbatim(line.data);
      else target?.record(shared);
    }
  }

  /** Writes the user's notes, as they were in the end, behind what stands under one header. */
  finish(target: Target | undefined): void {
    const isMasked = this.#masks.has('notes');
    for (const { note, line } of this.#notes.release(this.#lastT)) {
      if (note.text !== '') this.#count('notes', note.text);
      const text = isMasked ? words(note.text) : note.text;
      if (!isMasked) this.#kept.add('notes', text);
      this.#look({ number: line }, text, note.seq);
      target?.record({ ...note, text });
    }
  }

  /** Nothing comes of it. */
  discard(): void {
    this.#notes.discard();
  }

  #takeEvent(line: SourceLine, target: Target | undefined): void {
    if (line.parsed.kind !== 'event') return;
    const { head, body } = line.parsed;
    const { type = '', session, from } = head;
    const place = body && line.data.subarray(body.start, body.end);
    const text = body === undefined || body.format === 'base64' ? undefined : textOf(body.format, place);
    const formats = this.#formats.get(`${line.part} ${session}`) ?? { client: DEFAULT_FORMAT, server: DEFAULT_FORMAT };
    const masked =
      text === undefined
        ? undefined
        : maskMessage(text, type, {
            masks: this.#masks,
            silence: SILENCE[formats[from].codec],
            found: (mask, _pointer, value) => this.#count(mask, value),
          });
    if (text !== undefined && /^(?:session|transcription_session)\.(?:created|updated)$/.test(type))
      this.#takeConfiguration(`${line.part} ${session}`, text);
    if (masked === undefined && body !== undefined) {
      this.#opaque += 1;
      if (this.#masks.size > 0) {
        const whole = Buffer.from(JSON.stringify(WHOLE));
        target?.event({ ...withoutOpcode(head), redacted: [''] }, 'event', whole);
        return;
      }
    }
    this.#look(line, withoutAudio(masked?.text ?? text ?? ''), head.seq);
    if (masked === undefined || masked.pointers.length === 0 || body === undefined) {
      target?.verbatim(line.data);
      return;
    }
    const redacted = listed([...(head.redacted ?? []), ...masked.pointers]);
    const written =
      body.format === 'text' ? Buffer.from(JSON.stringify(masked.text).slice(1, -1)) : Buffer.from(masked.text);
    target?.event({ ...head, redacted }, body.format, written);
  }

  #count(mask: Mask, value: string): void {
    const count = this.#found[mask];
    count.values += 1;
    count.size += mask === 'audio' ? Buffer.byteLength(value, 'base64') : value.length;
  }

  /** Bodies of calls hold configurations: the same masks go over them. */
  #maskedCall(record: HttpRecord): HttpRecord {
    const shared = { ...record };
    const redacted = [...(record.redacted ?? [])];
    for (const name of ['requestBody', 'responseBody'] as const) {
      const body = record[name];
      if (body === undefined) continue;
      const masked = maskMessage(body, '', {
        masks: this.#masks,
        silence: 0,
        found: (mask, _pointer, value) => this.#count(mask, value),
      });
      if (masked === undefined) {
        this.#opaque += 1;
        if (this.#masks.size > 0) shared[name] = WHOLE;
      } else if (masked.pointers.length > 0) {
        shared[name] = masked.text;
        redacted.push(...masked.pointers);
      }
    }
    const isSame = shared.requestBody === record.requestBody && shared.responseBody === record.responseBody;
    if (isSame) return record;
    return { ...shared, redacted: listed(redacted) };
  }

  /** What the copy holds of a session, and in which codec its audio is. */
  #takeConfiguration(key: string, text: string): void {
    const session = objectOf(objectOf(parsed(text)).session);
    const audio = objectOf(session.audio);
    this.#formats.set(key, {
      client: parseAudioFormat(objectOf(audio.input).format ?? session.input_audio_format) ?? DEFAULT_FORMAT,
      server: parseAudioFormat(objectOf(audio.output).format ?? session.output_audio_format) ?? DEFAULT_FORMAT,
    });
    if (typeof session.model === 'string') this.#kept.add('models', session.model);
    const tools = Array.isArray(session.tools) ? session.tools : [];
    for (const tool of tools) {
      const { name, server_label: label } = objectOf(tool);
      this.#kept.add('tools (names, descriptions, parameters)', String(name ?? label ?? ''));
    }
  }

  #look(line: Pick<SourceLine, 'number'>, text: string, seq: number | undefined): void {
    // In JSON a line break is a backslash and a letter, which must not stand before what is looked for.
    for (const shape of keyShapes(text.replace(/\\(?:u[0-9a-fA-F]{4}|.)/g, ' '))) {
      this.#suspectCount += 1;
      if (this.#suspects.length < MOST_SUSPECTS)
        this.#suspects.push({ line: line.number, ...(seq === undefined ? {} : { seq }), shape });
    }
  }

  report(): ShareReport {
    if (this.#unread > 0) this.notes.push(`${this.#unread} lines that cannot be read are left out.`);
    return {
      found: this.#found,
      masked: [...this.#masks],
      opaque: this.#opaque,
      stays: this.#kept.list(),
      suspects: this.#suspects,
      suspectCount: this.#suspectCount,
    };
  }
}

/** Headers that tell how, and not who or what. */
const CARRIES =
  /^(?:sec-websocket-(?:key|version|accept|extensions)|upgrade|connection|host|date|content-length|transfer-encoding|accept(?:-encoding)?|cache-control|pragma)$/i;

const SILENCE = { pcm16: 0, mulaw: 0xff, alaw: 0xd5 } as const;

/** Pointers stand in a head, which must stay short. */
const listed = (pointers: readonly string[]): string[] => {
  const distinct = [...new Set(pointers)];
  return distinct.reduce((sum, { length }) => sum + length, 0) > 8192 ? [''] : distinct;
};

function withoutOpcode<T extends { opcode?: unknown }>({ opcode: _opcode, ...head }: T): Omit<T, 'opcode'> {
  return head;
}

function textOf(format: 'event' | 'text', place: Buffer | undefined): string | undefined {
  if (place === undefined) return undefined;
  const raw = place.toString('utf8');
  return format === 'event' ? raw : String(parsed(`"${raw}"`) ?? '');
}

/** Audio holds no words, and base64 of it may look like anything. */
const withoutAudio = (text: string) => text.replace(/"(?:audio|delta)"\s*:\s*"[A-Za-z0-9+/=_-]{200,}"/g, '""');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
