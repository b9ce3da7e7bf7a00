/** What a rule does, in few words. */
import { actionsOf, listOf, type Action, type WrittenEvent, type WrittenRule } from './written';

/** What the actions of a rule do, e.g. `drop, answer the client with error`. Its texts are the user's: show them as text. */
export function summaryOf(rule: WrittenRule): string {
  return actionsOf(rule)
    .map((action) => WORDS[action](rule))
    .filter((words) => words !== '')
    .join(', ');
}

const seconds = (ms: number): string => (ms >= 1000 ? `${Number((ms / 1000).toFixed(2))} s` : `${ms} ms`);

const WORDS: Record<Action, (rule: WrittenRule) => string> = {
  set: ({ set }) => `set ${shortList(Object.keys(set ?? {}))}`,
  remove: ({ remove }) => `remove ${shortList(listOf(remove))}`,
  replace: ({ replace }) => `replace by ${eventName(replace)}`,
  drop: () => 'drop',
  delay: ({ delay = 0, jitter = 0 }) =>
    jitter > 0 ? `delay ${seconds(delay)} to ${seconds(delay + jitter)}` : `delay ${seconds(delay)}`,
  jitter: ({ delay, jitter = 0 }) => (delay === undefined ? `delay up to ${seconds(jitter)}` : ''),
  throttle: ({ throttle = 0 }) => `throttle to ${throttle} bytes/s`,
  duplicate: ({ duplicate }) => {
    const times = typeof duplicate === 'object' ? (duplicate.times ?? 1) : Number(duplicate);
    return times === 1 ? 'send twice' : `send ${times + 1} times`;
  },
  reorder: ({ reorder = 0 }) => `reorder within ${typeof reorder === 'number' ? reorder : reorder.window}`,
  inject: ({ inject, drop }) =>
    listOf(inject)
      .map(({ to, event }) => `${drop ? 'answer' : 'tell'} the ${to} ${eventName(event)}`)
      .join(', '),
  disconnect: ({ disconnect }) => {
    const { code, delay } = disconnectOf(disconnect);
    const what = code === 1006 ? 'cut the connection' : `disconnect with ${code}`;
    return delay > 0 ? `${what} after ${seconds(delay)}` : what;
  },
  refuse: ({ refuse }) => `refuse the handshake with ${refuse?.status ?? ''}`,
  corruptAudio: ({ corruptAudio }) => {
    const kind = typeof corruptAudio === 'object' ? corruptAudio.with : corruptAudio;
    return kind === 'loss' ? 'lose audio' : kind === 'noise' ? 'add noise to audio' : 'mute audio';
  },
};

/** Code, reason and delay (ms) of a disconnect, however it is written. */
export function disconnectOf(written: WrittenRule['disconnect']): { code: number; reason: string; delay: number } {
  if (typeof written === 'object') {
    const { code = 1006, reason = '', delay = 0 } = written;
    return { code, reason, delay };
  }
  return { code: typeof written === 'number' ? written : 1006, reason: '', delay: 0 };
}

function eventName(event: WrittenEvent | undefined): string {
  return typeof event === 'object' && typeof event['type'] === 'string' ? event['type'] : 'a text';
}

function shortList(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
}
