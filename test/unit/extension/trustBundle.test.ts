import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import * as tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trustVariables, writeTrustBundle } from '../../../src/extension/trustBundle';
import { cleanUp } from '../fidelity/bed';
import { runEngine } from '../proxy/runningEngine';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'trust-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(cleanUp);

const certificatesIn = async (file: string) =>
  (await readFile(file, 'utf8')).match(/-BEGIN CERTIFICATE-/g)?.length ?? 0;

describe('the file of everybody that is trusted', () => {
  it('lets a client that takes one file in the place of its own trust the proxy, and everybody else still', async () => {
    const engine = await runEngine('http://127.0.0.1:9');
    const file = writeTrustBundle(engine.address.ca, {});
    const ca = await readFile(file);
    const status = await new Promise((resolve, reject) => {
      const url = `https://localhost:${engine.address.port}/nothing`;
      https.get(url, { ca, agent: false }, (answer) => resolve(answer.statusCode)).on('error', reject);
    });
    expect(status).toBeGreaterThan(0);
    expect(await certificatesIn(file)).toBeGreaterThan(tls.rootCertificates.length);
    expect(trustVariables(file).map(({ name, value }) => `${name} ${value}`)).toEqual([
      `SSL_CERT_FILE ${file}`,
      `REQUESTS_CA_BUNDLE ${file}`,
      `CURL_CA_BUNDLE ${file}`,
    ]);
  });
  it('takes over a file the user already has, and does without one that is gone', async () => {
    const ca = path.join(folder, 'ca.pem');
    const mine = path.join(folder, 'mine.pem');
    await writeFile(ca, '-----BEGIN CERTIFICATE-----\nproxy\n-----END CERTIFICATE-----\n');
    await writeFile(mine, '-----BEGIN CERTIFICATE-----\nmine\n-----END CERTIFICATE-----\n');
    const taken = await readFile(writeTrustBundle(ca, { SSL_CERT_FILE: mine }), 'utf8');
    expect(taken.match(/^(?:proxy|mine)$/gm)).toEqual(['proxy', 'mine']);
    const file = writeTrustBundle(ca, { CURL_CA_BUNDLE: path.join(folder, 'gone.pem') });
    expect(await certificatesIn(file)).toBeGreaterThan(tls.rootCertificates.length);
  });
});
