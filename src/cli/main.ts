#!/usr/bin/env node
/** Bundle `cli`: the engine without VS Code. Data goes to stdout, everything for people to stderr. */
import fs from 'node:fs';
import { Command, Option } from 'commander';
import { checkPrices, type UserPrices } from '../analysis/prices';
import { certificatesFolder } from '../proxy/userData';
import { FAULT_SETS } from '../rules/faultSets';
import { startSimulator } from '../simulator';
import { addDiffCommand } from './diff';
import { addCheckCommand } from './check';
import { eventsJson, formatEvents } from './events';
import { addExportCommand } from './export';
import { addImportCommand } from './import';
import { formatReport, inspectTrace } from './inspect';
import { analyseTrace, analyseWhole, type FindingReport } from '../document/wholeAnalysis';
import { inspectHtml, MOST_ENTRIES } from './inspectHtml';
import { formatLadder, ladderReport } from './ladder';
import { address, finite, pairs, positive } from './options';
import { sendPayload } from './payload';
import { addProxyCommand } from './proxy';
import { addReplayCommand } from './replay';
import { addRewriteCommands } from './rewrite';
import { formatFaultSets, formatRules, rulesReport } from './rules';
import { addServeCommand } from './serve';
import { loadScenario, type ScenarioSource } from './simulate';
import { EXIT_CODES, exitCodeOf, failure } from './usage';
import { exitCode, formatValidation, validateFile } from './validate';
import packageJson from '../../package.json';

const workers = __dirname;
const generator = `realtime-inspector/${packageJson.version}`;
/** Names of models, calls and tools come from the traffic: none of them may steer the terminal. */
const say = (line: string) =>
  process.stderr.write(
    `${line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ')}\n`,
  );
/**
 * Resolves once all of it is out: the process is ended by force afterwards, and a pipe takes 64 KiB at a time. A reader that
 * has seen enough (`| head`) is no failure.
 */
function print(text: string): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') say(error.message);
  });
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}

interface SimulateOptions extends ScenarioSource {
  allowOrigin: string[];
  listen: { host: string; port: number };
  seed?: number;
  speed?: number;
  json?: boolean;
}

interface PayloadOptions {
  to: string;
  model: string;
  envAllowed?: string[];
  input?: string[];
  header?: string[];
  idle: number;
}

interface InspectOptions {
  json?: boolean;
  html?: string | true;
  prices?: string;
  failOn?: 'error' | 'warning';
}

/** Resolves at the first Ctrl-C (or SIGTERM); a second one ends the process at once. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    const stop = () => {
      if (told) process.exit(130);
      told = true;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/** Prices of a JSON file, by model. Rejects with one message for people when there is a mistake in it. */
async function readPrices(file: string): Promise<UserPrices> {
  let value: unknown;
  try {
    value = JSON.parse(await fs.promises.readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`The prices in ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { prices, problems } = checkPrices(value);
  if (problems.length > 0) throw new Error(`${file}: ${problems.join('\n')}`);
  return prices;
}

const program = new Command('realtime-inspector')
  .description('Record, simulate and inspect sessions of the OpenAI Realtime API.')
  .version(packageJson.version)
  .showHelpAfterError('(--help lists the options)')
  .addHelpText('after', EXIT_CODES)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

addProxyCommand(program, { say, interrupted, workers, generator });

program
  .command('simulate')
  .description('run the embedded Realtime simulator alone, without a proxy, until Ctrl-C')
  .addOption(
    new Option('--listen <host:port>', 'address to listen on')
      .argParser(address)
      .default({ host: '127.0.0.1', port: 8788 }, '127.0.0.1:8788'),
  )
  .option('--allow-origin <origin...>', 'browser origins besides loopback that may connect', [])
  .addOption(new Option('--seed <number>', 'makes ids and words the same again').argParser(finite))
  .option('--scenario <file>', 'what the model says and does (.jsonc, .yaml), or a recording (.jsonl)')
  .option('--from <trace>', 'answer as the server of a recorded session did')
  .option('--session <id>', 'which session of the trace; the first one unless given')
  .addOption(new Option('--speed <factor>', 'how much faster than real time, e.g. 10').argParser(positive))
  .option('--json', 'print one JSON line with the address on stdout')
  .action(async (options: SimulateOptions) => {
    const stop = interrupted();
    const scenario = await loadScenario(options);
    const { seed, speed, listen, allowOrigin } = options;
    const simulator = await startSimulator({
      workers,
      listen,
      allowedOrigins: allowOrigin,
      ...(seed === undefined ? {} : { seed }),
      ...(speed === undefined ? {} : { speed }),
      ...(scenario ? { scenario } : {}),
      onLog: say,
      onExit: (reason) => {
        say(reason);
        process.exit(1);
      },
    });
    if (options.json) process.stdout.write(`${JSON.stringify({ listening: true, http: simulator.url })}\n`);
    say(`Simulator at ${simulator.url}`);
    await stop;
    await simulator.stop();
  });

program
  .command('ladder <trace>')
  .description('play the client of a recorded session to the simulator made from it and compare what the servers send')
  .option('--session <id>', 'only this session of the trace')
  .option('--json', 'print the comparison as JSON')
  .addOption(new Option('--seed <number>', 'makes ids and words the same again').argParser(finite).default(1))
  .action(async (trace: string, options: { json?: boolean; seed: number; session?: string }) => {
    const report = await ladderReport(trace, options);
    await print(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatLadder(report));
    if (!report.same) process.exitCode = 1;
  });

program
  .command('inspect <trace>')
  .description('say what a recorded trace holds: sessions, turns, latencies, findings, tokens, cost')
  .option('--json', 'print it as JSON, with every formula')
  .addOption(
    new Option(
      '--html [file]',
      'write it as one page to hand on, without scripts or sound (to stdout without a file)',
    ).conflicts('json'),
  )
  .option('--prices <file>', 'your own prices, as in the setting realtimeInspector.prices')
  .addOption(
    new Option(
      '--fail-on <severity>',
      'end with 1 when there are findings as bad as that (else 0, whatever is found)',
    ).choices(['error', 'warning']),
  )
  .action(async (trace: string, options: InspectOptions) => {
    const { failOn } = options;
    const prices = options.prices === undefined ? undefined : await readPrices(options.prices);
    const report = await inspectTrace(trace);
    const judge = (findings: readonly FindingReport[]): void => {
      const verdict = failOn && failure(findings, failOn);
      if (!verdict) return;
      say(verdict);
      process.exitCode = 1;
    };
    if (options.html !== undefined) {
      const whole = await analyseWhole(trace, prices, MOST_ENTRIES);
      const page = inspectHtml(report, whole);
      judge(whole.report.findings);
      if (options.html === true) return print(page);
      await fs.promises.writeFile(options.html, page);
      say(`Wrote ${options.html}.`);
      return;
    }
    const analysis = await analyseTrace(trace, prices);
    judge(analysis.findings);
    await print(
      options.json ? `${JSON.stringify({ ...report, analysis }, null, 2)}\n` : formatReport(report, analysis),
    );
  });

program
  .command('events')
  .description('print the catalogue of events')
  .option('--json', 'print it as JSON: fields, documentation, status, neighbours')
  .action(async (options: { json?: boolean }) => {
    const entries = eventsJson();
    await print(options.json ? `${JSON.stringify(entries, null, 2)}\n` : formatEvents(entries));
  });

program
  .command('validate <file>')
  .description('check an event, a file of events or a trace ("-" reads stdin); exit 0 clean, 1 problems, 2 unreadable')
  .addOption(
    new Option('--from <side>', 'which end sends events whose type does not tell')
      .choices(['client', 'server'])
      .default('client'),
  )
  .option('--json', 'print the report as JSON')
  .action(async (file: string, options: { from: 'client' | 'server'; json?: boolean }) => {
    const report = await validateFile(file, { from: options.from });
    await print(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatValidation(report));
    process.exitCode = exitCode(report);
  });

program
  .command('payload <file>')
  .description(
    'send a payload file as a client and print what comes back, a line of JSON each; exit 1 on an error event',
  )
  .requiredOption('--to <url>', 'base URL of a proxy or a server, e.g. http://127.0.0.1:8787/v1')
  .option('--model <name>', 'the model to ask for, where the URL names none', 'gpt-realtime')
  .option('--env-allowed <names...>', 'variables of the environment that the file may send')
  .option('--input <question=answer...>', 'answers to what the file asks')
  .option('--header <name:value...>', 'headers of the handshake')
  .addOption(
    new Option('--idle <ms>', 'where the file ends with no wait: end when nothing has come for so long')
      .argParser(positive)
      .default(1000),
  )
  .action(async (file: string, { to, model, envAllowed = [], input = [], header = [], idle }: PayloadOptions) => {
    const { sent, errors } = await sendPayload(file, {
      ...{ to, model, envAllowed, env: process.env, idleMs: idle },
      headers: Object.fromEntries(pairs(header, ':', '--header')),
      inputs: new Map(pairs(input, '=', '--input')),
      onLine: (line) => process.stdout.write(`${line}\n`),
    });
    await print('');
    say(
      `Sent ${sent} event${sent === 1 ? '' : 's'}; ${errors === 0 ? 'no error' : errors === 1 ? '1 error' : `${errors} errors`} came back.`,
    );
    if (errors > 0) process.exitCode = 1;
  });

program
  .command('rules [file]')
  .description('check a file of rules and say what each does; without a file list the ready-made fault sets')
  .option('--json', 'print the report as JSON')
  .action(async (file: string | undefined, options: { json?: boolean }) => {
    if (file === undefined) {
      await print(options.json ? `${JSON.stringify(FAULT_SETS, null, 2)}\n` : formatFaultSets());
      return;
    }
    const report = await rulesReport(file);
    await print(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatRules(report));
    if (report.problems.length > 0) process.exitCode = 1;
  });

addDiffCommand(program, { say, print, readPrices });
addCheckCommand(program, { say, print, readPrices });
addServeCommand(program, { say, interrupted, address });
addReplayCommand(program, {
  ...{ say, print, readPrices, interrupted, workers },
  generator,
  certificates: certificatesFolder(),
});
addRewriteCommands(program, { say, print, generator });
addImportCommand(program, { say, print, generator });
addExportCommand(program, { say, print, readPrices, generator });

// The preload of a "Realtime Inspector terminal" must not send the proxy's own calls back to a proxy.
Object.assign(globalThis, { [Symbol.for('realtime-inspector.bypass')]: true });

program.parseAsync().then(
  () => process.exit(process.exitCode),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(exitCodeOf(error));
  },
);
