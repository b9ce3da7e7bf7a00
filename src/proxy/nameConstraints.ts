/**
 * The name constraints of the local authority (RFC 5280, 4.2.1.10): what it may sign for. With them, whoever gets hold of its
 * key can pose as this machine's own names, never as the API. The certificate library has no class for this extension.
 */
import { isIPv4, isIPv6 } from 'node:net';

export const NAME_CONSTRAINTS_OID = '2.5.29.30';

const SEQUENCE = 0x30;
const PERMITTED = 0xa0;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

function tlv(tag: number, value: Buffer): Buffer {
  const n = value.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

/** Bytes of an address, 4 or 16 of them. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const front = groups(head);
  const back = groups(tail ?? '');
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** A permitted name or range, in the form the extension holds it. Addresses are single ones, but for 127.0.0.0/8. */
function subtree(name: string): Buffer {
  if (isIPv4(name) || isIPv6(name)) {
    const address = addressBytes(name);
    const mask = name === '127.0.0.0' ? Buffer.from([255, 0, 0, 0]) : Buffer.alloc(address.length, 255);
    return tlv(SEQUENCE, tlv(IP_ADDRESS, Buffer.concat([address, mask])));
  }
  return tlv(SEQUENCE, tlv(DNS_NAME, Buffer.from(name.replace(/^\*\./, ''), 'latin1')));
}

/** The extension's value: these names (and what is below them) and addresses, and no others. */
export function encodePermitted(names: readonly string[]): Buffer {
  return tlv(SEQUENCE, tlv(PERMITTED, Buffer.concat(names.map(subtree))));
}

/** The permitted entries of an extension value written by `encodePermitted`, each as hexadecimal of its own encoding. */
export function permittedEntries(value: Buffer): Set<string> {
  const entries = new Set<string>();
  const inner = contents(contents(value));
  for (let at = 0; at < inner.length;) {
    const rest = inner.subarray(at);
    const size = rest.length - contents(rest, true).length;
    entries.add(rest.subarray(0, size).toString('hex'));
    at += size;
  }
  return entries;
}

/** Is `name` among them? */
export function permits(entries: ReadonlySet<string>, name: string): boolean {
  return entries.has(subtree(name).toString('hex'));
}

/** The value of the TLV that `bytes` begins with, or what follows it. */
function contents(bytes: Buffer, after = false): Buffer {
  const first = bytes[1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  const start = 2 + lengthBytes;
  return after ? bytes.subarray(start + length) : bytes.subarray(start, start + length);
}

/** The names of an earlier authority, so that a new one can keep them. */
export function permittedNames(value: Buffer): string[] {
  return [...permittedEntries(value)].map((entry) => {
    const general = contents(Buffer.from(entry, 'hex'));
    const body = contents(general);
    if (general[0] === DNS_NAME) return body.toString('latin1');
    const address = body.subarray(0, body.length / 2);
    if (address.length === 4) return address.join('.');
    const groups = Array.from({ length: 8 }, (_, i) => address.readUInt16BE(i * 2).toString(16));
    return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  });
}
