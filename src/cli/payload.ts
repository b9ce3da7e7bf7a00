/** `realtime-inspector payload`: sends a payload file as a client of its own, and gives what came back. */
import { webcrypto } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { newEventId, withEventId } from '../../webview/logic/eventId';
import { readTextFile } from '../files/textFile';
import { advance, NEW_SESSION, type SessionState } from '../protocol';
import { compileMessageFilter, type FilterableMessage } from '../protocol/messageFilter';
import { isTypeName, readPayload, wireText, type EventStep, type PayloadStep } from '../protocol/payloadFile';
import { expandVariables, sessionValue, type VariableName } from '../protocol/payloadVariables';
import { UsageError } from './usage';

/** How the file is sent. */
export interface SendOptions {
  /** Base URL of a proxy or a server (`http://127.0.0.1:8787/v1`), or the whole address of a session. */
  to: string;
  /** Asked for where the address names neither a model nor what else the session is. */
  model: string;
  headers: Readonly<Record<string, string>>;
  /** Variables of the environment that may leave this machine. */
  envAllowed: readonly string[];
  /** Answers to `${input:...}`, by question. */
  inputs: ReadonlyMap<string, string>;
  env: Readonly<Record<string, string | undefined>>;
  /** Where the file does not end with a wait, the session ends when nothing has come for so long, ms. */
  idleMs: number;
  /** Everything the server says, one line of JSON each. */
  onLine(line: string): void;
}

/** What came of it. */
export interface SendOutcome {
  sent: number;
  /** How many of what came were `error` events. */
  errors: number;
}

/**
 * Sends the file's events in their order, each when its turn has come. Rejects with an `UnreadableFileError` or a `UsageError` before
 * anything is sent, and with a message for people when the session cannot be opened, ends too soon, or a wait is in vain.
 */
export async function sendPayload(file: string, options: SendOptions): Promise<SendOutcome> {
  const steps = await readSteps(file);
  const known = valuesOf(steps, options);
  const line = await Line.open(sessionUrl(options.to, options.model), options);
  try {
    for (const step of steps) {
      if (step.kind === 'event') line.send(step, known);
      else if (step.kind === 'delay') await line.pause(step.delayMs);
      else await line.wait(step.wait, step.timeoutMs);
    }
    if (steps.at(-1)?.kind !== 'wait') await line.quiet(options.idleMs);
    return { sent: line.sent, errors: line.errors };
  } finally {
    await line.close();
  }
}

/** The address of a session. Throws a `UsageError`. */
export function sessionUrl(to: string, model: string): URL {
  const url = URL.canParse(to) ? new URL(to) : undefined;
  if (!url || !/^(https?|wss?):$/.test(url.protocol))
    throw new UsageError(`"${to}" is no address: write one such as http://127.0.0.1:8787/v1.`);
  url.protocol = url.protocol.replace('http', 'ws');
  if (!url.pathname.endsWith('/realtime')) url.pathname = `${url.pathname.replace(/\/$/, '')}/realtime`;
  const isNamed = ['model', 'intent', 'call_id', 'deployment'].some((name) => url.searchParams.has(name));
  if (!isNamed) url.searchParams.set('model', model);
  return url;
}

/** A key of the environment goes to OpenAI and to this machine; who wants it elsewhere gives a header. */
export function usualHeaders({ hostname }: URL, key: string | undefined): Record<string, string> {
  const isOwn = ['api.openai.com', 'localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return key && isOwn ? { Authorization: `Bearer ${key}` } : {};
}

async function readSteps(file: string): Promise<PayloadStep[]> {
  const text = await readTextFile(file, 'payload file');
  const { steps, problems } = readPayload(text);
  const at = (offset: number) => {
    const before = text.slice(0, offset).split('\n');
    return `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  };
  const problem = problems.find(({ severity }) => severity === 'error');
  if (problem) throw new UsageError(`${at(problem.offset)}: ${problem.message}`);
  for (const step of steps) {
    if (step.kind === 'event' && step.to === 'client')
      throw new UsageError(`${at(step.offset)}: This is for the client, which this command is. Leave it out.`);
    const wrong = step.kind === 'wait' && !isTypeName(step.wait) ? compileMessageFilter(step.wait).problem : '';
    if (wrong !== '') throw new UsageError(`${at(step.offset)}: ${wrong}`);
  }
  if (!steps.some(({ kind }) => kind === 'event')) throw new UsageError(`${file} has no event to send.`);
  return steps;
}

/** What a variable stands for in that state of the session. */
type Known = (variable: VariableName, state: SessionState) => string;

/** Everything that can be missing is told before anything is sent. */
function valuesOf(steps: readonly PayloadStep[], { env, envAllowed, inputs }: SendOptions): Known {
  for (const variable of steps.flatMap((step) => (step.kind === 'event' ? step.variables : []))) {
    if (variable.kind === 'env' && !envAllowed.includes(variable.name))
      throw new UsageError(`The file wants \${env:${variable.name}}. Allow it with --env-allowed ${variable.name}.`);
    if (variable.kind === 'env' && !env[variable.name])
      throw new UsageError(`\${env:${variable.name}} has no value in the environment.`);
    if (variable.kind === 'input' && !inputs.has(variable.question) && variable.usual === '')
      throw new UsageError(`The file asks "${variable.question}". Answer with --input "${variable.question}=...".`);
  }
  return (variable, state) => {
    if (variable.kind === 'env') return env[variable.name] ?? '';
    if (variable.kind === 'input') return inputs.get(variable.question) ?? variable.usual;
    const value = sessionValue(variable.name, state);
    if (value === undefined) throw new Error(`\${${variable.name}} has no value: the session has no such thing yet.`);
    return value;
  };
}

/** One session, and what it has said. */
class Line {
  sent = 0;
  errors = 0;
  #state: SessionState = NEW_SESSION;
  readonly #received: FilterableMessage[] = [];
  /** What is waited for may be in any message from this one on: those behind the last event that was sent. */
  #from = 0;
  #lastAt = performance.now();
  #ended = '';
  #wake: () => void = () => undefined;

  private constructor(
    readonly socket: WebSocket,
    onLine: (line: string) => void,
  ) {
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      const text = isBinary ? undefined : data.toString('utf8');
      const event = text === undefined ? undefined : parsed(text);
      const other = text === undefined ? { base64: data.toString('base64') } : { text };
      onLine(JSON.stringify(event ?? other));
      this.#received.push({ session: '', from: 'server', text });
      if (event) this.#state = advance(this.#state, event, 'server');
      if (event?.['type'] === 'error') this.errors += 1;
      this.#lastAt = performance.now();
      this.#wake();
    });
    socket.on('error', (error) => (this.#ended = error.message));
    socket.on('close', (code, reason) => {
      this.#ended ||= `closed with ${code}${reason.length > 0 ? ` (${reason.toString('utf8')})` : ''}`;
      this.#wake();
    });
  }

  static open(url: URL, { headers, env, onLine }: SendOptions): Promise<Line> {
    const socket = new WebSocket(url, { headers: { ...usualHeaders(url, env['OPENAI_API_KEY']), ...headers } });
    const line = new Line(socket, onLine);
    return new Promise((resolve, reject) => {
      const place = `${url.origin}${url.pathname}`;
      socket.once('open', () => resolve(line));
      socket.once('error', (error) => reject(new Error(`${place} cannot be reached: ${error.message}`)));
      socket.once('unexpected-response', (_request, response) => {
        response.setEncoding('utf8');
        let body = '';
        response.on('data', (piece: string) => (body = `${body}${piece}`.slice(0, 1000)));
        response.once('close', () => reject(new Error(`${place} answered ${response.statusCode}. ${body}`.trim())));
      });
    });
  }

  send(step: EventStep, known: Known): void {
    this.#check(`"${step.type}" was not sent`);
    const filled = expandVariables(wireText(step.json), (variable) => known(variable, this.#state));
    const text = withEventId(
      filled,
      newEventId((bytes) => webcrypto.getRandomValues(bytes)),
    );
    this.#from = this.#received.length;
    this.socket.send(text);
    const event = parsed(text);
    if (event) this.#state = advance(this.#state, event, 'client');
    this.sent += 1;
    this.#lastAt = performance.now();
  }

  async pause(ms: number): Promise<void> {
    await this.#until(performance.now() + ms, () => this.#ended !== '');
    this.#check('what follows was not sent');
  }

  /** Resolves when it has come. Rejects when it does not within `ms`. */
  async wait(wait: string, ms: number): Promise<void> {
    const filter = compileMessageFilter(isTypeName(wait) ? `type:${wait}` : wait);
    const isIt = (message: FilterableMessage): boolean =>
      isTypeName(wait) ? parsed(message.text ?? '')?.['type'] === wait : 'matches' in filter && filter.matches(message);
    let has = false;
    const look = (): boolean => {
      while (!has && this.#from < this.#received.length) has = isIt(this.#received[this.#from++]!);
      return has || this.#ended !== '';
    };
    await this.#until(performance.now() + ms, look);
    if (has) return;
    this.#check(`${wait} did not come`);
    throw new Error(`${wait} did not come within ${ms} ms; what follows was not sent.`);
  }

  /** Resolves when nothing has come for so long, or the session has ended. */
  async quiet(ms: number): Promise<void> {
    while (this.#ended === '' && performance.now() < this.#lastAt + ms)
      await this.#until(this.#lastAt + ms, () => false);
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close(1000);
    // A server that says no goodbye keeps nobody.
    await Promise.race([closed, sleep(2000, undefined, { ref: false })]);
    this.socket.terminate();
  }

  #check(what: string): void {
    if (this.#ended === '') return;
    const events = this.sent === 1 ? '1 event' : `${this.sent} events`;
    throw new Error(`The session has ended: ${this.#ended}. After ${events} ${what}.`);
  }

  /** Resolves when `isDone` says so, which is asked whenever something has come, or at that time. */
  async #until(time: number, isDone: () => boolean): Promise<void> {
    while (!isDone() && performance.now() < time) {
      const stop = new AbortController();
      const timer = sleep(time - performance.now(), undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), timer]);
      stop.abort();
    }
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
