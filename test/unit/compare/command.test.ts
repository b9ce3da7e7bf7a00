import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import type { Comparison } from '../../../src/compare/model';
import { dist } from '../fidelity/bed';
import { exchange, made, type Said } from './made';

const HOSTILE = '</style><script>document.title="x"</script><img src=x onerror="document.title=1">\u001b[31m\u202e';

/** The built command; a colour would be asked for by nobody here. */
function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(dist, 'cli.cjs'), 'diff', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const one = (answer: string, wait = 10) =>
  made([...exchange('1', 'Hello?', 'Good morning.'), ...exchange('2', 'Tea?', answer)], wait);

describe('realtime-inspector diff', () => {
  it('ends with 0 when nothing differs, 1 when something does, and 2 when it cannot be told', async () => {
    const [a, b] = [await one('With milk.'), await one('With lemon.')];
    expect(run(a, a)).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(': same\n') as string });
    const different = run(a, b);
    expect(different).toMatchObject({ status: 1, stderr: '' });
    expect(different.stdout).toContain('model With [-milk-]{+lemon+}.');
    expect(different.stdout).toMatch(/~ #16 \| #16 {2}<- response\.output_text\.delta x2/);
    expect(different.stdout).not.toContain('\u001b');
    const noSession = await made([]).then(() => path.join(path.dirname(a), 'none.jsonl'));
    for (const args of [
      [a],
      [a, noSession],
      [a, b, '--session', 'nope'],
      [a, b, '--only', 'colour'],
      [a, b, '--fail-on', 'slower'],
      [a, b, '--prices', noSession],
    ]) {
      const { status, stdout, stderr } = run(...args);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr.trim()).not.toBe('');
    }
    expect(run(a, noSession).stderr).toMatch(/^.*none\.jsonl cannot be (opened|read): it does not exist\.\n$/);
  });

  it('judges what it is asked to judge', async () => {
    const [a, b, slow] = [await one('With milk.'), await one('With lemon.'), await one('With milk.', 100)];
    expect(run(a, b, '--only', 'config,latency')).toMatchObject({ status: 0 });
    expect(run(a, b, '--only', 'config,latency').stdout).not.toContain('Turns');
    expect(run(a, b, '--fail-on', 'missing,slower:20%')).toMatchObject({ status: 0, stderr: '' });
    expect(run(a, b, '--fail-on', 'changed')).toMatchObject({ status: 1, stderr: 'The sessions differ.\n' });
    expect(run(a, slow)).toMatchObject({ status: 0 });
    const slower = run(a, slow, '--fail-on', 'slower:50%');
    expect(slower.status).toBe(1);
    expect(slower.stderr).toContain(
      'the median wait for the answer was 40 ms and is 400 ms (900 % more, 50 % allowed)',
    );
    expect(run(a, slow, '--fail-on', 'slower:900%')).toMatchObject({ status: 0 });
  });

  it('prints JSON that holds what differs', async () => {
    const { status, stdout } = run(await one('With milk.'), await one('With lemon.'), '--json');
    expect(status).toBe(1);
    const { same, sessions } = JSON.parse(stdout) as Comparison;
    expect(same).toBe(false);
    expect(sessions[0]?.counts).toMatchObject({ changed: 1, added: 0, removed: 0 });
    expect(new Set(sessions[0]?.events.map(({ status }) => status))).toEqual(new Set(['changed', 'follows']));
  });

  it('takes what other programs recorded, says what of it is not compared, and leaves nothing behind', async () => {
    const a = await one('With milk.');
    const folder = path.dirname(a);
    const file = (name: string, text: string) => {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const events = [...exchange('7', 'Hello?', 'Good morning.'), ...exchange('8', 'Tea?', 'With lemon.')];
    const lines = events.map(([side, event]) =>
      JSON.stringify({ direction: side === '>' ? 'client' : 'server', event }),
    );
    const b = file('b.jsonl', lines.join('\n'));
    const temporary = path.join(folder, 'temporary');
    mkdirSync(temporary);
    const inFolder = (...args: string[]) =>
      spawnSync(process.execPath, [path.join(dist, 'cli.cjs'), 'diff', ...args], {
        encoding: 'utf8',
        env: { ...process.env, TMPDIR: temporary },
      });
    const different = inFolder(a, b, '--url', 'wss://api.openai.com/v1/realtime?model=gpt-realtime', '--only', 'turns');
    expect(different.stderr).toBe('');
    expect(different.stdout).toContain('model With [-milk-]{+lemon+}.');
    expect(different.stdout).toContain(`b  ${b}\n`);
    expect(different.status).toBe(1);
    // The name of a format is that of the file that is no trace.
    const odd = file('odd.txt', `some words\n${lines.join('\n')}`);
    expect(inFolder(a, odd, '--format', 'lines', '--only', 'turns').stdout).toContain('{+lemon+}');
    expect(inFolder(a, odd)).toMatchObject({ status: 2, stdout: '' });
    expect(inFolder(a, b, '--format', 'wav').stderr).toContain('Allowed choices are har');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('removes what it made of a recording when it is stopped', async () => {
    const a = await one('With milk.');
    const folder = path.dirname(a);
    const long = path.join(folder, 'long.jsonl');
    const line = JSON.stringify({ direction: 'server', event: { type: 'odd', text: 'x'.repeat(500) } });
    writeFileSync(long, `${line}\n`.repeat(150_000));
    const temporary = path.join(folder, 'temporary');
    mkdirSync(temporary);
    const child = spawn(process.execPath, [path.join(dist, 'cli.cjs'), 'diff', long, a], {
      env: { ...process.env, TMPDIR: temporary },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await expect.poll(() => readdirSync(temporary).length, { timeout: 20_000 }).toBe(1);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    expect([code, said]).toEqual([2, 'Stopped; nothing was compared.\n']);
    expect(readdirSync(temporary)).toEqual([]);
  }, 60_000);

  it('leaves sound out when it is asked to', async () => {
    const sound = (ms: number): Said[] => [
      ['>', { type: 'input_audio_buffer.append', audio: Buffer.alloc(ms * 48).toString('base64') }],
    ];
    const [a, b] = [await made(sound(1000)), await made(sound(2000))];
    const heard = run(a, b);
    expect(heard.status).toBe(1);
    expect(heard.stdout).toContain('same sound, longer by 1.0 s');
    expect(run(a, b, '--ignore', 'sound')).toMatchObject({ status: 0 });
    expect(run(a, b, '--ignore', 'noise')).toMatchObject({ status: 2 });
    const { sessions } = JSON.parse(run(a, b, '--ignore', 'sound', '--json').stdout) as Comparison;
    expect(sessions[0]?.events).toMatchObject([{ sound: { kind: 'same', a: 1000, b: 2000 }, status: 'same' }]);
  });

  it('compares two sessions of one trace', async () => {
    const a = await one('With milk.');
    expect(run(a, '--session', 's1', '--with', 's1')).toMatchObject({ status: 0 });
    expect(run(a, '--session', 's1', '--with', 's2').stderr).toMatch(/has no session s2; it has s1\.\n$/);
  });

  it('shows captured words as words, in the terminal and in the page', async () => {
    const talk = (words: string, tool: string): Said[] => [
      ...exchange('1', `Hello ${words}`, `Answer ${words} ${tool}`),
      [
        '>',
        {
          type: 'session.update',
          session: { type: 'realtime', instructions: `${words} ${tool}`, [`${tool}${HOSTILE}`]: 1 },
        },
      ],
      ['<', { type: `odd${HOSTILE}${tool}`, value: HOSTILE }],
    ];
    const [a, b] = [await made(talk(HOSTILE, 'one')), await made(talk(HOSTILE, 'two'))];
    const text = run(a, b);
    expect(text.status).toBe(1);
    expect(text.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    const file = path.join(path.dirname(a), 'diff.html');
    expect(run(a, b, '--html', file)).toMatchObject({ status: 1, stdout: '', stderr: `Wrote ${file}.\n` });
    expect(run(a, b, '--html').stdout).toBe(readFileSync(file, 'utf8'));
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`file://${file}`);
      expect(asked).toEqual([`file://${file}`]);
      expect(await page.title()).toBe('test.realtime.jsonl and test.realtime.jsonl');
      expect(await page.locator('script, img, main style').count()).toBe(0);
      const body = await page.locator('main').innerText();
      expect(body).toContain('<script>document.title="x"</script>');
      expect(await page.locator('del', { hasText: 'one' }).count()).toBeGreaterThan(0);
      for (const width of [1400, 700]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      }
    } finally {
      await browser.close();
    }
  });
});
