/**
 * A file with the certificates of everybody this machine trusts and the proxy's own authority. Node adds to its roots
 * (NODE_EXTRA_CA_CERTS); Python, curl and Go take one file in the place of theirs, so that one has to hold them all.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tls from 'node:tls';
import type { Variable } from './environment';

/** OpenSSL and all that is built on it (Python, Go), Python's requests, and curl whatever it is built on. */
const NAMES = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'] as const;

/**
 * Writes the file beside the authority's (`ca`) and gives its path. A bundle of the user's own (`inherited`) is taken over whole in
 * the place of Node's list. Throws when it cannot be written.
 */
export function writeTrustBundle(ca: string, inherited: Readonly<Record<string, string | undefined>>): string {
  const theirs = NAMES.map((name) => inherited[name]).find((file) => file !== undefined && file !== '');
  const own = readFileSync(ca, 'utf8').trim();
  const roots =
    (theirs === undefined ? undefined : readable(theirs)) ?? [...tls.rootCertificates, ...ofSystem()].join('\n');
  const file = path.join(path.dirname(ca), 'ca-bundle.pem');
  mkdirSync(path.dirname(file), { recursive: true });
  // Whoever reads it at this moment gets the whole of the one or the other.
  const part = `${file}.${process.pid}`;
  writeFileSync(part, `${own}\n${roots.trim()}\n`, { mode: 0o644 });
  renameSync(part, file);
  return file;
}

/** The variables that lead programs to that file. */
export const trustVariables = (file: string): Variable[] =>
  NAMES.map((name) => ({ name, value: file, how: 'replace' as const }));

function readable(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function ofSystem(): string[] {
  // Node has it since 22.15.
  const read = (tls as Partial<Pick<typeof tls, 'getCACertificates'>>).getCACertificates;
  try {
    return read?.('system') ?? [];
  } catch {
    return [];
  }
}
