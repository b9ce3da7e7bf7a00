/**
 * The running proxy as its owner (extension or CLI) sees it: two worker threads (traffic, recorder), and the simulator's
 * when it is the upstream. The owner's own event loop carries no traffic.
 */
import type { Side } from '../protocol/side';

/** Where sessions go. */
export type UpstreamOption = { kind: 'simulator' } | { kind: 'openai' } | { kind: 'url'; url: string };

/** How to run the proxy. */
export interface EngineOptions {
  /** Folder of the worker bundles (`proxyWorker.cjs` and its kin). */
  workers: string;
  /** Address to listen on; when the port is taken the next free one is used, unless `exact`. Port 0 is any. */
  listen: { host: string; port: number; exact?: boolean };
  /** Host names besides loopback under which the proxy may be asked (also in the certificate), e.g. host.docker.internal. */
  allowedHosts: string[];
  /** Browser origins besides loopback that may connect, e.g. https://app.example. */
  allowedOrigins: string[];
  /** Folder of the local certificate authority, made on first use. */
  certificates: string;
  upstream: UpstreamOption;
  /** Key of the user's, spent for clients; the base URL then carries an unguessable segment. */
  apiKey?: string;
  /** HTTP proxy for upstream connections (VS Code's `http.proxy`); environment variables are read when absent. */
  proxyUrl?: string;
  /** Certificates (PEM) to trust besides Node's own: the system's. */
  trustedCertificates?: string[];
  /** `file`: append every session to that one trace; `folder`: a new trace there for each run. */
  recording: { on: boolean; maxTotalBytes: number } & ({ file: string } | { folder: string });
  generator: string;
}

/** A session the proxy knows of. */
export interface SessionState {
  id: string;
  /** Model or other query of the handshake, for people. */
  label: string;
  upstream: string;
  openedAt: number;
  status: 'connecting' | 'open' | 'closed' | 'refused';
  /** The inspector is its client. */
  own: boolean;
  closeCode?: number;
  closeReason?: string;
}

/** What a running engine reports; every listener gets whole states. */
export interface EngineEvents {
  session(session: SessionState): void;
  /** The trace was written up to this size; `file` changes when a new trace begins. */
  recorded(state: { file: string; size: number; recording: boolean; trouble: string }): void;
  /** Something the user should know, said once. */
  problem(message: string): void;
  /** A line for the log. */
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

/** A running proxy. */
export interface Engine {
  /** `http` and `https` are base URLs ending in `/v1`; `ca` the path of the authority's certificate. */
  readonly address: { host: string; port: number; http: string; https: string; ca: string; moved: boolean };
  /** The trace being written. */
  readonly file: string;
  /** URL sessions go to; the simulator's own when it is the upstream. */
  readonly upstream: string;
  sessions(): SessionState[];
  on<N extends keyof EngineEvents>(event: N, listener: EngineEvents[N]): () => void;
  /** Injects a text message between two messages of that direction. Rejects when the session is not open. */
  inject(session: string, to: Side, text: string, replaces?: number): Promise<void>;
  /** Opens a session with the inspector as client; resolves with its id once it is open, rejects with the refusal. */
  newSession(query: { model?: string; intent?: string }): Promise<string>;
  /** Closes a session the inspector opened, or drops an app's (code 1001 to both ends). */
  closeSession(id: string): Promise<void>;
  setRecording(on: boolean): Promise<void>;
  setUpstream(upstream: UpstreamOption): Promise<void>;
  /** Ends every session, flushes and closes the trace (removing it when nothing was recorded). */
  stop(): Promise<void>;
}

/** Starts the proxy; resolves once it listens. Rejects with one clear message (port, certificate folder, trace file). */
export declare function startEngine(options: EngineOptions): Promise<Engine>;
