/** What was said, as Markdown to read, WebVTT beside the sound, or JSON to work with. Times are those of the session. */
import type { ConversationEntry } from '../../analysis/conversation/model';
import type { Playback } from '../../analysis/model';
import { Remarks, type ExportReport } from '../model';
import { analysed, wallTime, type Analysed, type AnalysedSession, type Chosen } from './analysed';

export type TranscriptKind = 'transcript' | 'vtt' | 'transcript-json';

/** Takes text as it is made. */
export type Write = (text: string) => Promise<void>;

/** Entries of a conversation read at a time. */
const PAGE = 500;

/** One thing said, called or answered. */
export interface Said {
  session: string;
  /** ms since the session began; of an answer, when it is heard. */
  start: number;
  end: number;
  /** When it was, ISO 8601; '' when the trace does not say. */
  at: string;
  who: 'user' | 'assistant' | 'system' | 'tool';
  kind: 'message' | 'call' | 'output';
  text: string;
  /** Characters left out at the end: the analysis keeps 8000. */
  cut: number;
  name?: string;
  call?: string;
  item: string;
  response: string;
  status: string;
  /** Of a spoken answer: ms made and heard of it. */
  generatedMs?: number;
  heardMs?: number;
  /** How the end of what was heard is known. */
  cutBy?: Playback['cutBy'];
}

/** Writes the transcript of all sessions, or of one. */
export async function exportTranscript(
  trace: string,
  kind: TranscriptKind,
  write: Write,
  chosen: Chosen,
): Promise<Omit<ExportReport, 'files'>> {
  const whole = await analysed(trace, chosen);
  const lost = new Remarks();
  const counts = { sessions: 0, entries: 0 };
  try {
    if (kind === 'vtt' && whole.sessions.length > 1)
      throw new Error(
        `A WebVTT file is of one session: name one with --session (${whole.sessions.map(({ id }) => id).join(', ')}).`,
      );
    const format = FORMATS[kind];
    await write(format.begin());
    let isFirst = true;
    for (const session of whole.sessions) {
      counts.sessions += 1;
      await write(format.session?.(session, whole) ?? '');
      for await (const said of kind === 'vtt' ? inTime(saidIn(whole, session, lost)) : saidIn(whole, session, lost)) {
        counts.entries += 1;
        if (kind === 'vtt' && isUnheard(said)) lost.add('Answers of which nothing was heard have no caption');
        await write(format.said(said, isFirst));
        isFirst = false;
      }
    }
    await write(format.end());
    if (kind !== 'transcript-json')
      lost.once('Images, times of single words and what the events hold besides are not in it.');
    return { trace, as: kind, counts, lost: lost.list(), guessed: guesses(whole), problems: whole.problems };
  } finally {
    await whole.close();
  }
}

const guesses = ({ report }: Analysed): string[] =>
  report.playback.length > 0 ? ['Answers stand where a client that plays them as they come lets them be heard.'] : [];

/** In the order of their beginnings, as WebVTT wants its cues: a conversation puts what was heard late where it belongs. */
async function* inTime(said: AsyncIterable<Said>): AsyncGenerator<Said> {
  const all: Said[] = [];
  for await (const one of said) all.push(one);
  yield* all.sort((a, b) => a.start - b.start);
}

/** What was said in a session, in the order of the conversation. */
async function* saidIn(whole: Analysed, session: AnalysedSession, lost: Remarks): AsyncGenerator<Said> {
  const playback = new Map(session.playback.map((one) => [one.item, one]));
  for (let from = 0; ;) {
    const page = await whole.reading.document.conversation({ session: session.id, from, count: PAGE });
    for (const entry of page.entries) {
      const said = saidOf(entry, playback.get(entry.item), session, whole);
      if (!said) continue;
      if (said.cut > 0) lost.add('Texts longer than 8000 characters are cut');
      if (said.text === '' && said.kind === 'message')
        lost.add('Messages whose words are not known (no transcript, or an image)');
      yield said;
    }
    from += page.entries.length;
    if (page.entries.length === 0 || from >= page.total) return;
  }
}

function saidOf(
  entry: ConversationEntry,
  heard: Playback | undefined,
  session: AnalysedSession,
  whole: Analysed,
): Said | undefined {
  const { kind, role, item, response, call, status, name } = entry;
  // What was never heard stands where it came: the place it would have had may lie behind the session's end.
  const spoken = heard && role === 'assistant' && heard.heardMs > 0 ? heard : undefined;
  const started = spoken?.playsFrom ?? entry.t;
  const ended = spoken?.playsTo ?? entry.end ?? started;
  const common = {
    session: session.id,
    start: Math.max(0, started - session.start),
    end: Math.max(0, Math.max(started, ended) - session.start),
    at: wallTime(whole, started),
    item,
    response,
    status,
  };
  if (kind === 'message') {
    const parts = entry.parts.filter(({ text }) => text !== '');
    return {
      ...common,
      who: role === '' ? 'assistant' : role,
      kind,
      text: parts.map(({ text }) => text).join('\n'),
      cut: parts.reduce((sum, { cut }) => sum + cut, 0),
      ...(heard && role === 'assistant'
        ? { generatedMs: heard.generatedMs, heardMs: heard.heardMs, cutBy: heard.cutBy }
        : {}),
    };
  }
  if (kind === 'call' || kind === 'mcpCall')
    return { ...common, who: 'assistant', kind: 'call', text: entry.arguments, cut: 0, name, call };
  if (kind === 'output') return { ...common, who: 'tool', kind: 'output', text: entry.output, cut: 0, name, call };
  return undefined;
}

interface Format {
  begin(): string;
  session?(session: AnalysedSession, whole: Analysed): string;
  said(said: Said, isFirst: boolean): string;
  end(): string;
}

const TITLES: Record<Said['who'], string> = { user: 'User', assistant: 'Assistant', system: 'System', tool: 'Tool' };

const FORMATS: Record<TranscriptKind, Format> = {
  transcript: {
    begin: () => '# Transcript\n',
    session: ({ id, label, start }, whole) =>
      `\n## ${escapeMarkdown(id)}${label === '' ? '' : `: ${escapeMarkdown(label)}`}\n\n${wallTime(whole, start)}\n`,
    said: (said) => {
      const time = clock(said.start);
      const name = said.name ? ` ${code(said.name)}` : '';
      if (said.kind === 'call') return `\n**${time} Call**${name}: ${code(said.text)}\n`;
      if (said.kind === 'output') return `\n**${time} Output**${name}: ${code(said.text)}\n`;
      return `\n**${time} ${TITLES[said.who]}**${interruption(said)}: ${escapeMarkdown(said.text) || '*(no words)*'}\n`;
    },
    end: () => '',
  },
  vtt: {
    begin: () => 'WEBVTT\n',
    said: (said) => {
      if (said.kind !== 'message' || said.text === '' || isUnheard(said)) return '';
      // A cue lasts some time, or it is never shown.
      const end = Math.max(said.end, said.start + 500);
      return `\n${cueTime(said.start)} --> ${cueTime(end)}\n<v ${TITLES[said.who]}>${escapeCue(said.text)}\n`;
    },
    end: () => '',
  },
  'transcript-json': {
    begin: () => '[',
    said: (said, isFirst) => `${isFirst ? '' : ','}\n${JSON.stringify(said, rounded)}`,
    end: () => '\n]\n',
  },
};

/** Times to the microsecond, as a trace has them. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;

/** So little is left of an answer's end by rounding, ms. */
const LEAST_CUT = 50;

function interruption({ generatedMs = 0, heardMs = 0, cutBy }: Said): string {
  if (generatedMs - heardMs < LEAST_CUT) return '';
  return ` (${cutBy === 'close' ? 'the client closed' : 'interrupted'}: ${(heardMs / 1000).toFixed(1)} s of ${(generatedMs / 1000).toFixed(1)} s heard)`;
}

/** An answer with sound of which nothing was heard: no caption goes with it. */
const isUnheard = ({ generatedMs = 0, heardMs = 0 }: Said): boolean => generatedMs > 0 && heardMs <= 0;

/** `1:02.3`, `1:00:02.3`. */
function clock(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const [hours, minutes, seconds] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
  const tail = seconds.toFixed(1).padStart(4, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** As WebVTT wants it: `00:01:02.345`. */
function cueTime(ms: number): string {
  const whole = Math.round(ms);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(whole / 3_600_000)}:${two((whole / 60_000) % 60)}:${two((whole / 1000) % 60)}.${String(whole % 1000).padStart(3, '0')}`;
}

/** What was said is text and nothing else, whatever it holds. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]/gu, (char) => (char === '\n' ? '\n' : ' '))
    .replace(/[\\`*_[\]<>#|~&!]/g, (char) => (char === '<' ? '&lt;' : char === '&' ? '&amp;' : `\\${char}`))
    .replace(
      /^(\s*)([-+=]|\d+[.)])/gm,
      (_all, space: string, mark: string) => `${space.trim()}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
    )
    .replace(/\n+/g, '  \n');
}

/** Code that ends where it ends: the fence is longer than any in it. */
function code(text: string): string {
  const plain = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${plain} ${fence}`;
}

export function escapeCue(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, (run) => (run.includes('\n') ? '\n' : ' '))
    .trim();
}
