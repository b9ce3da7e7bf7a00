/**
 * Who may speak to the proxy. It listens on loopback, but a web page can reach loopback too: by a name of its own that
 * resolves to 127.0.0.1 (DNS rebinding; the Host header gives that away) or straight from a script (the Origin header does).
 */
import { isLoopback } from '../simulator/loopback';
import { originMayAsk } from '../simulator/origins';

/** Why a request is refused: the status to answer with, and a sentence naming the setting that would allow it. */
export interface Refusal {
  status: 400 | 403 | 421;
  message: string;
}

/** A host pattern is a name, `*.name`, or either with `:port`; case does not matter. */
function hostMatches(pattern: string, hostname: string, port: string): boolean {
  const wanted = pattern.trim().toLowerCase();
  const [, name = wanted, wantedPort] = /^(.*?[^:]|\[.*\]):(\d+)$/.exec(wanted) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return bare.startsWith('*.') ? host.endsWith(bare.slice(1)) && host.length > bare.length - 1 : bare === host;
}

/** Captured text goes into a message for people: printable, short. */
const shown = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);

/**
 * Judges a request by its Host and Origin headers. Returns undefined when it may pass.
 * @param allowedHosts names besides loopback (`host.docker.internal`, `*.app.github.dev`, `name:port`)
 * @param allowedOrigins browser origins besides loopback (`https://app.example`, `vscode-webview://*`)
 */
export function checkRequest(
  headers: { host?: string | undefined; origin?: string | undefined },
  allowedHosts: readonly string[],
  allowedOrigins: readonly string[],
): Refusal | undefined {
  const { host, origin } = headers;
  if (host === undefined || host === '') return { status: 400, message: 'The request has no Host header.' };
  const at = /[\s/\\?#@]/.test(host) ? null : parse(`http://${host}`);
  if (at === null) return { status: 400, message: `The Host header ${shown(host)} is not a host name.` };
  const allowed = isLoopback(at.hostname) || allowedHosts.some((p) => hostMatches(p, at.hostname, at.port || '80'));
  if (!allowed) {
    return {
      status: 421,
      message:
        `The proxy was asked as ${shown(host)}, which is not a name of this machine. If it is meant to be reached ` +
        'under that name, add it to the setting "realtimeInspector.proxy.allowedHosts" (on the command line: --allow-host).',
    };
  }
  if (origin === undefined || originMayAsk(origin, allowedOrigins)) return undefined;
  if (origin === 'null') {
    return {
      status: 403,
      message:
        'A page without an origin of its own (Origin: null) may not use the proxy; serve it from http://localhost.',
    };
  }
  return {
    status: 403,
    message:
      `A page of ${shown(origin)} may not use the proxy. If it is yours, add that origin to the setting ` +
      '"realtimeInspector.proxy.allowedOrigins" (on the command line: --allow-origin).',
  };
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
