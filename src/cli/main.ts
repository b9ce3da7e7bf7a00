#!/usr/bin/env node
/** Bundle `cli`: the engine without VS Code. Data goes to stdout, everything for people to stderr. */
import fs from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { checkPrices, type UserPrices } from '../analysis/prices';
import { startEngine, type Rotation, type UpstreamOption } from '../proxy';
import { certificatesFolder } from '../proxy/userData';
import { FAULT_SETS } from '../rules/faultSets';
import { startSimulator } from '../simulator';
import { addDiffCommand } from './diff';
import { addCheckCommand } from './check';
import { eventsJson, formatEvents } from './events';
import { addExportCommand } from './export';
import { addImportCommand } from './import';
import { pageOf } from '../exchange/page/exportPage';
import { inspectTrace } from '../exchange/page/inspectTrace';
import { formatReport } from './inspect';
import { analyseTrace, type FindingReport } from '../document/wholeAnalysis';
import { formatLadder, ladderReport } from './ladder';
import { sendPayload } from './payload';
import { checkedRules, followRules } from './proxyRules';
import { addReplayCommand } from './replay';
import { addRewriteCommands, splitBy } from './rewrite';
import { formatFaultSets, formatRules, rulesReport } from './rules';
import { addServeCommand } from './serve';
import { loadScenario, type ScenarioSource } from './simulate';
import { EXIT_CODES, UsageError, exitCodeOf, failure } from './usage';
import { exitCode, formatValidation, validateFile } from './validate';
import packageJson from '../../package.json';

const workers = __dirname;
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

function address(text: string): { host: string; port: number } {
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65535) throw new InvalidArgumentError('It must be HOST:PORT or PORT, e.g. 127.0.0.1:8787.');
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

function upstream(text: string): UpstreamOption {
  if (text === 'simulator' || text === 'openai') return { kind: text };
  if (!/^(https?|wss?):\/\//.test(text)) throw new InvalidArgumentError('It must be "simulator", "openai" or a URL.');
  return { kind: 'url', url: text };
}

/** `10m`, `100MB`, or both, the option given twice. */
function rotation(text: string, before: Rotation | undefined): Rotation {
  const limit = splitBy(text);
  if (limit.kind === 'session') throw new InvalidArgumentError('It must be a time (10m, 1h) or a size (100MB).');
  const { bytes = Infinity, ms = Infinity } = before ?? {};
  return limit.kind === 'time' ? { bytes, ms: limit.ms } : { bytes: limit.bytes, ms };
}

function finite(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

function positive(text: string): number {
  const value = finite(text);
  if (value <= 0) throw new InvalidArgumentError('It must be more than 0.');
  return value;
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

/** `NAME=VALUE` taken apart at the first mark. Throws a `UsageError`. */
function pairs(texts: readonly string[], mark: ':' | '=', option: string): [string, string][] {
  return texts.map((text) => {
    const at = text.indexOf(mark);
    if (at < 1) throw new UsageError(`${option} "${text}" has no "${mark}" in it.`);
    return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  });
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

program
  .command('proxy')
  .description('run the recording proxy until Ctrl-C')
  .addOption(
    new Option('--listen <host:port>', 'address to listen on')
      .argParser(address)
      .default({ host: '127.0.0.1', port: 8787 }, '127.0.0.1:8787'),
  )
  .option('--exact', 'fail when the port is taken instead of moving to the next free one')
  .addOption(
    new Option('--upstream <url>', '"simulator", "openai" or a base URL')
      .argParser(upstream)
      .default({ kind: 'simulator' }, 'simulator'),
  )
  .option('--scenario <file>', 'what the simulator says (.jsonc, .yaml), or a recording to answer as (.jsonl)')
  .addOption(new Option('--seed <number>', 'makes ids and words of the simulator the same again').argParser(finite))
  .addOption(new Option('--speed <factor>', 'how much faster than real time the simulator is').argParser(positive))
  .option('--rules <file>', 'rules that change traffic (.jsonc, .yaml), taken up again when the file changes')
  .option('--record <file|dir>', 'trace file, or folder for a new one', '.realtime')
  .addOption(
    new Option('--rotate <limit>', 'go on in a new file after a time (10m, 1h) or a size (100MB); both may be given')
      .argParser(rotation)
      .default(undefined),
  )
  .option('--allow-host <name...>', 'host names besides loopback under which clients may ask', [])
  .option('--allow-origin <origin...>', 'browser origins besides loopback that may connect', [])
  .option('--certificates <dir>', 'folder of the local certificate authority', certificatesFolder())
  .option('--json', 'print one JSON line with the addresses on stdout, then one for each session')
  .action(
    async (options: {
      listen: { host: string; port: number };
      exact?: boolean;
      upstream: UpstreamOption;
      scenario?: string;
      seed?: number;
      speed?: number;
      rules?: string;
      record: string;
      rotate?: Rotation;
      allowHost: string[];
      allowOrigin: string[];
      certificates: string;
      json?: boolean;
    }) => {
      const { scenario, seed, speed } = options;
      const simulation = {
        ...(scenario === undefined ? {} : { scenario }),
        ...(seed === undefined ? {} : { seed }),
        ...(speed === undefined ? {} : { speed }),
      };
      if (options.upstream.kind !== 'simulator' && Object.keys(simulation).length > 0)
        throw new UsageError('--scenario, --seed and --speed are for the simulator: leave them or --upstream out.');
      // Inside the proxy a broken one gives way to the default conversation, which nobody asked for here.
      if (scenario !== undefined) await loadScenario({ scenario });
      const rules = options.rules === undefined ? undefined : await checkedRules(options.rules);
      const target = path.resolve(options.record);
      const isFolder =
        options.record.endsWith('/') ||
        fs.statSync(target, { throwIfNoEntry: false })?.isDirectory() ||
        path.extname(target) === '';
      const stop = interrupted();
      const starting = startEngine({
        workers,
        listen: { ...options.listen, exact: options.exact ?? false },
        allowedHosts: options.allowHost,
        allowedOrigins: options.allowOrigin,
        certificates: options.certificates,
        upstream: options.upstream,
        simulation,
        recording: {
          on: true,
          maxTotalBytes: Infinity,
          ...(options.rotate ? { rotation: options.rotate } : {}),
          ...(isFolder ? { folder: target } : { file: target }),
        },
        generator: `realtime-inspector/${packageJson.version}`,
      });
      const engine = await Promise.race([starting, stop]);
      if (!engine) process.exit(130);
      // Before anybody is told the address: the first session is a session too.
      const followed = rules && (await followRules(engine, rules, say));
      const { http, https, ca, moved, port } = engine.address;
      if (options.json)
        process.stdout.write(
          `${JSON.stringify({ listening: true, http, https, ca, upstream: engine.upstream, trace: engine.file })}\n`,
        );
      if (moved) say(`Port ${options.listen.port} is taken; listening on ${port} instead.`);
      say(`The proxy listens at ${http} and ${https}. Point your app there:`);
      say(`  OPENAI_BASE_URL=${https} NODE_EXTRA_CA_CERTS=${ca}   (openai for Node)`);
      say(`  OPENAI_BASE_URL=${http}   (Python, plain clients)`);
      const to = options.upstream.kind === 'simulator' ? 'the built-in simulator' : engine.upstream;
      say(`Sessions go to ${to} and are recorded in ${engine.file}. Ctrl-C ends.`);
      engine.on('session', (session) => {
        if (options.json) process.stdout.write(`${JSON.stringify({ session })}\n`);
        say(
          `${session.id} ${session.status} ${session.label}${session.closeReason ? ` (${session.closeReason})` : ''}`,
        );
      });
      engine.on('problem', say);
      let trouble = '';
      let { file } = engine;
      engine.on('recorded', (state) => {
        if (state.file !== file) say(`Recording goes on in ${(file = state.file)}.`);
        if (state.trouble !== trouble) say(state.trouble || 'Recording goes on.');
        trouble = state.trouble;
      });
      engine.on('log', (level, message) => {
        if (level !== 'info') say(message);
      });
      await stop;
      say('Closing sessions and the trace ...');
      followed?.stop();
      await engine.stop();
      if (!followed) return;
      const counts = followed.counts();
      if (options.json) process.stdout.write(`${JSON.stringify({ rules: counts })}\n`);
      for (const { name, hits } of counts) if (hits > 0) say(`${name}: ${hits === 1 ? 'once' : `${hits} times`}`);
    },
  );

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
    const judge = (findings: readonly FindingReport[]): void => {
      const verdict = failOn && failure(findings, failOn);
      if (!verdict) return;
      say(verdict);
      process.exitCode = 1;
    };
    if (options.html !== undefined) {
      const { page, whole } = await pageOf(trace, prices);
      judge(whole.report.findings);
      if (options.html === true) return print(page);
      await fs.promises.writeFile(options.html, page);
      say(`Wrote ${options.html}.`);
      return;
    }
    const report = await inspectTrace(trace);
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
  generator: `realtime-inspector/${packageJson.version}`,
  certificates: certificatesFolder(),
});
addRewriteCommands(program, { say, print, generator: `realtime-inspector/${packageJson.version}` });
addImportCommand(program, { say, print, generator: `realtime-inspector/${packageJson.version}` });
addExportCommand(program, { say, print, readPrices, generator: `realtime-inspector/${packageJson.version}` });

// The preload of a "Realtime Inspector terminal" must not send the proxy's own calls back to a proxy.
Object.assign(globalThis, { [Symbol.for('realtime-inspector.bypass')]: true });

program.parseAsync().then(
  () => process.exit(process.exitCode),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(exitCodeOf(error));
  },
);
