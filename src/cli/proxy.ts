/** `proxy`: the recording proxy, until Ctrl-C. */
import fs from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { startEngine, type Rotation, type UpstreamOption } from '../proxy';
import { certificatesFolder } from '../proxy/userData';
import { address, finite, positive, rotation, upstream } from './options';
import { checkedRules, followRules } from './proxyRules';
import { loadScenario } from './simulate';
import { UsageError } from './usage';

/** What the command needs of the program. */
export interface ProxyTools {
  /** Says a line to people. */
  say(line: string): void;
  /** Resolves when the user wants it to end. */
  interrupted(): Promise<void>;
  /** Folder of the worker bundles. */
  workers: string;
  generator: string;
}

interface ProxyOptions {
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
}

/** Adds the command. */
export function addProxyCommand(program: Command, { say, interrupted, workers, generator }: ProxyTools): void {
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
    .action(async (options: ProxyOptions) => {
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
        generator: generator,
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
    });
}
