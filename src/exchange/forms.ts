/** The forms in which a trace is handed on: data alone, for whoever lets people choose. */

/** Forms that are files, with what each is and the usual ending of its name. */
export const EXPORTS = {
  har: { title: 'HAR with WebSocket messages, as browsers write it', ending: '.har' },
  wav: { title: 'what was heard: the user left, the model right', ending: '.wav' },
  'wav-input': { title: 'what the microphone sent', ending: '.wav' },
  'wav-output': { title: 'what was heard of the model', ending: '.wav' },
  transcript: { title: 'what was said, as Markdown', ending: '.md' },
  vtt: { title: 'what was said, as WebVTT captions of the sound', ending: '.vtt' },
  'transcript-json': { title: 'what was said, as JSON', ending: '.transcript.json' },
  perfetto: { title: 'all spans, for ui.perfetto.dev and chrome://tracing', ending: '.perfetto.json' },
  csv: { title: 'turns with their latencies, tokens and cost', ending: '.csv' },
} as const;
export type ExportKind = keyof typeof EXPORTS;
export const EXPORT_KINDS = Object.keys(EXPORTS) as ExportKind[];

/** Forms of text that can be written anywhere as they are made. */
export type TextKind = 'transcript' | 'vtt' | 'transcript-json' | 'perfetto' | 'csv';
export function isText(kind: ExportKind): kind is TextKind {
  return kind !== 'har' && !kind.startsWith('wav');
}
