/** Which names and addresses are this machine's own. */
import { isIP } from 'node:net';

/**
 * True for `localhost`, `*.localhost`, 127.0.0.0/8 and ::1 (also written as an IPv4-mapped address), with or without
 * the brackets of a URL. Names are not looked up: a name that merely resolves to loopback is what DNS rebinding uses.
 */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || /^::ffff:(127\.\d+\.\d+\.\d+|7f[0-9a-f]{2}:[0-9a-f]{1,4})$/.test(name);
}
