/** `realtime-inspector replay TRACE --to URL`: the client of a recorded session once more. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { UserPrices } from '../analysis/prices';
import { compareTraces } from '../compare/compare';
import { failures, PARTS, parseFailOn, type FailOn } from '../compare/verdict';
import { checkTrace } from '../expect/checkTrace';
import { readExpectations } from '../expect/expectationFile';
import { junitXml, type JunitSuite } from '../expect/junit';
import { formatCheck } from '../expect/reportText';
import { result as checkResult } from '../expect/results';
import { merged, NO_OVERLAY, parseSetting, settingsName, type Overlay, type Setting } from '../replay/client/overlay';
import { readOverlayFile } from '../replay/client/overlayFile';
import { startReplay, type Replay, type ReplayUpstream } from '../replay/client/replay';
import { TIMINGS, type Timing } from '../replay/timing';
import { sweepRow, type SweepRow } from '../replay/client/sweep';
import { TRACE_EXTENSION } from '../trace/records';
import { UnreadableFileError } from '../trace/unreadable';
import { formatComparison } from './diffText';
import { plain } from './inspectText';
import { listenToKeys } from './replayKeys';
import type { ReplayReport } from './replayReport';
import { formatReplay, formatSweep, whyIncomplete } from './replayText';
import { loadScenario } from './simulate';
import { UsageError } from './usage';

/** How the command talks, and what it shares with others. */
export interface ReplayVoice {
  say(line: string): void;
  print(text: string): Promise<void>;
  readPrices(file: string): Promise<UserPrices>;
  /** Resolves at Ctrl-C. */
  interrupted(): Promise<void>;
  generator: string;
  workers: string;
  certificates: string;
}

interface GivenOptions {
  to: ReplayUpstream;
  session?: string;
  timing?: Timing;
  speed?: number;
  set: Setting[];
  overlay?: string;
  sweep?: string;
  out?: string;
  keyEnv?: string;
  scenario?: string;
  seed?: number;
  gateTimeout?: number;
  onStall?: 'stop' | 'continue';
  certificates: string;
  expect?: string;
  against?: string;
  failOn?: FailOn[];
  junit?: string;
  prices?: string;
  json?: boolean;
}

/** Adds the command. It ends with 0 when all was sent and all is as it should be, 1 when not, 2 when it was not begun. */
export function addReplayCommand(program: Command, voice: ReplayVoice): void {
  program
    .command('replay <trace>')
    .description('send what the client of a recorded session sent again, to any server, and record what comes of it')
    .addOption(
      new Option('--to <upstream>', 'a base URL, "openai", or "simulator" (which answers as the recorded server did)')
        .argParser(upstream)
        .makeOptionMandatory(),
    )
    .option('--session <id>', 'which session of the trace; the first that can be replayed unless given')
    .addOption(
      new Option(
        '--timing <how>',
        'original: at the recorded times; gated: each message as long after what it waited for as then (default); fast: as soon as that has come',
      ).choices(TIMINGS),
    )
    .addOption(new Option('--speed <factor>', 'how much faster than recorded').argParser(above0))
    .addOption(
      new Option(
        '--set <path=json>',
        'another value in the configuration (session...) or in every response (response...); a single word may go without quotes',
      )
        .argParser(setting)
        .default([] as Setting[], 'none'),
    )
    .option('--overlay <file>', 'changes to the configuration and to single messages (.jsonc, .yaml)')
    .option('--sweep <file>', 'several runs one after another, each with its own changes; prints a table')
    .option('-o, --out <trace>', 'the new trace; of a sweep, the beginning of their names')
    .option('--key-env <name>', 'environment variable that holds the key for the upstream')
    .option('--scenario <file>', 'what the simulator says instead of the recorded answers')
    .addOption(new Option('--seed <number>', 'makes ids and words of the simulator the same again').argParser(above0))
    .addOption(
      new Option('--gate-timeout <seconds>', 'how long a message waits for a server that says nothing (30)').argParser(
        above0,
      ),
    )
    .addOption(
      new Option('--on-stall <what>', 'what to do then: stop, or (as in a sweep) continue').choices([
        'stop',
        'continue',
      ]),
    )
    .option('--certificates <dir>', 'folder of the local certificate authority', voice.certificates)
    .option('--expect <file>', 'hold the new trace against expectations, as check does')
    .option('--against <trace>', 'compare the new trace with this one, as diff does')
    .addOption(
      new Option('--fail-on <conditions>', 'with --against: changed (default), missing, slower:20%').argParser(
        conditions,
      ),
    )
    .option('--junit <file>', 'write what --expect and --against found as JUnit XML as well')
    .option('--prices <file>', 'your own prices, as in the setting realtimeInspector.prices')
    .option('--json', 'print the result as JSON')
    .action(async (trace: string, options: GivenOptions) => {
      checkOptions(options);
      // What is wrong with them is told before anything is sent and paid for.
      if (options.expect !== undefined)
        for (const warning of (await readExpectations(options.expect)).warnings)
          voice.say(`Warning: ${plain(warning)}`);
      if (options.prices !== undefined)
        await voice.readPrices(options.prices).catch((error: unknown) => {
          throw new UsageError(error instanceof Error ? error.message : String(error));
        });
      const overlays = await overlaysOf(options);
      if (options.scenario !== undefined) await loadScenario({ scenario: options.scenario });
      const stop = voice.interrupted();
      const reports: ReplayReport[] = [];
      const rows: SweepRow[] = [];
      let stopped = false;
      void stop.then(() => (stopped = true));
      for (const overlay of overlays) {
        const replay = await begin(trace, overlay, options, voice);
        const report = await carryOut(replay, trace, overlay, options, voice, stop);
        reports.push(report);
        if (options.sweep !== undefined) {
          if (rows.length === 0)
            rows.push(
              await sweepRow('recorded', replay.traceFile, replay.plan.session.id, undefined, replay.plan.timed),
            );
          if (report.trace !== '') rows.push(await sweepRow(overlay.name, report.trace, undefined, report));
        }
        await replay.close();
        if (options.json !== true && options.sweep === undefined) await voice.print(formatReplay(report));
        if (stopped) break;
        await judge(report, options, voice);
      }
      if (options.json === true) {
        const whole = options.sweep === undefined ? reports[0] : { runs: reports, table: rows };
        await voice.print(`${JSON.stringify(whole, null, 2)}\n`);
      } else if (options.sweep !== undefined) await voice.print(formatSweep(rows, reports));
      if (options.junit !== undefined) {
        await writeFile(options.junit, junitXml(reports.flatMap(junitOf)));
        voice.say(`Wrote ${options.junit}.`);
      }
      const why = options.sweep === undefined ? undefined : whyIncomplete(reports);
      if (why !== undefined) voice.say(why);
      if (!reports.every(isGood)) process.exitCode = 1;
    });
}

async function begin(trace: string, overlay: Overlay, options: GivenOptions, voice: ReplayVoice): Promise<Replay> {
  const { speed, gateTimeout, keyEnv, scenario, seed } = options;
  const isSimulator = options.to.kind === 'simulator' || options.to.kind === 'recorded';
  return startReplay({
    file: trace,
    session: options.session,
    upstream: scenario !== undefined && options.to.kind === 'recorded' ? { kind: 'simulator' } : options.to,
    timing: options.timing ?? 'gated',
    ...(speed === undefined ? {} : { speed }),
    ...(gateTimeout === undefined ? {} : { gateTimeoutMs: gateTimeout * 1000 }),
    onStall: options.onStall ?? (options.sweep === undefined ? 'stop' : 'continue'),
    overlay,
    ...(isSimulator
      ? { simulation: { ...(scenario === undefined ? {} : { scenario }), ...(seed === undefined ? {} : { seed }) } }
      : {}),
    apiKey: keyEnv === undefined ? undefined : process.env[keyEnv],
    trace: newTrace(trace, options.out, options.sweep === undefined ? '' : overlay.name),
    workers: voice.workers,
    certificates: options.certificates,
    generator: voice.generator,
  });
}

async function carryOut(
  replay: Replay,
  file: string,
  overlay: Overlay,
  options: GivenOptions,
  { say }: ReplayVoice,
  stop: Promise<void>,
): Promise<ReplayReport> {
  const { run, plan } = replay;
  for (const problem of replay.problems) say(problem);
  if (options.session === undefined && replay.others.length > 0)
    say(`Replaying ${plan.session.id}; --session chooses another: ${replay.others.join(', ')}.`);
  void stop.then(() => run.stop());
  const unlisten = listenToKeys(run, say);
  const isNoSweep = options.sweep === undefined;
  if (isNoSweep) run.on('problem', say);
  run.on('frame', ({ outcome, name, type, reason }) => {
    if (isNoSweep && outcome === 'skipped') say(`${name} (${type}) was not sent: ${reason}.`);
  });
  try {
    const result = await replay.done;
    return {
      file,
      session: plan.session.id,
      timingMode: options.timing ?? 'gated',
      speed: options.speed ?? 1,
      overlay: overlay.name,
      ...result,
    };
  } finally {
    unlisten();
  }
}

/** Holds a run against expectations and another trace, and says what it finds. */
async function judge(report: ReplayReport, options: GivenOptions, voice: ReplayVoice): Promise<void> {
  const { expect, against, failOn = [{ kind: 'changed' }] } = options;
  if (report.ending.kind === 'refused' || (expect === undefined && against === undefined)) return;
  const prices = options.prices === undefined ? undefined : await voice.readPrices(options.prices);
  const say = (text: string) => (options.json === true ? Promise.resolve() : voice.print(`\n${text}`));
  if (expect !== undefined) {
    report.expectations = await checkTrace(report.trace, expect, prices);
    // They were told before it began.
    await say(formatCheck({ ...report.expectations, warnings: [] }));
  }
  if (against === undefined) return;
  // Of the recording itself only the session that was replayed is meant.
  const same = path.resolve(against) === path.resolve(report.file);
  const comparison = await compareTraces(against, report.trace, {
    prices,
    ...(same ? { sessionA: report.session, sessionB: 's1' } : {}),
  });
  report.failures = failures(comparison, failOn);
  await say(formatComparison(comparison, PARTS, false));
  for (const failure of report.failures) voice.say(failure);
}

/** All was sent that was to be, what was waited for came, and what was asked of it holds. */
function isGood(report: ReplayReport): boolean {
  return isComplete(report) && report.expectations?.passed !== false && !report.failures?.length;
}

function isComplete({ ending, skipped, notCome }: ReplayReport): boolean {
  return ending.kind === 'completed' && skipped.length === 0 && notCome.length === 0;
}

/** What a build is told of a run: that it could be made, and what was found. Named by what is the same in each build. */
function junitOf(report: ReplayReport): JunitSuite[] {
  const { file, session, trace, overlay, skipped, notCome, message, expectations, failures: found } = report;
  const whole = overlay === '' ? 'The replay is complete' : `The replay with ${overlay} is complete`;
  const passed = isComplete(report);
  const results = [
    checkResult({
      check: 'difference',
      what: whole,
      path: 'replay',
      passed,
      expected: 'every message is sent, and what it waited for comes',
      actual: [
        message,
        ...skipped.map(({ name, type, reason }) => `${name} (${type}) was not sent: ${reason}.`),
        ...(notCome.length > 0 ? [`Did not come: ${notCome.join(', ')}.`] : []),
      ].join(' '),
    }),
    ...(found === undefined
      ? []
      : [
          checkResult({
            check: 'difference',
            what: 'It is as the trace that it is compared with',
            path: 'against',
            passed: found.length === 0,
            expected: 'no difference',
            actual: found.join(' ') || 'none',
          }),
        ]),
  ];
  const own = { trace, expectations: 'replay', passed: results.every((one) => one.passed), results, problems: [] };
  const suite = `${file} ${session}${overlay === '' ? '' : ` with ${overlay}`}`;
  return [
    { ...own, suite: `${suite}: replay` },
    ...(expectations ? [{ ...expectations, suite: `${suite}: ${expectations.expectations}` }] : []),
  ];
}

function checkOptions({ scenario, to, keyEnv, seed, junit, against, failOn }: GivenOptions): void {
  if (to.kind !== 'recorded' && (scenario !== undefined || seed !== undefined))
    throw new UsageError('--scenario and --seed are for the simulator: leave them out, or use --to simulator.');
  if (keyEnv !== undefined && !process.env[keyEnv])
    throw new UsageError(`The environment variable ${keyEnv} is not set.`);
  if (failOn && against === undefined)
    throw new UsageError('--fail-on says what of a comparison matters: give --against as well.');
  if (against !== undefined && !existsSync(against))
    throw new UnreadableFileError(`${against}, which --against names, does not exist.`);
  if (junit !== undefined && !existsSync(path.dirname(path.resolve(junit))))
    throw new UsageError(`There is no folder ${path.dirname(junit)} for ${junit}.`);
}

async function overlaysOf({ overlay, sweep, set }: GivenOptions): Promise<Overlay[]> {
  const own: Overlay = {
    ...NO_OVERLAY,
    name: settingsName(set),
    set,
  };
  const base = overlay === undefined ? NO_OVERLAY : (await readOverlayFile(overlay)).base;
  const top = merged({ ...base, name: base.name || (overlay === undefined ? '' : path.parse(overlay).name) }, own);
  if (sweep === undefined) return [top];
  const { runs } = await readOverlayFile(sweep);
  return runs.map((run) => ({ ...merged(top, run), name: run.name || path.parse(sweep).name }));
}

/** The file of the new trace: as asked for, else beside the recording. */
function newTrace(trace: string, out: string | undefined, run: string): string {
  const stem = (name: string) =>
    name.endsWith(TRACE_EXTENSION)
      ? name.slice(0, -TRACE_EXTENSION.length)
      : name.replace(/\.(?:jsonl|har|json|ya?ml)$/i, '');
  const part = run === '' ? '' : `-${run.replaceAll(' ', '-')}`;
  if (out !== undefined) {
    const file = run === '' ? out : `${stem(out)}${part}${TRACE_EXTENSION}`;
    if (existsSync(file))
      throw new UnreadableFileError(`${file} exists already: choose another name, or delete it first.`);
    return file;
  }
  for (let n = 1; ; n++) {
    const file = `${stem(trace)}.replay${part}${n === 1 ? '' : `-${n}`}${TRACE_EXTENSION}`;
    if (!existsSync(file)) return file;
  }
}

function upstream(text: string): ReplayUpstream {
  if (text === 'simulator') return { kind: 'recorded' };
  if (text === 'openai') return { kind: 'openai' };
  if (!/^(https?|wss?):\/\//.test(text)) throw new InvalidArgumentError('It must be "simulator", "openai" or a URL.');
  return { kind: 'url', url: text };
}

function above0(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function setting(text: string, before: Setting[]): Setting[] {
  const read = parseSetting(text);
  if ('problem' in read) throw new InvalidArgumentError(read.problem);
  return [...before, read];
}

function conditions(text: string): FailOn[] {
  try {
    return text.split(',').map((one) => parseFailOn(one.trim()));
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
