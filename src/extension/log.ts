/** The window's log. A message is one line there whatever it quotes: a captured text must not write a line of its own. */
import type * as vscode from 'vscode';
import { oneLine } from './plainText';

/** Longest text of a line, characters. */
const MOST_LOGGED = 4000;

export interface Log extends Record<'info' | 'warn' | 'error', (message: string) => void> {
  show(): void;
  /** Ends it; what is logged afterwards is lost. */
  close(): void;
}

/**
 * Logs into a channel that is this log's own. A closed channel throws at who writes into it, and the last to write are workers that
 * end: a line that is lost must not keep sessions and traces from being closed.
 */
export function logInto(channel: vscode.LogOutputChannel): Log {
  let isOpen = true;
  const into = (level: 'info' | 'warn' | 'error') => (message: string) => {
    if (isOpen) channel[level](oneLine(message, MOST_LOGGED));
  };
  return {
    info: into('info'),
    warn: into('warn'),
    error: into('error'),
    show: () => channel.show(),
    close: () => {
      isOpen = false;
      channel.dispose();
    },
  };
}
