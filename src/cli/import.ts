/** `realtime-inspector import FILE -o TRACE`: files of other programs as traces. */
import path from 'node:path';
import { Option, type Command } from 'commander';
import { importFile } from '../exchange/import';
import { FORMAT_TITLES, IMPORT_FORMATS, type ImportFormat, type ImportReport } from '../exchange/model';
import { TRACE_EXTENSION } from '../trace/records';
import type { Voice } from './rewrite';
import { failOnUnreadable, failUnreadable } from './usage';

interface ImportArguments {
  out?: string;
  format?: ImportFormat;
  url?: string;
  json?: boolean;
  failOn?: 'unreadable';
}

/** Adds the command. */
export function addImportCommand(program: Command, { say, print, generator }: Voice): void {
  program
    .command('import <file>')
    .description('make a trace of a HAR, lines or a list of events, a test cassette or a console log')
    .option('-o, --out <file>', 'the trace; beside the file unless given')
    .addOption(
      new Option('--format <format>', 'what the file is; told by its content unless given').choices(IMPORT_FORMATS),
    )
    .option('--url <url>', 'the address of the sessions, for formats that have none')
    .option('--json', 'print the report as JSON')
    .addOption(failOnUnreadable())
    .action(async (file: string, given: ImportArguments) => {
      const out = path.resolve(given.out ?? besides(file));
      const report = await importFile(file, out, {
        generator,
        ...(given.format === undefined ? {} : { format: given.format }),
        ...(given.url === undefined ? {} : { url: given.url }),
      });
      for (const line of formatImport(report)) say(line);
      if (given.json === true) await print(`${JSON.stringify(report, null, 2)}\n`);
      failUnreadable(given, report.problems.length, say);
    });
}

const besides = (file: string) => `${file.replace(/(?:\.realtime)?\.[A-Za-z0-9]+$/, '')}${TRACE_EXTENSION}`;

/** The report for people, line by line. */
export function formatImport(report: ImportReport): string[] {
  const { format, writer, sessions, messages, redacted } = report;
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const by = writer === '' ? '' : ` by ${writer}`;
  return [
    `${report.file}: ${FORMAT_TITLES[format]}${by}; ${count(sessions.length, 'session')}, ${count(messages, 'message')}.`,
    ...(redacted > 0 ? [`Secrets were replaced in ${count(redacted, 'message')}.`] : []),
    ...report.guessed.map((text) => `Guessed: ${text}`),
    ...report.lost.map((text) => `Not carried over: ${text}`),
    ...report.problems.map((text) => `Could not be read: ${text}`),
    `Wrote ${report.out}.`,
  ];
}
