import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientVariables, PLACEHOLDER_KEY, shellLines, terminalEnvironment } from '../../../src/extension/environment';

let folder: string;
let preload: string;
beforeAll(() => {
  // A folder name with everything that shells and NODE_OPTIONS treat as special.
  folder = mkdtempSync(path.join(tmpdir(), `rti ' "$(x)\\ `));
  preload = path.join(folder, 'pre load.cjs');
  writeFileSync(preload, 'process.env.PRELOADED = "yes";');
});
afterAll(() => rmSync(folder, { recursive: true }));

const address = { http: 'http://127.0.0.1:8787/v1', https: 'https://localhost:8787/v1', ca: "/it's a/ca.pem" };

describe('client variables', () => {
  it('are none when the setting is off', () => {
    expect(clientVariables('off', address, preload)).toEqual([]);
  });

  it('never replace the certificates of the system', () => {
    const names = clientVariables('preload', address, preload).map(({ name }) => name);
    expect(names).toContain('NODE_EXTRA_CA_CERTS');
    expect(names).not.toContain('SSL_CERT_FILE');
  });

  it('load the preload in a real Node, whatever its path, and keep the options that were there', () => {
    const env = terminalEnvironment(clientVariables('preload', address, preload), { NODE_OPTIONS: '--no-deprecation' });
    const script = 'console.log(process.env.PRELOADED, process.noDeprecation, process.env.OPENAI_BASE_URL)';
    const out = execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
    expect(out.trim()).toBe(`yes true ${address.https}`);
  });

  it('survive a real shell as pasted lines', () => {
    const lines = shellLines(clientVariables('preload', address, preload), 'posix');
    const print = `"${process.execPath}" -e 'console.log(JSON.stringify([process.env.NODE_EXTRA_CA_CERTS, process.env.PRELOADED, process.noDeprecation]))'`;
    const out = execFileSync('sh', ['-c', lines + print], {
      env: { NODE_OPTIONS: '--no-deprecation' },
      encoding: 'utf8',
    });
    expect(JSON.parse(out)).toEqual([address.ca, 'yes', true]);
  });

  it('never put a placeholder in the place of a real key', () => {
    const shell = (env: Record<string, string>) =>
      execFileSync('sh', ['-c', `${shellLines([PLACEHOLDER_KEY], 'posix')}printf %s "$OPENAI_API_KEY"`], {
        env,
        encoding: 'utf8',
      });
    expect(shell({ OPENAI_API_KEY: 'mine' })).toBe('mine');
    expect(shell({})).toBe(PLACEHOLDER_KEY.value);
    expect(terminalEnvironment([PLACEHOLDER_KEY], { OPENAI_API_KEY: 'mine' })).toEqual({ OPENAI_API_KEY: 'mine' });
    expect(terminalEnvironment([PLACEHOLDER_KEY], {})).toEqual({ OPENAI_API_KEY: PLACEHOLDER_KEY.value });
  });

  it('are quoted for PowerShell, where only the quote itself needs doubling', () => {
    const lines = shellLines([{ name: 'A', value: `it's $(x)`, how: 'replace' }], 'powershell');
    expect(lines).toBe(`$env:A = 'it''s $(x)'\n`);
  });
});
