/** `realtime-inspector serve TRACE`: a recorded server for a client app. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { certificatesFolder } from '../proxy/userData';
import type { Timing } from '../replay/timing';
import { serveTrace } from '../replay/server/serve';
import { formatSessionReport } from '../replay/server/sessionReport';
import { whyUnreadable } from '../trace/unreadable';
import { UsageError } from './usage';

/** How the command talks and ends. */
export interface ServeVoice {
  say(line: string): void;
  /** Resolves at Ctrl-C. */
  interrupted(): Promise<void>;
  address(text: string): { host: string; port: number };
}

interface GivenOptions {
  listen: { host: string; port: number };
  session?: string;
  timing: Timing;
  speed: number;
  strict?: boolean;
  ignore: string[];
  patience: number;
  clients?: number;
  allowOrigin: string[];
  certificates: string;
  report?: string;
  json?: boolean;
}

/** Adds the command. */
export function addServeCommand(program: Command, { say, interrupted, address }: ServeVoice): void {
  program
    .command('serve <trace>')
    .description('be the server of a recorded trace: clients get its messages again, until Ctrl-C')
    .addOption(
      new Option('--listen <host:port>', 'address to listen on')
        .argParser(address)
        .default({ host: '127.0.0.1', port: 0 }, '127.0.0.1, any free port'),
    )
    .option('--session <id>', 'only this session of the trace')
    .addOption(
      new Option(
        '--timing <how>',
        'original: at the recorded times; gated: as long after what the client did as then; fast: as soon as it has',
      )
        .choices(['original', 'gated', 'fast'])
        .default('gated'),
    )
    .addOption(new Option('--speed <factor>', 'how much faster than recorded').argParser(above0).default(1))
    .addOption(
      new Option('--strict', 'the first divergence ends the session, told to the client as an error').conflicts(
        'lenient',
      ),
    )
    .option('--lenient', 'note what differs and go on (as without --strict)')
    .option('--ignore <path...>', 'fields of the client that may differ, e.g. session.instructions', [])
    .addOption(
      new Option('--patience <ms>', 'how long a message that was passed over is waited for')
        .argParser(above0)
        .default(1000),
    )
    .addOption(new Option('--clients <number>', 'end when so many have come and gone').argParser(above0))
    .option('--allow-origin <origin...>', 'browser origins besides loopback that may connect', [])
    .option('--certificates <dir>', 'folder of the local certificate authority', certificatesFolder())
    .option('--report <file>', 'write how it went as JSON, after each session and at the end')
    .option('--json', 'print one JSON line with the address on stdout, then one for each session')
    .action(async (trace: string, options: GivenOptions) => {
      const { listen, timing, speed, session, clients, report: file } = options;
      const stop = interrupted();
      const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
      // One write after another: a later report must not be overtaken.
      let writing = Promise.resolve();
      let unwritten = false;
      const write = (): void => {
        if (file !== undefined)
          writing = writing
            .then(() => writeFile(file, `${JSON.stringify(server.report(), null, 2)}\n`))
            .then(
              () => (unwritten = false),
              (cause: unknown) => {
                // A report that cannot be written ends nobody's session; the exit code tells of it.
                if (!unwritten) say(`${file} cannot be written: ${whyUnreadable(cause)}.`);
                unwritten = true;
              },
            )
            .then(() => undefined);
      };
      if (file !== undefined && !existsSync(path.dirname(path.resolve(file))))
        throw new UsageError(`There is no folder ${path.dirname(file)} for ${file}.`);
      const server = await serveTrace({
        ...{ trace, host: listen.host, port: listen.port, timing, speed },
        ...(session === undefined ? {} : { session }),
        ...{ strict: options.strict ?? false, ignore: options.ignore, patienceMs: options.patience },
        allowedOrigins: options.allowOrigin,
        certificates: options.certificates,
        onLog: say,
        onRefused: (id, status) => {
          if (options.json === true) print({ refused: { session: id, status } });
          say(`refused a client with ${status}, as session ${id} was`);
          write();
        },
        onSession: (one) => {
          if (options.json === true) print({ session: one });
          for (const line of formatSessionReport(one).split('\n')) say(line);
          write();
        },
      });
      for (const problem of server.problems) say(problem);
      // At once: a report that cannot be written is better known before the clients come than behind them.
      write();
      try {
        await writing;
      } catch (error) {
        await server.stop();
        throw error;
      }
      const { url: http, https, caFile: ca, ws } = server;
      if (options.json === true) print({ listening: true, http, https, ca, ws });
      say(`Serving ${trace} at ${http} and ${https}. Point your app there:`);
      say(`  OPENAI_BASE_URL=${https} NODE_EXTRA_CA_CERTS=${ca}   (openai for Node)`);
      say(`  OPENAI_BASE_URL=${http}   (Python, plain clients)`);
      say('Ctrl-C ends.');
      await Promise.race([stop, ...(clients === undefined ? [] : [server.ended(clients)])]);
      const { diverged } = await server.stop();
      write();
      await writing;
      if (diverged > 0 || unwritten) process.exitCode = 1;
    });
}

function above0(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}
