/** `realtime-inspector check TRACE --expect FILE`: a trace held against expectations. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { UserPrices } from '../analysis/prices';
import { checkTrace } from '../expect/checkTrace';
import { junitXml } from '../expect/junit';
import { formatCheck } from '../expect/reportText';
import type { CheckReport } from '../expect/results';

/** How the command talks and reads prices. */
export interface CheckVoice {
  say(line: string): void;
  print(text: string): Promise<void>;
  readPrices(file: string): Promise<UserPrices>;
}

interface CheckOptions {
  expect: string;
  junit?: string;
  json?: boolean;
  prices?: string;
}

/** Adds the command. */
export function addCheckCommand(program: Command, { say, print, readPrices }: CheckVoice): void {
  program
    .command('check <trace...>')
    .description('hold traces against a file of expectations; exit 0 when all hold, 1 when one does not, 2 unreadable')
    .requiredOption('--expect <file>', 'the expectations (.jsonc, .yaml)')
    .option('--junit <file>', 'write the results as JUnit XML as well')
    .option('--json', 'print the results as JSON')
    .option('--prices <file>', 'your own prices, as in the setting realtimeInspector.prices')
    .action(async (traces: string[], options: CheckOptions) => {
      const prices = options.prices === undefined ? undefined : await readPrices(options.prices);
      const reports: CheckReport[] = [];
      for (const trace of traces) reports.push(await checkTrace(trace, options.expect, prices));
      if (options.junit !== undefined) {
        await writeFile(options.junit, junitXml(reports));
        say(`Wrote ${options.junit}.`);
      }
      const told = reports.length === 1 ? reports[0] : reports;
      const text = reports.map((report) => (reports.length > 1 ? `${report.trace}\n` : '') + formatCheck(report));
      await print(options.json === true ? `${JSON.stringify(told, null, 2)}\n` : text.join('\n'));
      if (reports.some(({ passed }) => !passed)) process.exitCode = 1;
    });
}
