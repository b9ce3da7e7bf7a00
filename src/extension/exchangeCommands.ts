/** Commands that take in files of other programs and hand traces on to them. */
import path from 'node:path';
import * as vscode from 'vscode';
import { EXPORT_KINDS, EXPORTS, type ExportKind } from '../exchange/forms';
import { runExchange, type ExchangeJobs } from '../exchange/jobs';
import { FORMAT_TITLES, type ExportReport, type ImportReport } from '../exchange/model';
import { headersOf, tracesAddress } from '../exchange/write/otlpAddress';
import type { WavKind } from '../exchange/write/wav';
import type { Range } from '../rewrite/cut';
import { TRACE_EXTENSION } from '../trace/records';
import { askForFiles } from './diskFiles';
import { tellExport } from './exportTold';
import { freeName } from './freeName';
import type { Host } from './host';
import { askForPlace, type Place } from './outPlace';
import type { Choice } from './pickers';
import { plain } from './plainText';
import { withProgress } from './progress';
import type { Reports } from './reports';
import { asRange } from './rewriteCommands';

const COLLECTOR = 'exchange.collector';

/** The handlers by the names of their commands. `pathOf` is the file a menu was opened on, `front` the trace in front. */
export function exchangeCommands(
  host: Host,
  reports: Reports,
  pathOf: (argument: unknown) => string | undefined,
  front: () => string | undefined,
): Record<string, (argument?: unknown, more?: unknown) => unknown> {
  const generator = `realtime-inspector/${String(host.context.extension.packageJSON.version)}`;

  /** Runs work with progress; undefined when the user stopped it. */
  const working = async <N extends keyof ExchangeJobs>(
    title: string,
    job: N,
    params: ExchangeJobs[N]['params'],
  ): Promise<ExchangeJobs[N]['result'] | undefined> =>
    withProgress(title, (underWay) => runExchange(job, params, { workers: host.dist, generator, ...underWay }));

  const importTrace = async (argument: unknown) => {
    const file = pathOf(argument) ?? (await askForFile());
    if (file === undefined) return;
    // The folder is made as a recording's is, so that no repository takes up what people said.
    const { folder } = await host.surroundings();
    const stem = path.basename(file).replace(/(?:\.realtime)?\.[A-Za-z0-9]+$/, '');
    const out = freeName(folder, stem, TRACE_EXTENSION);
    const report = await working(`Importing ${path.basename(file)}`, 'import', { file, out });
    if (!report) return;
    await host.openTrace(out);
    await tell(reports, `Import of ${path.basename(file)}.txt`, importText(report), summaryOf(report));
  };

  /** `proposed` is the file that a name is made of; or the range selected in a page, of which the sound is wanted. */
  const exportTrace = async (argument: unknown, proposed?: unknown) => {
    const trace = pathOf(argument) ?? front();
    if (trace === undefined) throw new Error('Open the trace first, or choose the command on it in the Traces view.');
    const range = asRange(proposed);
    if (range !== undefined) return exportSound(trace, range);
    const kind = await chooseForm(path.basename(trace));
    if (kind === undefined) return;
    if (kind === 'otlp') return sendSpans(trace);
    const place = await askWhere(trace, typeof proposed === 'string' ? proposed : trace, kind);
    if (place === undefined) return;
    const { file: out, over } = place;
    const report = await working(`Writing ${path.basename(out)}`, 'export', { trace, kind, out, over });
    if (!report) return;
    await tellExport(host.log, reports, report, exportText(report));
  };

  /** Gives the file that was made; undefined when the user thought better of it. */
  const exportSound = async (trace: string, { from, to, sessions }: Range): Promise<string | undefined> => {
    const kind = await chooseSound();
    const place = kind && (await askWhere(trace, trace, kind));
    if (kind === undefined || place === undefined) return undefined;
    const { file: out, over } = place;
    const [session] = sessions ?? [];
    const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const params = { trace, kind, out, over, range, ...(session === undefined ? {} : { session }) };
    const report = await working(`Writing ${path.basename(out)}`, 'export', params);
    if (!report) return undefined;
    void tellExport(host.log, reports, report, exportText(report));
    return out;
  };

  const sendSpans = async (trace: string) => {
    const to = await vscode.window.showInputBox({
      title: 'Send spans to a collector of OpenTelemetry',
      prompt: 'Its address. Keys belong into the environment variable OTEL_EXPORTER_OTLP_HEADERS.',
      value: host.context.workspaceState.get(COLLECTOR, 'http://localhost:4318'),
      validateInput: (text) => {
        try {
          tracesAddress(text);
          return undefined;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      },
    });
    if (to === undefined) return;
    const content = await chooseContent();
    if (content === undefined) return;
    const seen = await working('Making spans', 'preview', { trace, content });
    if (!seen) return;
    await reports.show('Spans to send.json', `${seen.text}\n`);
    const send = 'Send';
    const address = tracesAddress(to).href;
    const question = `This is what would be sent to ${address}: ${count(seen.report.counts['spans'] ?? 0, 'span')}, and metrics. Nothing has been sent yet.`;
    if ((await vscode.window.showInformationMessage(plain(question), send)) !== send) return;
    await host.context.workspaceState.update(COLLECTOR, to);
    const headers = headersOf(process.env.OTEL_EXPORTER_OTLP_HEADERS ?? '');
    const report = await working(`Sending spans to ${address}`, 'send', { trace, to, content, headers });
    if (report)
      await tell(
        reports,
        'Spans sent.txt',
        exportText(report),
        `Sent ${count(report.counts['spans'] ?? 0, 'span')} to ${address}.`,
      );
  };

  return { importTrace, exportTrace };
}

const count = (number: number, noun: string) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

/** Says what was done, and what it lacks to who asks. */
async function tell(reports: Reports, name: string, text: string, words: string): Promise<void> {
  const show = 'Show Report';
  if ((await vscode.window.showInformationMessage(plain(words), show)) === show) await reports.show(name, text);
}

function summaryOf({ sessions, messages, lost, guessed, problems }: ImportReport): string {
  const remarks = lost.length + guessed.length + problems.length;
  const more =
    remarks === 0 ? '' : ` The report has ${count(remarks, 'remark')} about what was left out, guessed or unreadable.`;
  return `Imported ${count(messages, 'message')} of ${count(sessions.length, 'session')}.${more}`;
}

function importText(report: ImportReport): string {
  const { format, writer, file, out, sessions, redacted } = report;
  return section([
    [`${file} (${FORMAT_TITLES[format]}${writer === '' ? '' : `, written by ${writer}`}) is ${out}.`, []],
    ['Sessions', sessions.map(({ id, url, messages }) => `${id}: ${messages} messages ${url}`)],
    ['Secrets', redacted > 0 ? [`Replaced in ${redacted} messages.`] : []],
    ['Guessed', report.guessed],
    ['Not carried over', report.lost],
    ['Could not be read', report.problems],
  ]);
}

function exportText({ trace, as, files, counts, guessed, lost, problems }: ExportReport): string {
  return section([
    [`${trace} as ${as}.`, []],
    ['Files', files.map(({ file, bytes }) => `${file} (${bytes} bytes)`)],
    ['Counted', Object.entries(counts).map(([name, count]) => `${name}: ${count}`)],
    ['Guessed', guessed],
    ['Not carried over', lost],
    ['Of the trace', problems],
  ]);
}

function section(parts: readonly [title: string, lines: readonly string[]][]): string {
  return parts
    .filter(([, lines], at) => at === 0 || lines.length > 0)
    .map(([title, lines]) => [title, ...lines.map((line) => `  ${line}`), ''].join('\n'))
    .join('\n');
}

async function askForFile(): Promise<string | undefined> {
  const [picked] = await askForFiles({
    title: 'Import a Recording of Another Program',
    openLabel: 'Import',
    filters: { Recordings: ['har', 'json', 'jsonl', 'ndjson', 'yaml', 'yml', 'txt', 'log'], 'All Files': ['*'] },
  });
  return picked;
}

async function chooseForm(name: string): Promise<ExportKind | 'otlp' | undefined> {
  const choices: Choice<ExportKind | 'otlp'>[] = [
    ...EXPORT_KINDS.map((kind) => ({ label: EXPORTS[kind].label, detail: EXPORTS[kind].title, value: kind })),
    {
      label: 'OpenTelemetry (OTLP)',
      detail: 'spans and metrics for a collector of OpenTelemetry; you see them before they are sent',
      value: 'otlp',
    },
  ];
  const picked = await vscode.window.showQuickPick(choices, { title: `Export ${name} as`, matchOnDetail: true });
  return picked?.value;
}

/** Which sound of a range; undefined when the user thought better of it. */
async function chooseSound(): Promise<WavKind | undefined> {
  const choices: Choice<WavKind>[] = [
    { label: 'Both as heard', detail: 'Stereo: the user left, the model right', value: 'wav' },
    { label: 'Input', detail: 'What the microphone sent', value: 'wav-input' },
    { label: 'Output', detail: 'What was heard of the model', value: 'wav-output' },
  ];
  return (await vscode.window.showQuickPick(choices, { title: 'Export sound of the range' }))?.value;
}

async function chooseContent(): Promise<boolean | undefined> {
  const choices: Choice<boolean>[] = [
    { label: 'Without what was said', detail: 'Times, models, tokens, names of tools', value: false },
    { label: 'With what was said', detail: 'Also words of the model, arguments and outputs of tools', value: true },
  ];
  return (await vscode.window.showQuickPick(choices, { title: 'What goes along' }))?.value;
}

/** Where the export of a trace goes; `proposed` is the file that a name is made of. */
async function askWhere(trace: string, proposed: string, kind: ExportKind): Promise<Place | undefined> {
  const { ending, label } = EXPORTS[kind];
  const stem = `${proposed.replace(/(?:\.realtime)?\.jsonl$/, '')}${kind.startsWith('wav-') ? `.${kind.slice(4)}` : ''}`;
  return askForPlace({ title: `Export: ${label}`, stem, ending, sources: [trace] });
}
