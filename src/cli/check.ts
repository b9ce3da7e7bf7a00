/** `realtime-inspector check TRACE... --expect FILE`: traces held against expectations; `--write FILE` makes a first one. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Option, type Command } from 'commander';
import type { UserPrices } from '../analysis/prices';
import { checkTrace } from '../expect/checkTrace';
import { writeDraft } from '../expect/draftFile';
import { readExpectations } from '../expect/expectationFile';
import { junitXml } from '../expect/junit';
import { formatCheck } from '../expect/reportText';
import type { CheckReport } from '../expect/results';
import { tracesOf } from '../expect/tracesOf';
import { UnreadableFileError } from '../trace/unreadable';
import { plain } from './inspectText';
import { UsageError } from './usage';

/** How the command talks and reads prices. */
export interface CheckVoice {
  say(line: string): void;
  print(text: string): Promise<void>;
  readPrices(file: string): Promise<UserPrices>;
}

interface CheckOptions {
  expect?: string;
  write?: string;
  junit?: string;
  json?: boolean;
  prices?: string;
}

/** Adds the command. */
export function addCheckCommand(program: Command, { say, print, readPrices }: CheckVoice): void {
  program
    .command('check <trace...>')
    .description(
      'hold traces (or a pattern of their names) against a file of expectations; exit 0 when all hold, 1 when one does not, 2 unreadable',
    )
    .option('--expect <file>', 'the expectations (.jsonc, .yaml)')
    .addOption(
      new Option('--write <file>', 'make a first file of expectations of a trace that is as it should be').conflicts(
        'expect',
      ),
    )
    .option('--junit <file>', 'write the results as JUnit XML as well')
    .option('--json', 'print the results as JSON')
    .option('--prices <file>', 'your own prices, as in the setting realtimeInspector.prices')
    .action(async (named: string[], { expect, write, junit, json, prices: pricesFile }: CheckOptions) => {
      if (junit !== undefined && !existsSync(path.dirname(path.resolve(junit))))
        throw new UsageError(`There is no folder ${path.dirname(junit)} for ${junit}.`);
      const prices = pricesFile === undefined ? undefined : await readPrices(pricesFile);
      const traces = await tracesOf(named);
      const reports: CheckReport[] = [];
      if (write !== undefined) {
        const [trace = '', ...more] = traces;
        if (more.length > 0) throw new UsageError(`--write is made of one trace, and there are ${traces.length}.`);
        reports.push(await writeDraft(trace, write, prices));
        say(`Wrote ${write}. Take out what may differ, and say which words of the model matter.`);
      } else {
        if (expect === undefined)
          throw new UsageError('Name the expectations (--expect FILE), or have some made (--write FILE).');
        // What is wrong in them is told once, and not of each trace.
        for (const warning of (await readExpectations(expect)).warnings) say(`Warning: ${plain(warning)}`);
        for (const trace of traces) reports.push(await reportOf(trace, expect, prices));
      }
      if (junit !== undefined) {
        await writeFile(junit, junitXml(reports));
        say(`Wrote ${junit}.`);
      }
      const told = reports.length === 1 ? reports[0] : reports;
      const text = reports.map(
        (report) => (reports.length > 1 ? `${report.trace}\n` : '') + formatCheck({ ...report, warnings: [] }),
      );
      await print(json === true ? `${JSON.stringify(told, null, 2)}\n` : text.join('\n'));
      if (json === true) for (const { error } of reports) if (error !== undefined) say(error);
      if (reports.some(({ error }) => error !== undefined)) process.exitCode = 2;
      else if (reports.some(({ passed }) => !passed)) process.exitCode = 1;
    });
}

/** A trace that cannot be read does not keep the others from being looked at. */
async function reportOf(trace: string, expectations: string, prices: UserPrices | undefined): Promise<CheckReport> {
  try {
    return await checkTrace(trace, expectations, prices);
  } catch (cause) {
    if (!(cause instanceof UnreadableFileError)) throw cause;
    return { trace, expectations, passed: false, results: [], problems: [], error: cause.message };
  }
}
