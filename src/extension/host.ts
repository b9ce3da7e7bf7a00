/** What the parts of the extension share: the proxy, the settings, the keys, the log. Making it starts nothing. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { EngineOptions } from '../proxy/engine';
import type { SimulationOptions } from '../proxy/simulatedUpstream';
import { ApiKeys } from './apiKeys';
import { Breakpoints } from './breakpoints';
import { clientVariables, PLACEHOLDER_KEY, type Variable } from './environment';
import { HeldQueue } from './heldQueue';
import { logInto, type Log } from './log';
import { ProxyController } from './proxyController';
import { readRulesText } from './rulesFile';
import { RulesInForce } from './rulesInForce';
import { rulesPath } from './rulesPaths';
import { scenarioPath, type ScenarioFolder } from './scenarioPaths';
import { Serving } from './serve';
import {
  isKeyless,
  keyOrigin,
  readSettings,
  resolveUpstream,
  SECTION,
  type Settings,
  type TerminalEnvironment,
} from './settings';
import { prepareFolder, recordingFolder, type FolderContext } from './traceFolder';
import { messageOf } from './signal';
import { trustVariables, writeTrustBundle } from './trustBundle';
import { upstreamTrust } from './upstreamTrust';

/** Name of the custom editor. */
export const EDITOR = `${SECTION}.trace`;

const SEGMENT = 'segment';
/** Where the trace that is served is kept, by workspace. */
const SERVED = 'served';
/** Where breakpoints are kept, by workspace. */
const BREAKPOINTS = 'breakpoints';

/** What every way to a server needs. */
export type Surroundings = Pick<EngineOptions, 'certificates' | 'generator' | 'proxyUrl' | 'trustedCertificates'>;

export class Host {
  readonly log: Log;
  readonly keys: ApiKeys;
  readonly proxy: ProxyController;
  readonly rules: RulesInForce;
  readonly breakpoints: Breakpoints;
  readonly held: HeldQueue;
  readonly serving: Serving;
  /** Folder of the bundles. */
  readonly dist: string;

  constructor(readonly context: vscode.ExtensionContext) {
    this.log = logInto(vscode.window.createOutputChannel('Realtime Inspector', { log: true }));
    this.keys = new ApiKeys(context.secrets);
    this.dist = context.asAbsolutePath('dist');
    this.proxy = new ProxyController({
      options: () => this.engineOptions(),
      simulation: () => this.simulation,
      start: async (options) => {
        const engine = await (await import('../proxy')).startEngine(options);
        // Before anybody is told the address: the first session is a session too.
        this.held.begin(engine);
        await Promise.all([this.rules.begin(engine), this.breakpoints.begin(engine)]);
        return engine;
      },
      log: (level, message) => this.log[level](message),
    });
    this.rules = new RulesInForce({
      file: () => this.rulesFile,
      read: readRulesText,
      engine: () => this.proxy.engine,
      log: (level, message) => this.log[level](message),
      failed: (message) => this.proxy.onDidProblem.fire(message),
    });
    this.breakpoints = new Breakpoints({
      read: () => context.workspaceState.get(BREAKPOINTS),
      write: (list) => context.workspaceState.update(BREAKPOINTS, list),
      log: (level, message) => this.log[level](message),
    });
    this.held = new HeldQueue(this.breakpoints);
    this.serving = new Serving({
      read: () => context.workspaceState.get(SERVED),
      write: (choice) => context.workspaceState.update(SERVED, choice),
      workers: this.dist,
      allowedOrigins: () => this.settings.allowedOrigins,
      log: (level, message) => this.log[level](message),
    });
  }

  get settings(): Settings {
    const configuration = vscode.workspace.getConfiguration(SECTION);
    return readSettings((name) => configuration.get(name));
  }

  /** Where recordings go now. */
  get folder(): string {
    return recordingFolder(this.#folderContext());
  }

  /** What the settings want the simulator to play. */
  get simulation(): SimulationOptions {
    const { scenario, seed, speed } = this.settings;
    const file = scenarioPath(scenario, this.folders, existsSync);
    return { speed, ...(file === undefined ? {} : { scenario: file }), ...(seed === undefined ? {} : { seed }) };
  }

  /** The file whose rules count; a workspace's own only when it is trusted: rules lead sessions astray. */
  get rulesFile(): string | undefined {
    if (!vscode.workspace.isTrusted) return undefined;
    const folders = this.folders.map((folder) => folder.path);
    return rulesPath(folders, this.context.globalStorageUri.fsPath, existsSync);
  }

  /** The workspace's folders on disk. */
  get folders(): ScenarioFolder[] {
    return (vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ name, uri }) => ({ name, path: uri.fsPath }));
  }

  /** Opens a trace in its editor; `preserveFocus` when the user asked for something else and may be typing already. */
  async openTrace(file: string, options: vscode.TextDocumentShowOptions = {}): Promise<void> {
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), EDITOR, options);
  }

  /** Variables for a client of the running proxy; none while it is stopped. */
  variables(mode: TerminalEnvironment): Variable[] {
    const address = this.proxy.engine?.address;
    return address ? clientVariables(mode, address, path.join(this.dist, 'preload.cjs')) : [];
  }

  /** Variables for a terminal or a shell made for the running proxy's clients; none while it is stopped. */
  allVariables(): Variable[] {
    const { state } = this.proxy;
    if (state.state !== 'running') return [];
    const needless = state.keyed || isKeyless(state.upstream);
    return [...this.variables('preload'), ...this.#trust(), ...(needless ? [PLACEHOLDER_KEY] : [])];
  }

  /** What makes Python, curl and Go trust the proxy, in a terminal made for its clients alone. */
  #trust(): Variable[] {
    const ca = this.proxy.engine?.address.ca;
    if (ca === undefined) return [];
    try {
      return trustVariables(writeTrustBundle(ca, process.env));
    } catch (error) {
      this.log.warn(`The file of trusted certificates could not be written: ${messageOf(error)}`);
      return [];
    }
  }

  /** What every way to a server needs, whichever server it is. Rejects, for people, when the folder of recordings cannot be made. */
  async surroundings(): Promise<Surroundings & { folder: string }> {
    const { context } = this;
    const extension = context.extension.packageJSON as { version: string };
    return {
      folder: await prepareFolder(this.#folderContext()),
      certificates: path.join(context.globalStorageUri.fsPath, 'certificates'),
      generator: `realtime-inspector/${extension.version}`,
      ...upstreamTrust(vscode.workspace.getConfiguration('http'), (message) => this.log.warn(message)),
    };
  }

  /** Options of the next start. Rejects, for people, when the settings make no sense or the folder cannot be made. */
  async engineOptions(): Promise<EngineOptions> {
    const { settings } = this;
    const { upstream, apiKey } = await this.upstream(settings);
    const { folder, ...surroundings } = await this.surroundings();
    return {
      ...surroundings,
      workers: this.dist,
      listen: { host: settings.host, port: settings.port },
      allowedHosts: settings.allowedHosts,
      allowedOrigins: settings.allowedOrigins,
      upstream,
      simulation: this.simulation,
      ...(apiKey === undefined ? {} : { apiKey, segment: await this.#segment() }),
      recording: {
        on: settings.recordingEnabled,
        maxTotalBytes: settings.maxTotalBytes,
        rotation: settings.rotation,
        folder,
      },
    };
  }

  /**
   * Where sessions go, and the key to spend there. A trace that is served is in the place of what the settings say, and leaves
   * their key alone: it is in the proxy's address, which stays the same, and the trace never gets it.
   */
  async upstream(settings = this.settings): Promise<Pick<EngineOptions, 'upstream' | 'apiKey'>> {
    const key = await this.keys.get(settings.upstream);
    const environment = Boolean(process.env['OPENAI_API_KEY']);
    const upstream = resolveUpstream(settings.upstream, { stored: key !== undefined, environment });
    // The simulator needs no key, and a base URL without a secret segment is easier to type.
    const to = (await this.serving.upstream()) ?? upstream;
    return upstream.kind === 'simulator' || key === undefined ? { upstream: to } : { upstream: to, apiKey: key };
  }

  /** Leads the sessions to come to the simulator, until the next start or the next choice of an upstream; the setting stays. */
  async useSimulator(): Promise<void> {
    const move = () => this.proxy.setUpstream({ kind: 'simulator' });
    await (this.serving.choice ? this.serving.end(move) : move());
  }

  /** Whose key the settings call for, e.g. `https://api.openai.com`. */
  get keyOrigin(): string {
    return keyOrigin(this.settings.upstream);
  }

  /** The unguessable part of the base URL. It stays the same, so that an app once pointed at the proxy stays pointed. */
  async #segment(): Promise<string> {
    const stored = await this.context.secrets.get(SEGMENT);
    if (stored) return stored;
    const made = randomBytes(18).toString('base64url');
    await this.context.secrets.store(SEGMENT, made);
    return made;
  }

  #folderContext(): FolderContext {
    const first = vscode.workspace.workspaceFolders?.[0]?.uri;
    return {
      setting: this.settings.recordingFolder,
      workspace: first?.scheme === 'file' ? first.fsPath : undefined,
      storage: this.context.globalStorageUri.fsPath,
    };
  }
}
