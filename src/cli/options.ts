/** What is written behind the options of the command line, read. */
import { InvalidArgumentError } from 'commander';
import type { Rotation, UpstreamOption } from '../proxy';
import { splitBy } from './rewrite';
import { UsageError } from './usage';

/** `HOST:PORT` or `PORT`, on the loopback address. Throws an `InvalidArgumentError`, as all of these do. */
export function address(text: string): { host: string; port: number } {
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65535) throw new InvalidArgumentError('It must be HOST:PORT or PORT, e.g. 127.0.0.1:8787.');
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

/** `simulator`, `openai` or a base URL. */
export function upstream(text: string): UpstreamOption {
  if (text === 'simulator' || text === 'openai') return { kind: text };
  if (!/^(https?|wss?):\/\//.test(text)) throw new InvalidArgumentError('It must be "simulator", "openai" or a URL.');
  return { kind: 'url', url: text };
}

/** `10m`, `100MB`, or both, the option given twice. */
export function rotation(text: string, before: Rotation | undefined): Rotation {
  const limit = splitBy(text);
  if (limit.kind === 'session') throw new InvalidArgumentError('It must be a time (10m, 1h) or a size (100MB).');
  const { bytes = Infinity, ms = Infinity } = before ?? {};
  return limit.kind === 'time' ? { bytes, ms: limit.ms } : { bytes: limit.bytes, ms };
}

/** Any number. */
export function finite(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/** A number above 0. */
export function positive(text: string): number {
  const value = finite(text);
  if (value <= 0) throw new InvalidArgumentError('It must be more than 0.');
  return value;
}

/** `NAME=VALUE` taken apart at the first mark. Throws a `UsageError`. */
export function pairs(texts: readonly string[], mark: ':' | '=', option: string): [string, string][] {
  return texts.map((text) => {
    const at = text.indexOf(mark);
    if (at < 1) throw new UsageError(`${option} "${text}" has no "${mark}" in it.`);
    return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  });
}
