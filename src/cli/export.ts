/** `realtime-inspector export TRACE --as FORM`: a trace for other programs. */
import path from 'node:path';
import { Option, type Command } from 'commander';
import type { UserPrices } from '../analysis/prices';
import { exportFile, exportText } from '../exchange/export';
import { EXPORT_KINDS, EXPORTS, isText, type ExportKind } from '../exchange/forms';
import type { ExportReport } from '../exchange/model';
import { exportOtlp, otlpRequests } from '../exchange/write/otlp';
import { headersOf, tracesAddress } from '../exchange/write/otlpAddress';
import { redactUrl } from '../trace/redact';
import { time, type Voice } from './rewrite';
import { failOnUnreadable, failUnreadable, UsageError } from './usage';

interface ExportArguments {
  as: ExportKind | 'otlp';
  out?: string;
  to?: string;
  session?: string;
  from?: number;
  until?: number;
  prices?: string;
  header?: string[];
  content?: boolean;
  dryRun?: boolean;
  json?: boolean;
  failOn?: 'unreadable';
}

/** Adds the command. `readPrices` reads the file of `--prices`. */
export function addExportCommand(
  program: Command,
  { say, print, generator, readPrices }: Voice & { readPrices(file: string): Promise<UserPrices> },
): void {
  const forms = [
    ...EXPORT_KINDS.map((kind) => `  ${kind.padEnd(16)} ${EXPORTS[kind].title}`),
    `  ${'otlp'.padEnd(16)} spans and metrics for a collector of OpenTelemetry (--to)`,
  ];
  program
    .command('export <trace>')
    .description('write a trace for other programs, or send its spans to a collector')
    .addOption(new Option('--as <form>', 'what to make of it').choices([...EXPORT_KINDS, 'otlp']).makeOptionMandatory())
    .option('-o, --out <file>', 'the file; forms of text go to stdout without it')
    .option('--to <url>', 'of otlp: the collector, e.g. http://localhost:4318')
    .option('--session <id>', 'only this session')
    .addOption(new Option('--from <time>', 'of wav: where the sound begins: seconds, or m:ss.s').argParser(time))
    .addOption(new Option('--until <time>', 'of wav: where it ends').argParser(time))
    .option('--prices <file>', 'your own prices, as in the setting realtimeInspector.prices')
    .option('--header <name=value...>', 'of otlp: headers of the requests; better in OTEL_EXPORTER_OTLP_HEADERS')
    .option('--content', 'of otlp: send what was said, and arguments and outputs of tools, too')
    .option('--dry-run', 'of otlp: print what would be sent, and send nothing')
    .option('--json', 'print the report as JSON (on stderr where the export itself is on stdout)')
    .addOption(failOnUnreadable())
    .addHelpText('after', `\nForms:\n${forms.join('\n')}\n\n"inspect --html" makes a page to hand on.`)
    .action(async (trace: string, given: ExportArguments) => {
      check(given);
      const { as, out, session, from, until } = given;
      const options = {
        generator,
        ...(from === undefined && until === undefined
          ? {}
          : { range: { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { to: until }) } }),
        ...(session === undefined ? {} : { session }),
        ...(given.prices === undefined ? {} : { prices: await readPrices(given.prices) }),
      };
      const tell = async (report: ExportReport, isStdoutTaken: boolean): Promise<void> => {
        for (const line of formatExport(report)) say(line);
        failUnreadable(given, report.problems.length, say);
        if (given.json !== true) return;
        if (isStdoutTaken) say(JSON.stringify(report));
        else await print(`${JSON.stringify(report, null, 2)}\n`);
      };
      if (as === 'otlp') {
        const otlp = {
          ...options,
          headers: {
            ...headersOf(process.env.OTEL_EXPORTER_OTLP_HEADERS ?? ''),
            ...headersOf((given.header ?? []).join(',')),
          },
          content: given.content ?? false,
        };
        if (given.dryRun !== true) return tell(await exportOtlp(trace, given.to ?? '', otlp), false);
        const { requests, metrics, report } = await otlpRequests(trace, otlp);
        await print(`${JSON.stringify([...requests, ...metrics], null, 2)}\n`);
        if (given.to !== undefined)
          say(`Nothing was sent. This would go to ${redactUrl(tracesAddress(given.to).href)}.`);
        return tell({ ...report, files: [] }, true);
      }
      if (out !== undefined) return tell(await exportFile(trace, as, path.resolve(out), options), false);
      if (!isText(as)) throw new UsageError(`-o is needed: ${as} is no text for a terminal.`);
      await tell({ ...(await exportText(trace, as, print, options)), files: [] }, true);
    });
}

function check({ as, out, to, from, until, dryRun, header, content }: ExportArguments): void {
  if ((from !== undefined || until !== undefined) && !as.startsWith('wav'))
    throw new UsageError('--from and --until are for sound: use "realtime-inspector trim", and export what it makes.');
  if (as === 'otlp') {
    if (out !== undefined)
      throw new UsageError('otlp is sent, not written: --to names the collector, --dry-run prints it.');
    if (to === undefined && dryRun !== true)
      throw new UsageError('--to is needed: the collector, e.g. http://localhost:4318.');
  } else if (to !== undefined || dryRun === true || header !== undefined || content === true)
    throw new UsageError('--to, --header, --content and --dry-run are for otlp.');
}

/** The report for people, line by line. */
export function formatExport({ as, files, counts, lost, guessed, problems }: ExportReport): string[] {
  const told = Object.entries(counts).map(([name, count]) => `${count} ${count === 1 ? name.replace(/s$/, '') : name}`);
  return [
    ...problems.map((text) => `Of the trace: ${text}`),
    ...guessed.map((text) => `Guessed: ${text}`),
    ...lost.map((text) => `Not carried over: ${text}`),
    ...files.map(({ file, bytes }) => `Wrote ${file} (${bytes} bytes).`),
    `${as}: ${told.join(', ')}.`,
  ];
}
