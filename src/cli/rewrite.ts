/** `trim`, `split`, `merge`, `recover` and `share`: traces made of traces. */
import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { split, trim, type Rewritten, type SplitBy } from '../rewrite/cut';
import { MASKS, type Mask } from '../rewrite/mask';
import { merge } from '../rewrite/merge';
import { recover } from '../rewrite/recover';
import { partName } from '../rewrite/partName';
import { share } from '../rewrite/share';
import { formatShare } from '../rewrite/shareText';
import { failOnUnreadable, failUnreadable, type FailOnUnreadable } from './usage';

/** How a command talks: to people, and to programs. */
export interface Voice {
  say(line: string): void;
  print(text: string): Promise<void>;
  generator: string;
}

/** What decides how the outcome is told. */
interface Told extends FailOnUnreadable {
  json?: boolean;
}

/** Adds the commands that make traces of traces. */
export function addRewriteCommands(program: Command, { say, print, generator }: Voice): void {
  const options = { generator };
  const tell = async (done: Rewritten, { json, ...given }: Told, unread = 0): Promise<void> => {
    for (const line of [...done.problems, ...done.notes]) say(line);
    for (const { file, lines } of done.made) say(`Wrote ${file} (${lines} lines).`);
    if (json === true) await print(`${JSON.stringify(done, null, 2)}\n`);
    failUnreadable(given, done.problems.length + unread, say);
  };

  program
    .command('trim <trace>')
    .description('keep a range of a trace, or some of its sessions')
    .addOption(new Option('--from <time>', 'where to begin: seconds, or m:ss.s').argParser(time))
    .addOption(new Option('--to <time>', 'where to end').argParser(time))
    .option('--session <id...>', 'only these sessions')
    .requiredOption('-o, --out <file>', 'the new trace')
    .option('--json', 'print what was made as JSON')
    .addOption(failOnUnreadable())
    .action(async (trace: string, given: { from?: number; to?: number; session?: string[]; out: string } & Told) => {
      const { from, to, session } = given;
      const range = {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(session === undefined ? {} : { sessions: session }),
      };
      await tell(await trim(trace, path.resolve(given.out), range, options), given);
    });

  program
    .command('split <trace>')
    .description('make several traces of one, beside it or in a folder')
    .addOption(
      new Option('--by <what>', 'session, a time (90s, 10m, 1h) or a size (100MB)')
        .argParser(splitBy)
        .makeOptionMandatory(),
    )
    .option('-o, --out <folder>', 'where to put them; beside the trace unless given')
    .option('--json', 'print what was made as JSON')
    .addOption(failOnUnreadable())
    .action(async (trace: string, given: { by: SplitBy; out?: string } & Told) => {
      const stem = path.basename(trace).replace(/(?:\.realtime)?\.jsonl$/, '');
      const folder = path.resolve(given.out ?? path.dirname(trace));
      const nameOf = (part: string) => partName(path.join(folder, stem), part);
      await tell(await split(trace, nameOf, given.by, options), given);
    });

  program
    .command('merge <traces...>')
    .description('put traces together in the order of their times')
    .requiredOption('-o, --out <file>', 'the new trace')
    .option('--json', 'print what was made as JSON')
    .addOption(failOnUnreadable())
    .action(async (traces: string[], given: { out: string } & Told) => {
      await tell(await merge(traces, path.resolve(given.out), options), given);
    });

  program
    .command('recover <trace>')
    .description('write what can be read of a damaged trace, and what cannot beside it')
    .requiredOption('-o, --out <file>', 'the new trace')
    .option('--json', 'print what was made as JSON')
    .addOption(failOnUnreadable())
    .action(async (trace: string, given: { out: string } & Told) => {
      const done = await recover(trace, path.resolve(given.out), options);
      if (done.unread === 0) say('Every line can be read.');
      else
        say(`${done.unread} ${done.unread === 1 ? 'line' : 'lines'} could not be read and went to ${done.rest ?? ''}.`);
      await tell(done, given, done.unread);
    });

  program
    .command('share <trace>')
    .description('make a copy to hand on, with what you choose taken out of it; says what is left')
    .addOption(
      new Option('--remove <kinds>', `of ${MASKS.join(', ')} (separated by commas), or all`)
        .argParser(masks)
        .default([]),
    )
    .option('-o, --out <file>', 'the copy; without it nothing is written (a preview)')
    .option('--json', 'print the report as JSON')
    .addOption(failOnUnreadable())
    .action(async (trace: string, given: { remove: Mask[]; out?: string } & Told) => {
      const out = given.out === undefined ? undefined : path.resolve(given.out);
      const done = await share(trace, out, { ...options, masks: given.remove });
      if (given.json !== true) await print(formatShare(done.report));
      await tell(done, given);
      if (done.report.suspectCount > 0) process.exitCode = 1;
    });
}

/** Milliseconds of `12.5`, `1:02.5` or `1:00:00`. */
export function time(text: string): number {
  const match = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(text);
  if (!match) throw new InvalidArgumentError('It must be seconds (12.5) or m:ss (1:02.5).');
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, KB: 1e3, MB: 1e6, GB: 1e9 };

/** `session`, `10m`, `100MB`. */
export function splitBy(text: string): SplitBy {
  if (text === 'session') return { kind: 'session' };
  const match = /^(\d+(?:\.\d+)?)(s|m|h|KB|MB|GB)$/.exec(text);
  const amount = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? NaN);
  if (!(amount >= 1000)) throw new InvalidArgumentError('It must be "session", a time (90s, 10m) or a size (100MB).');
  return match?.[2]?.endsWith('B') === true ? { kind: 'size', bytes: amount } : { kind: 'time', ms: amount };
}

function masks(text: string): Mask[] {
  if (text === 'all') return [...MASKS];
  return text.split(',').map((name) => {
    const found = MASKS.find((mask) => mask === name.trim());
    if (found === undefined) throw new InvalidArgumentError(`"${name}" is none of ${MASKS.join(', ')}.`);
    return found;
  });
}
