/** Keys that hold, step and end a replay on a terminal, and a line that says how far it is. */
import type { ReplayRun } from '../replay/client/run';

const SHOWN_EVERY_MS = 250;
const CTRL_C = '\u0003';

/** Listens until the function it gives is called; does nothing where nobody types. */
export function listenToKeys(run: ReplayRun, say: (line: string) => void): () => void {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return () => undefined;
  say('Space pauses and goes on, s sends the next message, q ends.');
  const onKey = (key: Buffer): void => {
    switch (key.toString('utf8')) {
      case ' ':
        return run.progress.state === 'paused' ? run.resume() : run.pause();
      case 's':
        return run.step();
      case 'q':
      case CTRL_C:
        return run.stop();
    }
  };
  const show = (): void => {
    const { state, sent, skipped, total, waiting } = run.progress;
    const waits = waiting[0] === undefined ? '' : `, ${waiting[0]}`;
    const line = `${state}: ${sent + skipped} of ${total}${waits}`.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
    stderr.write(`\r\u001b[2K${line.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}`);
  };
  stdin.setRawMode(true);
  stdin.on('data', onKey);
  stdin.resume();
  const timer = setInterval(show, SHOWN_EVERY_MS);
  return () => {
    clearInterval(timer);
    stdin.off('data', onKey);
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\r\u001b[2K');
  };
}
