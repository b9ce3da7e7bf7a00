/** The settings as this build understands them; hand-edited values of a wrong type fall back to the default. */
import path from 'node:path';
import type { UpstreamOption } from '../proxy/engine';

/** First part of every setting, command, view and context key. */
export const SECTION = 'realtimeInspector';

/** What the integrated terminal gets while the proxy runs. */
export type TerminalEnvironment = 'off' | 'variables' | 'preload';

export interface Settings {
  host: string;
  port: number;
  allowedHosts: string[];
  allowedOrigins: string[];
  /** `auto`, `openai`, `simulator` or a URL. */
  upstream: string;
  recordingEnabled: boolean;
  /** '' for the default. */
  recordingFolder: string;
  /** When a recording goes on in a new file; Infinity for never. */
  rotation: { bytes: number; ms: number };
  maxTotalBytes: number;
  terminal: TerminalEnvironment;
  /** Path as it is written; '' for the default conversation. */
  scenario: string;
  seed: number | undefined;
  speed: number;
}

const MIB = 1024 * 1024;
const text = (value: unknown, otherwise: string) =>
  typeof value === 'string' && value.trim() ? value.trim() : otherwise;
const list = (value: unknown) =>
  Array.isArray(value)
    ? value.filter((entry): entry is string => typeof entry === 'string' && entry.trim() !== '').map((e) => e.trim())
    : [];

/** Reads all settings through `get`, which takes a name without the section. */
export function readSettings(get: (name: string) => unknown): Settings {
  const port = get('proxy.port');
  const size = get('recording.maxTotalSize');
  const rotateSize = get('recording.rotateSize');
  const rotateMinutes = get('recording.rotateMinutes');
  const terminal = get('terminal.environment');
  const seed = get('simulator.seed');
  const speed = get('simulator.speed');
  return {
    host: text(get('proxy.host'), '127.0.0.1'),
    port: Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65535 ? (port as number) : 8787,
    allowedHosts: list(get('proxy.allowedHosts')),
    allowedOrigins: list(get('proxy.allowedOrigins')),
    upstream: text(get('upstream'), 'auto'),
    recordingEnabled: get('recording.enabled') !== false,
    recordingFolder: text(get('recording.folder'), ''),
    rotation: {
      bytes: typeof rotateSize === 'number' && rotateSize > 0 ? rotateSize * MIB : Infinity,
      ms: typeof rotateMinutes === 'number' && rotateMinutes > 0 ? rotateMinutes * 60_000 : Infinity,
    },
    maxTotalBytes: (typeof size === 'number' && size >= 1 ? Math.floor(size) : 2048) * MIB,
    terminal: terminal === 'variables' || terminal === 'preload' ? terminal : 'off',
    scenario: text(get('simulator.scenario'), ''),
    seed: typeof seed === 'number' && Number.isFinite(seed) ? seed : undefined,
    speed: typeof speed === 'number' && Number.isFinite(speed) && speed > 0 ? speed : 1,
  };
}

/** Settings that only take effect when the proxy starts again. */
export const RESTART_SETTINGS = [
  `${SECTION}.proxy.host`,
  `${SECTION}.proxy.port`,
  `${SECTION}.proxy.allowedHosts`,
  `${SECTION}.proxy.allowedOrigins`,
  `${SECTION}.recording.folder`,
  `${SECTION}.recording.maxTotalSize`,
  `${SECTION}.recording.rotateSize`,
  `${SECTION}.recording.rotateMinutes`,
  'http.proxy',
  'http.proxySupport',
  'http.systemCertificates',
];

const OPENAI_ORIGIN = 'https://api.openai.com';

/** The URL when it can be an upstream (http, https, ws or wss, no credentials in it), else undefined. */
export function upstreamUrl(value: string): URL | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  return /^(https?|wss?):$/.test(url.protocol) && url.hostname && !url.username && !url.password ? url : undefined;
}

/**
 * Whose key it is: keys are stored by the server's origin, so that a workspace that names another upstream never gets
 * the key meant for OpenAI.
 */
export function keyOrigin(setting: string): string {
  const url = upstreamUrl(setting);
  return url ? `${url.protocol.replace(/^ws/, 'http')}//${url.host}` : OPENAI_ORIGIN;
}

/**
 * Where sessions go. `auto` is OpenAI as soon as there is a key to spend, stored or in the environment, else the
 * simulator. Throws, for people, when the setting is none of its values.
 */
export function resolveUpstream(setting: string, key: { stored: boolean; environment: boolean }): UpstreamOption {
  if (setting === 'simulator') return { kind: 'simulator' };
  if (setting === 'openai') return { kind: 'openai' };
  if (setting === 'auto') return { kind: key.stored || key.environment ? 'openai' : 'simulator' };
  const url = upstreamUrl(setting);
  if (url) return { kind: 'url', url: url.href };
  throw new Error(
    `The setting "${SECTION}.upstream" is "${setting}". Write "auto", "openai", "simulator", or a URL such as https://host/v1 without user name and password.`,
  );
}

/** Whether sessions there need no key: they never leave this machine. */
export function isKeyless({ kind }: UpstreamOption): boolean {
  return kind === 'simulator' || kind === 'trace';
}

/** An upstream in words. */
export function upstreamLabel(upstream: UpstreamOption): string {
  if (upstream.kind === 'simulator') return 'Simulator';
  if (upstream.kind === 'trace') return `Trace ${path.basename(upstream.file)}`;
  return upstream.kind === 'openai' ? 'OpenAI' : upstream.url;
}
