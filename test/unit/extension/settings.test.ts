import { describe, expect, it } from 'vitest';
import { keyOrigin, readSettings, resolveUpstream } from '../../../src/extension/settings';

const from = (values: Record<string, unknown>) => readSettings((name) => values[name]);

describe('settings', () => {
  it('fall back to their defaults when nothing or nonsense is written', () => {
    const defaults = from({});
    expect(defaults).toEqual({
      host: '127.0.0.1',
      port: 8787,
      allowedHosts: [],
      allowedOrigins: [],
      upstream: 'auto',
      recordingEnabled: true,
      recordingFolder: '',
      maxTotalBytes: 2048 * 1024 * 1024,
      rotation: { bytes: Infinity, ms: Infinity },
      terminal: 'off',
      scenario: '',
      seed: undefined,
      speed: 1,
    });
    const nonsense = {
      'proxy.host': 7,
      'proxy.port': '80',
      'proxy.allowedHosts': 'a',
      'proxy.allowedOrigins': { a: 1 },
      upstream: null,
      'recording.enabled': 'yes',
      'recording.folder': [],
      'recording.maxTotalSize': -1,
      'terminal.environment': 'all',
      'simulator.scenario': 4,
      'simulator.seed': '4',
      'simulator.speed': 0,
    };
    expect(from(nonsense)).toEqual(defaults);
    expect(from({ 'proxy.port': 70000 }).port).toBe(8787);
  });

  it('are taken as written otherwise', () => {
    const written = {
      'proxy.host': ' 0.0.0.0 ',
      'proxy.port': 0,
      'proxy.allowedHosts': ['host.docker.internal', '', 4],
      'recording.enabled': false,
      'recording.maxTotalSize': 3,
      'terminal.environment': 'preload',
      'simulator.scenario': ' talk.scenario.yaml ',
      'simulator.seed': 0,
      'simulator.speed': 2.5,
    };
    expect(from(written)).toMatchObject({
      host: '0.0.0.0',
      port: 0,
      allowedHosts: ['host.docker.internal'],
      recordingEnabled: false,
      maxTotalBytes: 3 * 1024 * 1024,
      terminal: 'preload',
      scenario: 'talk.scenario.yaml',
      seed: 0,
      speed: 2.5,
    });
    expect(from({ 'simulator.seed': null }).seed).toBeUndefined();
  });
});

describe('the upstream', () => {
  it.each([
    ['auto', false, false, { kind: 'simulator' }],
    ['auto', true, false, { kind: 'openai' }],
    ['auto', false, true, { kind: 'openai' }],
    ['simulator', true, true, { kind: 'simulator' }],
    ['openai', false, false, { kind: 'openai' }],
    ['wss://host/v1', false, false, { kind: 'url', url: 'wss://host/v1' }],
  ])('"%s" with a stored key %s and one in the environment %s', (setting, stored, environment, expected) => {
    expect(resolveUpstream(setting, { stored, environment })).toEqual(expected);
  });

  it.each(['', 'openia', 'file:///etc/passwd', 'ftp://host', 'https://user:secret@host/v1'])(
    'is refused with advice when the setting is "%s"',
    (setting) => {
      expect(() => resolveUpstream(setting, { stored: false, environment: false })).toThrow(/Write "auto"/);
    },
  );
});

describe('a key', () => {
  it('belongs to one server, so that another upstream never gets it', () => {
    const openai = keyOrigin('auto');
    expect(openai).toBe('https://api.openai.com');
    expect(keyOrigin('openai')).toBe(openai);
    expect(keyOrigin('https://api.openai.com/v1')).toBe(openai);
    expect(keyOrigin('wss://api.openai.com/v1')).toBe(openai);
    expect(keyOrigin('https://api.openai.com.evil.example/v1')).not.toBe(openai);
    expect(keyOrigin('http://api.openai.com/v1')).not.toBe(openai);
    expect(keyOrigin('https://api.openai.com:444/v1')).not.toBe(openai);
  });
});
