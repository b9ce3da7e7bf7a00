/**
 * The rules of the window: read from their file, put in force in the running proxy, and counted. A file that cannot be read
 * as JSON or YAML leaves in force what was, a rule with a mistake is left out. Free of `vscode`.
 */
import { randomInt } from 'node:crypto';
import type { Engine } from '../proxy/engine';
import type { RulesText } from '../rules/model';
import type { ParsedRule, ParsedRules, RuleProblem } from '../rules/ruleFile';
import { messageOf, Signal } from './signal';

/** What of the engine rules need. */
export type RulesEngine = Pick<Engine, 'setRules' | 'on'>;

export interface RulesDeps {
  /** The file whose rules count; undefined when none may (the workspace is not trusted). */
  file(): string | undefined;
  /** Its text; undefined when it is not there. Rejects with a message for people. */
  read(file: string): Promise<string | undefined>;
  engine(): RulesEngine | undefined;
  log(level: 'info' | 'warn', message: string): void;
  /** The proxy did not take the rules; one message for people. */
  failed(message: string): void;
  /** Wall-clock time, ms since 1970; tests bring their own. */
  now?(): number;
}

/** What is known of the rules now. */
export interface RulesState {
  /** Undefined when no file may count. */
  file: string | undefined;
  /** The file is there. */
  exists: boolean;
  /** The file is switched on. */
  enabled: boolean;
  /** Rules as they are in force, or would be in a running proxy. */
  rules: readonly ParsedRule[];
  faultSets: readonly string[];
  /** What is wrong in the file as it is now. */
  problems: readonly RuleProblem[];
  /** The file cannot be read any more: `rules` are those of before. */
  stale: boolean;
  /** By the index of the rule; 0 while no proxy runs. */
  hits: readonly number[];
  /** When each was last told to have taken part, ms since 1970; undefined where it has not. */
  last: readonly (number | undefined)[];
  /** By the index of the rule: why the running proxy has put it out of force; '' or nothing for those in force. */
  out: readonly string[];
  /** Why the running proxy has not got these rules; '' when it has. */
  failed: string;
}

const NONE: RulesState = {
  ...{ file: undefined, exists: false, enabled: false, rules: [], faultSets: [], problems: [], stale: false, hits: [] },
  ...{ last: [], out: [], failed: '' },
};

export class RulesInForce {
  /** The rules, or how often they took part, have changed. */
  readonly onDidChange = new Signal<void>();

  #state: RulesState = NONE;
  /** What the proxy has, or would get. */
  #text: RulesText | undefined;
  #queue: Promise<void> = Promise.resolve();
  #heard: RulesEngine | undefined;
  #deaf: (() => void) | undefined;
  /** Where the file gives no seed, another window meets another fate; a reload does not. */
  readonly #seed = randomInt(2 ** 31);

  constructor(private readonly deps: RulesDeps) {}

  get state(): RulesState {
    return this.#state;
  }

  /** A proxy runs that was given these rules. */
  get running(): boolean {
    return this.#heard !== undefined;
  }

  /** How many rules change traffic, or would in a running proxy. */
  get active(): number {
    if (this.#state.failed !== '') return 0;
    return this.#state.rules.filter(({ info }, index) => info.active && !this.#state.out[index]).length;
  }

  /** Reads the file again and puts what changed in force. Never rejects. */
  refresh(): Promise<void> {
    return this.#serial(async () => {
      const before = this.#text;
      await this.#read();
      const engine = this.deps.engine();
      const isNew = this.#text?.text !== before?.text || this.#text?.file !== before?.file;
      if (engine && (isNew || this.#state.failed !== '')) await this.#put(engine);
    });
  }

  /** Puts the rules in force anew, those that were put out of force too. Rejects, for people, when no proxy runs. */
  async tryAgain(): Promise<void> {
    if (!this.deps.engine()) throw new Error('No proxy runs: rules are in force, and are tried, while one does.');
    await this.#serial(async () => {
      await this.#read();
      const engine = this.deps.engine();
      if (engine) await this.#put(engine);
    });
  }

  /** Puts the rules in force in a proxy that has just started, before its address is told. Never rejects. */
  begin(engine: RulesEngine): Promise<void> {
    return this.#serial(async () => {
      await this.#read();
      await this.#put(engine);
    });
  }

  /** The proxy is gone, and with it what was counted. */
  end(): void {
    this.#listen(undefined);
    this.#set({ ...this.#state, hits: [], last: [], out: [], failed: '' });
  }

  async #read(): Promise<void> {
    const file = this.deps.file();
    let text: string | undefined;
    try {
      text = file === undefined ? undefined : await this.deps.read(file);
    } catch (error) {
      const problem = { line: 1, column: 1, message: messageOf(error) };
      this.deps.log('warn', problem.message);
      this.#set({ ...this.#state, file, exists: true, problems: [problem], stale: true });
      return;
    }
    if (file === undefined || text === undefined) {
      this.#text = undefined;
      this.#set({ ...NONE, file });
      return;
    }
    // Loaded when there is something to read: it brings the parsers of two notations along.
    const { parseRules } = await import('../rules/ruleFile');
    const parsed = parseRules(text, file);
    for (const { line, column, message } of parsed.problems)
      this.deps.log('warn', `${file}:${line}:${column}: ${message}`);
    this.#take(file, text, parsed);
  }

  #take(file: string, text: string, parsed: ParsedRules): void {
    const { problems, readable, ...rest } = parsed;
    const same = this.#state.file === file;
    if (!readable && same && this.#text) {
      this.#set({ ...this.#state, exists: true, problems, stale: true });
      return;
    }
    const { hits, last, out } = this.#text?.text === text && same ? this.#state : NONE;
    this.#text = readable ? { text, file, seed: this.#seed } : undefined;
    const { enabled, rules, faultSets } = rest;
    const { failed } = this.#state;
    this.#set({ file, exists: true, enabled, rules, faultSets, problems, stale: !readable, hits, last, out, failed });
  }

  async #put(engine: RulesEngine): Promise<void> {
    this.#listen(engine);
    let failed = '';
    try {
      await engine.setRules(this.#text);
    } catch (error) {
      // A proxy that stops meanwhile needs none.
      if (this.#heard === engine) failed = messageOf(error);
    }
    if (failed !== '') this.deps.failed(`The rules are not in force: ${failed} Save the rules file to try again.`);
    this.#set({ ...this.#state, hits: [], last: [], out: [], failed });
  }

  #listen(engine: RulesEngine | undefined): void {
    if (engine === this.#heard) return;
    this.#deaf?.();
    this.#heard = engine;
    if (!engine) {
      this.#deaf = undefined;
      return;
    }
    const hits = engine.on('ruleHits', (counts) => this.#counted(counts));
    const out = engine.on('rulesOut', (why) => this.#set({ ...this.#state, out: why }));
    this.#deaf = () => {
      hits();
      out();
    };
  }

  #counted(hits: readonly number[]): void {
    const { hits: before, last } = this.#state;
    const now = this.deps.now?.() ?? Date.now();
    const times = hits.map((count, index) => (count > (before[index] ?? 0) ? now : last[index]));
    this.#set({ ...this.#state, hits, last: times });
  }

  #set(state: RulesState): void {
    this.#state = state;
    this.onDidChange.fire();
  }

  #serial(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work).catch((error: unknown) => {
      this.deps.log('warn', `The rules cannot be read: ${messageOf(error)}`);
    });
    return this.#queue;
  }
}
