import { describe, expect, it } from 'vitest';
import { Refusals } from '../../../src/extension/refusals';
import { describeUpstreamError } from '../../../src/proxy/upstream';
import type { SessionState } from '../../../src/proxy/sessionState';

const unreachable = (code = 'ECONNREFUSED') =>
  describeUpstreamError(Object.assign(new Error('x'), { code }), new URL('http://127.0.0.1:9/v1/realtime'));

function session(more: Partial<SessionState>): SessionState {
  const head = { id: 's1', label: '', upstream: '127.0.0.1:9', openedAt: 0, own: false };
  return { ...head, status: 'refused', closeReason: unreachable(), ...more };
}

describe('a session of an app', () => {
  it('refused because the upstream could not be reached is told with the reason', () => {
    expect(new Refusals().take(session({}))).toBe(
      'The upstream 127.0.0.1:9 could not be reached: the connection was refused; nothing listens there.',
    );
  });

  it('refused again for the same reason is told again after a minute, not before', () => {
    let now = 0;
    const refusals = new Refusals(() => now);
    expect(refusals.take(session({}))).toBeDefined();
    now = 59_999;
    expect(refusals.take(session({ id: 's2' }))).toBeUndefined();
    expect(refusals.take(session({ id: 's3', closeReason: unreachable('ENOTFOUND') }))).toBeDefined();
    now = 60_000;
    expect(refusals.take(session({ id: 's4' }))).toBeDefined();
    expect(refusals.take(session({ id: 's5' }))).toBeUndefined();
  });

  it.each([
    ['answered by the upstream', { closeReason: 'The upstream answered 401: no key' }],
    ['that went away itself', { closeReason: 'The client went away before the upstream answered.' }],
    ['that was opened', { status: 'open' as const }],
    ['of the inspector', { own: true }],
  ])('%s is not told', (_, more) => expect(new Refusals().take(session(more))).toBeUndefined());
});
