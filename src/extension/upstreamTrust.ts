/**
 * How the machine reaches the internet. VS Code patches proxies and certificates into its main thread only, and the
 * proxy runs in a worker: so it is told.
 */
import * as tls from 'node:tls';
import type * as vscode from 'vscode';
import type { EngineOptions } from '../proxy/engine';

/** VS Code's `http.*` settings as the engine takes them. `log` hears when the system's certificates cannot be read. */
export function upstreamTrust(
  http: vscode.WorkspaceConfiguration,
  log: (message: string) => void,
): Pick<EngineOptions, 'proxyUrl' | 'trustedCertificates'> {
  const proxy = http.get<unknown>('proxy');
  const trust: Pick<EngineOptions, 'proxyUrl' | 'trustedCertificates'> = {};
  if (typeof proxy === 'string' && proxy.trim() && http.get('proxySupport') !== 'off') trust.proxyUrl = proxy.trim();
  // Node has it since 22.15; before that, NODE_EXTRA_CA_CERTS is the way.
  const read = (tls as Partial<Pick<typeof tls, 'getCACertificates'>>).getCACertificates;
  if (read && http.get('systemCertificates') !== false)
    try {
      const certificates = read('system');
      if (certificates.length) trust.trustedCertificates = certificates;
    } catch (error) {
      log(`The system's certificates could not be read: ${String(error)}`);
    }
  return trust;
}
