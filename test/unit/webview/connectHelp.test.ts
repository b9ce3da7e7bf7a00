import { expect, it } from 'vitest';
import { connectLines } from '../../../webview/logic/connectHelp';

const proxy = { http: 'http://127.0.0.1:8787/v1', https: 'https://localhost:8787/v1', ca: '/home/me/ca.pem' };

it('each client is told the base URL it understands', () => {
  const texts = connectLines(proxy).map(({ title, text }) => [title, text]);
  expect(texts).toEqual([
    ['Node', 'OPENAI_BASE_URL=https://localhost:8787/v1 NODE_EXTRA_CA_CERTS=/home/me/ca.pem'],
    ['Python', 'OPENAI_BASE_URL=http://127.0.0.1:8787/v1'],
    ['Browser', "new WebSocket('ws://127.0.0.1:8787/v1/realtime?model=gpt-realtime', ['realtime'])"],
  ]);
});

it('a path with blanks is quoted', () => {
  expect(connectLines({ ...proxy, ca: '/my files/ca.pem' })[0]?.text).toContain('"/my files/ca.pem"');
});
