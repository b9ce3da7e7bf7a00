import { timingSafeEqual } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { withKey, withoutSegment } from '../../../src/proxy/requests';

const SEGMENT = 'AbCdEfGhIjKlMnOpQrStUvWx';
const strip = (path: string, segment: string | undefined = SEGMENT) => withoutSegment(path, segment, timingSafeEqual);

describe('the secret segment of a base URL', () => {
  it('is taken off wherever a client may put it, and allows the key', () => {
    for (const [path, rest] of [
      [`/k/${SEGMENT}/v1/realtime?model=m`, '/v1/realtime?model=m'],
      [`/k/${SEGMENT}`, '/'],
      [`/k/${SEGMENT}?x=1`, '/?x=1'],
      [`//k/${SEGMENT}/v1`, '/v1'],
      [`/K/${SEGMENT}/v1`, '/v1'],
      [`http://127.0.0.1:8787/k/${SEGMENT}/v1/models`, '/v1/models'],
    ] as const)
      expect(strip(path), path).toEqual({ path: rest, keyed: true, wrong: false });
  });

  it('is refused when it is another, none is set, or it stands where it would be sent on', () => {
    for (const path of [
      `/k/${SEGMENT.slice(1)}/v1`,
      '/k//v1',
      `/v1/k/${SEGMENT}/x`,
      `/k/${SEGMENT}/v1?again=${SEGMENT}`,
    ])
      expect(strip(path), path).toMatchObject({ keyed: false, wrong: true });
    expect(withoutSegment(`/k/${SEGMENT}/v1`, undefined, timingSafeEqual)).toMatchObject({ keyed: false, wrong: true });
  });

  it('is not asked for: other paths pass as they came', () => {
    expect(strip('/v1/realtime?model=%2Fk%2Fx')).toEqual({
      path: '/v1/realtime?model=%2Fk%2Fx',
      keyed: false,
      wrong: false,
    });
    expect(strip('/keys')).toMatchObject({ path: '/keys', wrong: false });
  });
});

describe('the stored key', () => {
  const client = [
    'Host',
    'x',
    'AUTHORIZATION',
    'Bearer fake',
    'api-key',
    'fake',
    'Sec-WebSocket-Protocol',
    'realtime, openai-insecure-api-key.fake',
    'X-Other',
    '1',
  ];

  it("takes the place of the client's credentials in every form, and leaves the rest in order", () => {
    expect(withKey(client, { url: 'https://api.openai.com/v1', apiKey: 'real' })).toEqual([
      'Host',
      'x',
      'Sec-WebSocket-Protocol',
      'realtime',
      'X-Other',
      '1',
      'Authorization',
      'Bearer real',
    ]);
  });

  it('goes to Azure under the name Azure wants', () => {
    const headers = withKey(client, { url: 'https://r.openai.azure.com/openai/v1', apiKey: 'real' });
    expect(headers.slice(-2)).toEqual(['api-key', 'real']);
    expect(headers).not.toContain('Authorization');
  });

  it('changes nothing when there is none', () => {
    expect(withKey(client, { url: 'https://api.openai.com/v1' })).toBe(client);
  });
});
