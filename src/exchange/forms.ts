/** The forms in which a trace is handed on: data alone, for whoever lets people choose. */

/** Forms that are files, with what people call each, what it is, and the usual ending of its name. */
export const EXPORTS = {
  html: {
    label: 'Page to read (HTML)',
    title: 'conversations, turns, findings, latencies and cost as one page, without scripts or sound',
    ending: '.html',
  },
  har: { label: 'HAR', title: 'HAR with WebSocket messages, as browsers write it', ending: '.har' },
  wav: { label: 'Sound (WAV), stereo', title: 'what was heard: the user left, the model right', ending: '.wav' },
  'wav-input': { label: 'Sound of the microphone (WAV)', title: 'what the microphone sent', ending: '.wav' },
  'wav-output': { label: 'Sound of the model (WAV)', title: 'what was heard of the model', ending: '.wav' },
  transcript: { label: 'Transcript (Markdown)', title: 'what was said, as Markdown', ending: '.md' },
  vtt: { label: 'Captions (WebVTT)', title: 'what was said, as WebVTT captions of the sound', ending: '.vtt' },
  'transcript-json': { label: 'Transcript (JSON)', title: 'what was said, as JSON', ending: '.transcript.json' },
  perfetto: {
    label: 'Spans for Perfetto (JSON)',
    title: 'all spans, for ui.perfetto.dev and chrome://tracing',
    ending: '.perfetto.json',
  },
  csv: { label: 'Table of turns (CSV)', title: 'turns with their latencies, tokens and cost', ending: '.csv' },
} as const;
export type ExportKind = keyof typeof EXPORTS;
export const EXPORT_KINDS = Object.keys(EXPORTS) as ExportKind[];

/** Forms of text that can be written anywhere as they are made. */
export type TextKind = 'html' | 'transcript' | 'vtt' | 'transcript-json' | 'perfetto' | 'csv';
export function isText(kind: ExportKind): kind is TextKind {
  return kind !== 'har' && !kind.startsWith('wav');
}
