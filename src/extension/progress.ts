/** Work in a thread of its own, with a notification that says how far it is and can stop it. */
import * as vscode from 'vscode';
import { plain } from './plainText';

/** What the work is given. */
export interface WorkUnderWay {
  /** Aborted when the user stops it; the work then rejects. */
  signal: AbortSignal;
  /** How much is done, 0 to 1. */
  progress(share: number): void;
}

/** Runs work with its title on the screen. Resolves with undefined when the user stopped it; rejects as the work does. */
export async function withProgress<T>(
  title: string,
  work: (underWay: WorkUnderWay) => Promise<T>,
): Promise<T | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: plain(title), cancellable: true },
    async (progress, cancelled) => {
      const stop = new AbortController();
      const listener = cancelled.onCancellationRequested(() => stop.abort());
      let told = 0;
      try {
        return await work({
          signal: stop.signal,
          progress: (share) => {
            progress.report({ increment: (share - told) * 100 });
            told = share;
          },
        });
      } catch (error) {
        if (stop.signal.aborted) return undefined;
        throw error;
      } finally {
        listener.dispose();
      }
    },
  );
}
