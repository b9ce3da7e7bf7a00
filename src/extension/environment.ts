/** Environment variables that lead a program's Realtime sessions through the proxy, and how shells spell them. */
import type { TerminalEnvironment } from './settings';

/** What of the running proxy a client must know. */
export interface ClientAddress {
  http: string;
  https: string;
  ca: string;
}

/** One variable; `append` is added to what the terminal already has, `default` gives way to it. */
export interface Variable {
  name: string;
  value: string;
  how: 'replace' | 'append' | 'default';
}

/**
 * The official SDKs refuse to start without a key, also where none is needed: in front of the simulator, or when the
 * proxy spends a stored one.
 */
export const PLACEHOLDER_KEY: Variable = {
  name: 'OPENAI_API_KEY',
  value: 'unused-behind-realtime-inspector',
  how: 'default',
};

/** A path as NODE_OPTIONS takes it: in double quotes, where a backslash escapes. */
export const nodeOptionsPath = (file: string) => `"${file.replace(/[\\"]/g, '\\$&')}"`;

/**
 * Variables for `mode`. SSL_CERT_FILE is left alone on purpose: it replaces the system's roots instead of adding to
 * them, for every program of the user's terminals (`trustBundle.ts` is for terminals made for the proxy's clients).
 */
export function clientVariables(mode: TerminalEnvironment, address: ClientAddress, preload: string): Variable[] {
  if (mode === 'off') return [];
  const variables: Variable[] = [
    // The official Node SDK opens `wss:` whatever the base URL says, so it is the TLS one.
    { name: 'OPENAI_BASE_URL', value: address.https, how: 'replace' },
    { name: 'NODE_EXTRA_CA_CERTS', value: address.ca, how: 'replace' },
  ];
  if (mode === 'preload')
    variables.push(
      { name: 'REALTIME_INSPECTOR_PROXY', value: address.http, how: 'replace' },
      { name: 'NODE_OPTIONS', value: ` --require ${nodeOptionsPath(preload)}`, how: 'append' },
    );
  return variables;
}

/** The variables as a terminal of our own gets them: whole values, appended to what this process was started with. */
export function terminalEnvironment(variables: Variable[], inherited: Record<string, string | undefined>) {
  const entries = variables.map(({ name, value, how }) => [
    name,
    how === 'append' ? ((inherited[name] ?? '') + value).trim() : (how === 'default' && inherited[name]) || value,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Lines to paste: `export` for POSIX shells, `$env:` for PowerShell. Values are quoted so that nothing in them acts. */
export function shellLines(variables: Variable[], shell: 'posix' | 'powershell'): string {
  const lines = variables.map(({ name, value, how }) => {
    if (shell === 'powershell') {
      const quoted = `'${value.replaceAll("'", "''")}'`;
      if (how === 'default') return `if (-not $env:${name}) { $env:${name} = ${quoted} }`;
      return how === 'append' ? `$env:${name} = "$env:${name}" + ${quoted}` : `$env:${name} = ${quoted}`;
    }
    const quoted = `'${value.replaceAll("'", `'\\''`)}'`;
    if (how === 'default') return `[ -n "\${${name}:-}" ] || export ${name}=${quoted}`;
    return how === 'append' ? `export ${name}="\${${name}:-}"${quoted}` : `export ${name}=${quoted}`;
  });
  return lines.join('\n') + '\n';
}
