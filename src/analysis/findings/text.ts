/** Words for findings. Captured text is hostile: it is cut and freed of what could steer a terminal or turn a line around. */
import { asText, dig } from '../json';

// Control characters, line ends of every kind, and the marks that change the direction of writing.
const UNPLAIN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** One plain line of at most `most` characters; '' for anything but a string. */
export function plain(value: unknown, most = 200): string {
  const text = asText(value)
    .slice(0, most * 2)
    .replace(UNPLAIN, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** What to say, and to do, where the app has sent what is missing and the inspector has kept it from the server. */
export const KEPT_BACK = {
  explanation:
    ' The app did send it: it never reached the server, because a breakpoint or a rule holds it or dropped it.',
  advice: 'This says nothing of the app: let the message go on, or take the breakpoint or rule away.',
};

/** `1 update`, `3 updates`. */
export function many(count: number, what: string, plural = `${what}s`): string {
  return `${count} ${count === 1 ? what : plural}`;
}

/** ` (3 times)`, or nothing for once. */
export function often(times: number): string {
  return times === 1 ? '' : ` (${times} times)`;
}

/** Seconds for a sentence: `0.4 s`, `12 s`. */
export function seconds(ms: number): string {
  const value = Math.max(0, ms) / 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}

/** The text with a full stop where it has no end of its own. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** A sentence with what the server said: its message, else its code. `who` begins it. */
export function serverSays(error: unknown, who = 'The server says'): string {
  const message = plain(dig(error, 'message'), 300) || plain(dig(error, 'code'), 80) || plain(dig(error, 'type'), 80);
  return message === '' ? 'The server gave no reason.' : sentence(`${who}: ${message}`);
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
