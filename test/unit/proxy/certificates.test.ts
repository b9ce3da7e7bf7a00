import { spawn, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureAuthority } from '../../../src/proxy/certificates';
import type { Authority } from '../../../src/proxy/certificates';
import { addressBytes, encodePermitted, permittedNames } from '../../../src/proxy/nameConstraints';

let folder = '';
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'authority-')), 'certificates');
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(path.dirname(folder), { recursive: true, force: true });
});

const mode = async (name: string): Promise<number> => (await stat(path.join(folder, name))).mode & 0o777;

/** The answer of a server with `authority`'s certificate to a client that trusts `ca` and asks for `servername`. */
async function handshake(authority: Authority, ca: string, servername: string): Promise<string> {
  const server = https.createServer({ key: authority.key, cert: authority.cert }, (_req, res) => res.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await new Promise((resolve) => {
      const socket = tls.connect(
        { port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca, ...(servername && { servername }) },
        () => {
          resolve('trusted');
          socket.destroy();
        },
      );
      socket.on('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code === 'UNSPECIFIED' ? error.message : (error.code ?? '')),
      );
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('the authority', () => {
  it('is made on first use, its keys for the owner only', async () => {
    const made = await ensureAuthority(folder, []);
    expect(made.caFile).toBe(path.join(folder, 'ca.pem'));
    expect(await readFile(made.caFile, 'utf8')).toBe(made.ca);
    expect(made.notes).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(['ca-key.pem', 'ca.pem', 'server-key.pem', 'server.pem']);
    if (process.platform !== 'win32') {
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      expect([await mode('ca-key.pem'), await mode('server-key.pem')]).toEqual([0o600, 0o600]);
    }
  });

  it.runIf(process.platform !== 'win32')(
    'leaves the mode of a folder that was there, and takes its keys away from other users',
    async () => {
      await mkdir(folder);
      await chmod(folder, 0o755);
      const first = await ensureAuthority(folder, []);
      expect((await stat(folder)).mode & 0o777).toBe(0o755);
      expect([await mode('ca-key.pem'), await mode('server-key.pem')]).toEqual([0o600, 0o600]);
      for (const name of ['ca-key.pem', 'server-key.pem']) await chmod(path.join(folder, name), 0o644);
      expect(await ensureAuthority(folder, [])).toEqual(first);
      expect([await mode('ca-key.pem'), await mode('server-key.pem')]).toEqual([0o600, 0o600]);
      expect((await stat(folder)).mode & 0o777).toBe(0o755);
    },
  );

  it('is the same on the next use', async () => {
    const first = await ensureAuthority(folder, ['dev.example']);
    expect(await ensureAuthority(folder, ['dev.example'])).toEqual(first);
  });

  it('runs ten years, signs server certificates only, and says so in critical extensions', async () => {
    const { ca } = await ensureAuthority(folder, []);
    const certificate = new X509Certificate(ca);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
    expect(Math.round(days)).toBe(3650);
    const parsed = new x509.X509Certificate(ca);
    expect(parsed.getExtension(x509.KeyUsagesExtension)).toMatchObject({ critical: true, usages: 0x60 });
    expect(parsed.getExtension(x509.BasicConstraintsExtension)).toMatchObject({
      critical: true,
      ca: true,
      pathLength: 0,
    });
    expect(parsed.getExtension('2.5.29.30')?.critical).toBe(true);
  });

  it('covers loopback and the names it was asked for, and no client accepts it for others', async () => {
    const made = await ensureAuthority(folder, ['host.docker.internal:8787', '10.1.2.3']);
    const server = new X509Certificate(made.cert);
    expect(server.subjectAltName).toBe(
      'DNS:localhost, DNS:*.localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, ' +
        'DNS:host.docker.internal, IP Address:10.1.2.3',
    );
    const days = (Date.parse(server.validTo) - Date.parse(server.validFrom)) / 86_400_000;
    expect(days).toBeLessThanOrEqual(397);
    for (const name of ['localhost', 'host.docker.internal', '']) {
      expect(await handshake(made, made.ca, name)).toBe('trusted');
    }
    expect(await handshake(made, made.ca, 'other.example')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await handshake(made, tls.rootCertificates[0] ?? '', 'localhost')).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('cannot sign for the API, even with its key in hand', async () => {
    const made = await ensureAuthority(folder, []);
    const pkcs8 = createPrivateKey(await readFile(path.join(folder, 'ca-key.pem'), 'utf8')).export({
      format: 'der',
      type: 'pkcs8',
    });
    const curve = { name: 'ECDSA', namedCurve: 'P-256' };
    const signingKey = await crypto.subtle.importKey('pkcs8', pkcs8, curve, false, ['sign']);
    const keys = await crypto.subtle.generateKey(curve, true, ['sign', 'verify']);
    const forge = async (name: string): Promise<Authority> => {
      const forged = await x509.X509CertificateGenerator.create({
        subject: `CN=${name}`,
        issuer: new x509.X509Certificate(made.ca).subject,
        publicKey: keys.publicKey,
        signingKey,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
      });
      const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
      const pem = createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
      return { ...made, cert: forged.toString('pem'), key: pem as string };
    };
    expect(await handshake(await forge('localhost'), made.ca, 'localhost')).toBe('trusted');
    expect(await handshake(await forge('api.openai.com'), made.ca, 'api.openai.com')).toBe(
      'permitted subtree violation',
    );
  });

  const python = spawnSync('python3', ['-c', 'import ssl']).status === 0;
  it.runIf(python)("is trusted by Python's ssl module, by name and by address", async () => {
    const made = await ensureAuthority(folder, []);
    const server = https.createServer({ key: made.key, cert: made.cert }, (_req, res) => res.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const script =
      'import ssl, sys, urllib.request as u\n' +
      'c = ssl.create_default_context(cafile=sys.argv[1])\n' +
      'for url in sys.argv[2:]: print(u.urlopen(url, context=c).read().decode())\n';
    const child = spawn('python3', [
      '-c',
      script,
      made.caFile,
      `https://localhost:${port}/`,
      `https://127.0.0.1:${port}/`,
    ]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
    await new Promise((resolve) => child.once('close', resolve));
    server.close();
    expect(output).toBe('hello\nhello\n');
  });
});

describe('renewal', () => {
  it('issues a new server certificate when the names change, from the same authority', async () => {
    const first = await ensureAuthority(folder, ['a.example', 'b.example']);
    const second = await ensureAuthority(folder, ['b.example']);
    expect(second.ca).toBe(first.ca);
    expect(new X509Certificate(second.cert).subjectAltName).not.toContain('a.example');
    expect(second.notes).toEqual([]);
  });

  it('says so when a new name needs a new authority, which keeps the earlier names', async () => {
    const first = await ensureAuthority(folder, ['a.example']);
    const second = await ensureAuthority(folder, ['b.example', 'fd00::9']);
    expect(second.ca).not.toBe(first.ca);
    expect(second.notes.join()).toContain('b.example');
    expect((await ensureAuthority(folder, ['a.example', 'b.example'])).ca).toBe(second.ca);
    expect((await ensureAuthority(folder, ['fd00::9'])).notes).toEqual([]);
  });

  it('comes before either certificate expires', async () => {
    const first = await ensureAuthority(folder, []);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 370 * 86_400_000 });
    const second = await ensureAuthority(folder, []);
    expect([second.ca === first.ca, second.cert === first.cert]).toEqual([true, false]);
    vi.setSystemTime(Date.now() + 3250 * 86_400_000);
    const third = await ensureAuthority(folder, []);
    expect(third.ca).not.toBe(first.ca);
    expect(third.notes.join()).toContain('about to expire');
  });

  it.each(['ca.pem', 'ca-key.pem', 'server.pem', 'server-key.pem'])('mends a damaged or missing %s', async (name) => {
    const first = await ensureAuthority(folder, []);
    for (const damage of ['', 'not a PEM file', undefined]) {
      if (damage === undefined) await rm(path.join(folder, name));
      else await writeFile(path.join(folder, name), damage);
      const mended = await ensureAuthority(folder, []);
      expect(await handshake(mended, await readFile(mended.caFile, 'utf8'), 'localhost')).toBe('trusted');
      expect(mended.notes.length).toBe(name.startsWith('ca') ? 1 : 0);
      if (name.startsWith('server')) expect(mended.ca).toBe(first.ca);
    }
  });

  it('does not use a server certificate of an authority that was replaced', async () => {
    const first = await ensureAuthority(folder, []);
    await rm(path.join(folder, 'ca.pem'));
    const second = await ensureAuthority(folder, []);
    expect(second.cert).not.toBe(first.cert);
    expect(await handshake(second, second.ca, 'localhost')).toBe('trusted');
  });
});

describe('several at once', () => {
  it('end with one authority between them', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => ensureAuthority(folder, [])));
    expect(new Set(all.map((one) => one.ca + one.cert + one.key)).size).toBe(1);
    expect((await readdir(folder)).length).toBe(4);
  });

  it.each([
    ['the past', -60_000],
    ['the future', 3_600_000],
  ])('are not held up by the lock of one that died, dated in %s', async (_when, offset) => {
    await ensureAuthority(folder, []);
    const lock = path.join(folder, 'lock');
    await writeFile(lock, '');
    const then = new Date(Date.now() + offset);
    await utimes(lock, then, then);
    await expect(ensureAuthority(folder, [])).resolves.toBeDefined();
    expect((await readdir(folder)).length).toBe(4);
  });
});

it('names the folder when it cannot be used', async () => {
  await writeFile(path.dirname(folder) + '/file', '');
  await expect(ensureAuthority(path.dirname(folder) + '/file/x', [])).rejects.toThrow(/file[/\\]x/);
});

describe('name constraints', () => {
  it('come back as they went in', () => {
    const names = ['localhost', '127.0.0.0', '::1', 'a.example', '10.0.0.5', 'fd00::1:2'];
    expect(permittedNames(encodePermitted(names))).toEqual(names);
    const many = Array.from({ length: 60 }, (_, i) => `host-${i}.of.some.length.example`);
    expect(permittedNames(encodePermitted(many))).toEqual(many);
  });

  it('write an IPv6 address in all its forms as 16 bytes', () => {
    expect(addressBytes('::').toString('hex')).toBe('0'.repeat(32));
    expect(addressBytes('fd00::1').toString('hex')).toBe(`fd00${'0'.repeat(24)}0001`);
    expect(addressBytes('::ffff:10.0.0.1').toString('hex')).toBe(`${'0'.repeat(20)}ffff0a000001`);
    expect(addressBytes('1:2:3:4:5:6:7:8').toString('hex')).toBe('00010002000300040005000600070008');
  });
});
