import fs from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { cleanUp } from '../fidelity/bed';
import { linesOf, runEngine } from './runningEngine';

afterEach(cleanUp);

/** Characters that JSON may spell in more than one way. */
const SECRET = 'pä"ss\\wo\nrd-4711';

it('a value that is told to be secret stands nowhere in the record of a session that is open already', async () => {
  const engine = await runEngine('', { upstream: { kind: 'simulator' } });
  const session = await engine.newSession({ model: 'gpt-realtime' });
  await engine.keepSecret([SECRET]);
  const update = { type: 'session.update', session: { type: 'realtime', instructions: `Say ${SECRET} never.` } };
  const texts = [JSON.stringify(update), JSON.stringify(update).replace('ä', '\\u00e4')];
  for (const text of texts) await engine.inject(session, 'server', text);
  const answers = () => linesOf(engine.file).filter(({ type }) => type === 'session.updated');
  await expect.poll(() => answers().length).toBe(2);
  for (const line of linesOf(engine.file).filter(({ type }) => /^session.update/.test(String(type))))
    expect(line).toMatchObject({
      redacted: ['/session/instructions'],
      event: { session: { instructions: 'Say [redacted] never.' } },
    });
  expect(fs.readFileSync(engine.file, 'utf8')).not.toMatch(/4711/);
});
