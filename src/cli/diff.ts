/** `realtime-inspector diff A [B]`: two traces, or two sessions of one, side by side. */
import fs from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { UserPrices } from '../analysis/prices';
import { compareTraces, IGNORABLE, type Ignorable } from '../compare/compare';
import type { Comparison } from '../compare/model';
import { failures, PARTS, parseFailOn, sessionsDiffer, type FailOn, type Part } from '../compare/verdict';
import { IMPORT_FORMATS, type ImportFormat } from '../exchange/model';
import { diffHtml } from './diffHtml';
import { formatComparison } from './diffText';
import { UsageError } from './usage';

/** How the command talks, and what it shares with others. */
export interface DiffVoice {
  /** A line for people. */
  say(line: string): void;
  /** Data for stdout. */
  print(text: string): Promise<void>;
  readPrices(file: string): Promise<UserPrices>;
}

interface DiffOptions {
  json?: boolean;
  html?: string | true;
  only?: Part[];
  failOn?: FailOn[];
  session?: string;
  with?: string;
  ignore?: Ignorable[];
  format?: ImportFormat;
  url?: string;
  prices?: string;
  color?: boolean;
}

/** Adds the command. It ends with 0 when the two are the same, 1 when not, 2 when it could not compare them. */
export function addDiffCommand(program: Command, { say, print, readPrices }: DiffVoice): void {
  program
    .command('diff <a> [b]')
    .description(
      'compare two traces (or recordings that import reads), ids and times left out; exit 0 same, 1 different, 2 not compared',
    )
    .option('--session <id>', 'only this session of A (and of B); without B, one of A to compare')
    .option('--with <id>', 'the session of B (without B: of A) to compare it with')
    .addOption(
      new Option(
        '--only <parts>',
        'only these parts, in what is told and judged: turns, events, config, latency',
      ).argParser(parts),
    )
    .addOption(
      new Option(
        '--fail-on <conditions>',
        'end with 1 only when: changed (anything), missing (something of A), slower:20% (the wait for the answer)',
      ).argParser(conditions),
    )
    .option('--json', 'print the comparison as JSON, without the events that are the same')
    .addOption(
      new Option('--html [file]', 'write it as one page to hand on (to stdout without a file)').conflicts('json'),
    )
    .addOption(
      new Option('--ignore <parts>', 'what is no difference: sound (that is longer or shorter)').argParser(ignored),
    )
    .addOption(
      new Option('--format <format>', 'what a file is that is no trace; told by its content unless given').choices(
        IMPORT_FORMATS,
      ),
    )
    .option('--url <url>', 'the address of the sessions of such a file, for formats that have none')
    .option('--prices <file>', 'your own prices, as in the setting realtimeInspector.prices')
    .option('--no-color', 'no colours, also on a terminal (as NO_COLOR does)')
    .action(async (a: string, b: string | undefined, options: DiffOptions) => {
      const comparison = await compared(a, b, options, readPrices);
      const shown = options.only ?? PARTS;
      if (options.json) await print(`${JSON.stringify(withoutSame(comparison), null, 2)}\n`);
      else if (options.html === true) await print(diffHtml(comparison, shown));
      else if (options.html !== undefined) {
        await written(options.html, diffHtml(comparison, shown));
        say(`Wrote ${options.html}.`);
      } else await print(formatComparison(comparison, shown, isColoured(options)));
      if (options.failOn) {
        const found = failures(comparison, options.failOn, shown);
        for (const failure of found) say(failure);
        process.exitCode = found.length > 0 ? 1 : 0;
      } else process.exitCode = comparison.sessions.some((session) => sessionsDiffer(session, shown)) ? 1 : 0;
    });
}

async function compared(
  a: string,
  b: string | undefined,
  options: DiffOptions,
  readPrices: DiffVoice['readPrices'],
): Promise<Comparison> {
  if (b === undefined && (options.session === undefined || options.with === undefined))
    throw new UsageError('Give two traces, or one with --session and --with to compare two of its sessions.');
  // What was made of another program's recording holds what was said: it goes also when somebody stops this. A second Ctrl-C ends at once.
  const stop = new AbortController();
  const interrupted = () => stop.abort(new Error('Stopped; nothing was compared.'));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, interrupted);
  try {
    const prices = options.prices === undefined ? undefined : await readPrices(options.prices);
    const picked = options.session ?? options.with;
    return await compareTraces(a, b ?? a, {
      prices,
      ignore: options.ignore,
      format: options.format,
      url: options.url,
      signal: stop.signal,
      ...(picked === undefined ? {} : { sessionA: options.session ?? picked, sessionB: options.with ?? picked }),
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, interrupted);
  }
}

async function written(file: string, text: string): Promise<void> {
  try {
    await fs.promises.writeFile(file, text);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Events that are the same tell nothing that their number does not, unless they sound otherwise. */
function withoutSame(comparison: Comparison): Comparison {
  const sessions = comparison.sessions.map((session) => ({
    ...session,
    events: session.events.filter(({ status, sound }) => status !== 'same' || (sound && sound.kind !== 'bytes')),
  }));
  return { ...comparison, sessions };
}

function isColoured({ color }: DiffOptions): boolean {
  return color !== false && !process.env['NO_COLOR'] && process.stdout.isTTY === true;
}

function parts(text: string): Part[] {
  return text.split(',').map((name) => {
    const part = PARTS.find((known) => known === name.trim());
    if (!part) throw new InvalidArgumentError(`It must be some of ${PARTS.join(', ')}, with commas between them.`);
    return part;
  });
}

function ignored(text: string): Ignorable[] {
  return text.split(',').map((name) => {
    const known = IGNORABLE.find((one) => one === name.trim());
    if (!known) throw new InvalidArgumentError(`It must be ${IGNORABLE.join(', ')}.`);
    return known;
  });
}

function conditions(text: string): FailOn[] {
  try {
    return text.split(',').map((one) => parseFailOn(one.trim()));
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
