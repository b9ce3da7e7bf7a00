/**
 * The local certificate authority and the proxy's server certificate, kept in one folder, their keys for its owner only.
 * The `openai` npm SDK speaks TLS only, so a client that is pointed at the proxy has to trust a certificate of ours.
 */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { takeLock } from './folderLock';
import { encodePermitted, NAME_CONSTRAINTS_OID, permits, permittedEntries, permittedNames } from './nameConstraints';

/** What a TLS server needs, and what its clients have to trust. */
export interface Authority {
  /** Path of the authority's certificate, for NODE_EXTRA_CA_CERTS and its kin. */
  caFile: string;
  /** That certificate, PEM. */
  ca: string;
  /** The server's key (PKCS #8) and certificate, PEM. */
  key: string;
  cert: string;
  /** What was renewed or is not as it should be, and what that means, for people; empty in the ordinary case. */
  notes: string[];
}

const DAY = 86_400_000;
const CA_DAYS = 3650;
/** Chromium and Apple refuse server certificates that run for more than 398 days. */
const SERVER_DAYS = 397;
const CA_RENEW_DAYS = 60;
const SERVER_RENEW_DAYS = 30;

const LOCAL_NAMES = ['localhost', '*.localhost', '127.0.0.1', '::1'];
/** What the authority may always sign for. */
const LOCAL_PERMITTED = ['localhost', '127.0.0.0', '::1'];
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

interface Pair {
  cert: string;
  key: string;
}

/**
 * Reads the authority and server certificate in `folder`, or makes what is missing, damaged, near its end, or issued for
 * other names. Safe with several processes at once.
 * @param names host names and IP addresses besides the loopback ones that the server certificate must cover
 * @throws Error naming the folder, when it cannot be read or written
 */
export async function ensureAuthority(folder: string, names: string[]): Promise<Authority> {
  const wanted = [...new Set([...LOCAL_NAMES, ...names.map(hostOnly).filter((name) => name !== '')])];
  try {
    // A folder that was there has its own owner's mode: it may hold more than certificates.
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await chmod(folder, 0o700);
    const release = await takeLock(path.join(folder, 'lock'));
    try {
      return await ensureLocked(folder, wanted);
    } finally {
      await release();
    }
  } catch (error) {
    throw new Error(`The proxy's certificates in ${folder} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function ensureLocked(folder: string, names: string[]): Promise<Authority> {
  const file = (name: string): string => path.join(folder, name);
  const notes: string[] = [];
  let ca = await readPair(file('ca.pem'), file('ca-key.pem'));
  const trouble = caTrouble(ca, names);
  if (ca === undefined || trouble !== '') {
    // Names of the earlier authority stay, so that two proxies with different names do not take turns renewing it.
    const before = ca === undefined ? [] : constrainedNames(ca.cert);
    if (ca !== undefined) {
      notes.push(
        `The local certificate authority was renewed (${trouble}). Restart apps that were started with the old one, and ` +
          `trust ${file('ca.pem')} again wherever it was imported.`,
      );
    }
    ca = await makeAuthority([...new Set([...LOCAL_PERMITTED, ...before, ...names.filter((n) => !covered(n))])]);
    await writePair(file('ca.pem'), file('ca-key.pem'), ca);
  }
  let server = await readPair(file('server.pem'), file('server-key.pem'));
  if (server === undefined || !serverFits(server, ca, names)) {
    server = await makeServer(ca, names);
    await writePair(file('server.pem'), file('server-key.pem'), server);
  }
  for (const name of ['ca-key.pem', 'server-key.pem']) notes.push(...(await makePrivate(file(name))));
  return { caFile: file('ca.pem'), ca: ca.cert, key: server.key, cert: server.cert, notes };
}

/** `name:port` and `[address]` as they stand in a setting, without what a certificate does not hold. */
function hostOnly(name: string): string {
  const bare = name.trim().toLowerCase();
  if (isIP(bare) !== 0) return bare;
  return bare
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

const covered = (name: string): boolean => LOCAL_NAMES.includes(name);

// ---- judging what is there -------------------------------------------------------------------------------------------

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function matches(pair: Pair): boolean {
  try {
    return new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key));
  } catch {
    return false;
  }
}

const daysLeft = (certificate: X509Certificate): number => (Date.parse(certificate.validTo) - Date.now()) / DAY;
const begun = (certificate: X509Certificate): boolean => Date.parse(certificate.validFrom) <= Date.now();

/** Why the authority cannot stay, in words; '' when it can. */
function caTrouble(pair: Pair | undefined, names: string[]): string {
  if (pair === undefined) return 'it did not exist';
  const certificate = parsed(pair.cert);
  if (certificate === undefined || !certificate.ca || !matches(pair)) return 'its files were damaged';
  if (!begun(certificate)) return 'it is not valid yet by the clock of this machine';
  if (daysLeft(certificate) < CA_RENEW_DAYS) return 'it was about to expire';
  const value = constraints(pair.cert);
  const entries = value === undefined ? new Set<string>() : permittedEntries(value);
  const missing = [...LOCAL_PERMITTED, ...names.filter((n) => !covered(n))].filter((n) => !permits(entries, n));
  return missing.length === 0 ? '' : `it could not sign for ${missing.join(', ')}`;
}

function constraints(pem: string): Buffer | undefined {
  const extension = new x509.X509Certificate(pem).getExtension(NAME_CONSTRAINTS_OID);
  return extension === null ? undefined : Buffer.from(extension.value);
}

function constrainedNames(pem: string): string[] {
  try {
    const value = constraints(pem);
    return value === undefined ? [] : permittedNames(value);
  } catch {
    return [];
  }
}

function serverFits(pair: Pair, ca: Pair, names: string[]): boolean {
  const certificate = parsed(pair.cert);
  const issuer = parsed(ca.cert);
  if (certificate === undefined || issuer === undefined || !matches(pair)) return false;
  if (!begun(certificate) || daysLeft(certificate) < SERVER_RENEW_DAYS) return false;
  if (!certificate.verify(issuer.publicKey)) return false;
  const extension = new x509.X509Certificate(pair.cert).getExtension(x509.SubjectAlternativeNameExtension);
  const issued = (extension?.names.items ?? []).map((name) => plainAddress(name.value));
  return names.length === issued.length && names.every((name) => issued.includes(plainAddress(name)));
}

/** One spelling for an IPv6 address. */
const plainAddress = (name: string): string =>
  isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;

// ---- making ------------------------------------------------------------------------------------------------------------

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  }) as string;
}

/** A clock that runs a little behind (a virtual machine, a container) must not find the certificate in its future. */
const validity = (days: number): { notBefore: Date; notAfter: Date } => {
  const notBefore = new Date(Date.now() - DAY);
  return { notBefore, notAfter: new Date(notBefore.getTime() + days * DAY) };
};

async function makeAuthority(permitted: string[]): Promise<Pair> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=Realtime Inspector local CA ${new Date().toISOString().slice(0, 10)}`,
    ...validity(CA_DAYS),
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.Extension(NAME_CONSTRAINTS_OID, true, encodePermitted(permitted)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: `${certificate.toString('pem')}\n`, key: await keyPem(keys.privateKey) };
}

async function makeServer(ca: Pair, names: string[]): Promise<Pair> {
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(ca.cert);
  const pkcs8 = createPrivateKey(ca.key).export({ format: 'der', type: 'pkcs8' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, CURVE, false, ['sign']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=Realtime Inspector proxy',
    issuer: issuer.subject,
    ...validity(SERVER_DAYS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: `${certificate.toString('pem')}\n`, key: await keyPem(keys.privateKey) };
}

// ---- files --------------------------------------------------------------------------------------------------------------

async function readPair(certFile: string, keyFile: string): Promise<Pair | undefined> {
  const read = async (file: string): Promise<string | undefined> => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  const [cert, key] = await Promise.all([read(certFile), read(keyFile)]);
  return cert === undefined && key === undefined ? undefined : { cert: cert ?? '', key: key ?? '' };
}

/** The key first: a certificate whose key is missing would look damaged to the next reader. */
async function writePair(certFile: string, keyFile: string, pair: Pair): Promise<void> {
  await writeWhole(keyFile, pair.key, 0o600);
  await writeWhole(certFile, pair.cert, 0o644);
}

/** A reader sees the old file or the new one, never a part. */
async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const temporary = `${file}.${process.pid}.${Buffer.from(webcrypto.getRandomValues(new Uint8Array(4))).toString('hex')}`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Takes a key away from other users; a note when that cannot be done (another owner, a file system without modes). */
async function makePrivate(keyFile: string): Promise<string[]> {
  if (process.platform === 'win32' || ((await stat(keyFile)).mode & 0o077) === 0) return [];
  try {
    await chmod(keyFile, 0o600);
    return [];
  } catch (error) {
    return [
      `Other users may be able to read the key ${keyFile}: its mode cannot be changed (${(error as Error).message}).`,
    ];
  }
}
