/** Bundle `replayWorker`: a replay off its owner's thread, where nothing else delays what it sends. */
import { parentPort, workerData } from 'node:worker_threads';
import { Recording } from '../recording';
import { replayableSessions, startReplay } from './replay';
import { sweepRow } from './sweep';
import type { ReplayCommand, ReplayJob, ReplayTold, RowOf } from './thread';

const port = parentPort;
if (!port) throw new Error('replayWorker runs as a worker thread only');
const say = (told: ReplayTold) => port.postMessage(told);
const job = workerData as ReplayJob;
/** How often at most it is told how far a replay is, ms. */
const TELL_MS = 100;

async function replay(options: Extract<ReplayJob, { job: 'replay' }>['options']): Promise<void> {
  const begun = await startReplay(options);
  const { run } = begun;
  port?.on('message', (command: ReplayCommand) => run[command]());
  try {
    say({ told: 'begun', trace: options.trace, session: begun.plan.session.id, problems: [...begun.problems] });
    let timer: NodeJS.Timeout | undefined;
    run.on('progress', () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        say({ told: 'progress', progress: run.progress });
      }, TELL_MS);
    });
    run.on('problem', (message) => say({ told: 'problem', message }));
    const result = await begun.done;
    clearTimeout(timer);
    say({ told: 'done', result });
  } finally {
    await begun.close();
  }
}

/** A recording of another program is a trace for as long as it is open. */
async function row({ name, file, session, result }: RowOf): Promise<void> {
  const recording = await Recording.open(file);
  try {
    const isTimed = recording.sessions.every(({ id, timed }) => timed || (session !== undefined && id !== session));
    say({ told: 'row', row: await sweepRow(name, recording.traceFile, session, result, isTimed) });
  } finally {
    await recording.close();
  }
}

async function work(): Promise<void> {
  if (job.job === 'sessions') say({ told: 'sessions', sessions: await replayableSessions(job.file) });
  else if (job.job === 'row') await row(job.row);
  else await replay(job.options);
}

work().then(
  () => port.close(),
  (error: unknown) => {
    say({ told: 'failed', message: error instanceof Error ? error.message : String(error) });
    port.close();
  },
);
