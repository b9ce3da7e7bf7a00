/**
 * Sends payload files into live sessions: asks what has to be asked, runs the steps with progress and a way to stop, and says
 * what the server made of them.
 */
import * as vscode from 'vscode';
import { ANSWERS } from '../../webview/logic/answers';
import { stretchOfParam } from '../../webview/logic/jsonPlace';
import type { ComposeRun, RunEvent } from '../../webview/composeMessages';
import type { Engine } from '../proxy/engine';
import { readPayload, type PayloadStep } from '../protocol/payloadFile';
import { RowsFrom } from './composeRows';
import { ComposeRuns } from './composeRun';
import type { Host } from './host';
import type { PayloadMarks } from './payloadDiagnostics';
import { payloadName, rangeOf } from './payloadDocuments';
import { planOf, prepareEvent, variablesIn, type Values } from './payloadPlan';
import { checkEnvironment } from './payloadValues';
import { SECTION } from './settings';
import { messageOf, Signal } from './signal';
import type { TraceEditors } from './traceEditor';
import type { TraceModel } from './traceModel';
import { label as labelOf, plain } from './plainText';

/** How long the answer to the last event is waited for, ms. */
const ANSWER_MS = 5000;
/** How long a whole response is waited for where it is to be shown, ms. */
const RESPONSE_MS = 120_000;
/** What was recorded when a session closed is read within this, ms. */
const LAST_ROWS_MS = 1000;

export interface SendOptions {
  /** Only the event that begins there. */
  only?: number | undefined;
  /** Waits for the answer to the last event and opens it. */
  show?: boolean;
}

/** What was sent, and the trace in which its answers stand. */
interface Sent {
  run: ComposeRun;
  steps: readonly PayloadStep[];
  engine: Engine;
  model: TraceModel;
  /** Rows from the first event on. */
  rows: RowsFrom;
}

export class PayloadSender implements vscode.Disposable {
  /** A run has begun, gone on or ended. */
  readonly onDidChange = new Signal<void>();
  readonly #runs = new ComposeRuns(() => this.onDidChange.fire());
  /** Runs by the document they are of. */
  readonly #running = new Map<string, number>();

  constructor(
    private readonly host: Host,
    private readonly editors: TraceEditors,
    private readonly marks: PayloadMarks,
  ) {}

  /** How the run of a document stands, while there is one. */
  running(uri: vscode.Uri): ComposeRun | undefined {
    const id = this.#running.get(uri.toString());
    return this.#runs.all.find((run) => run.id === id);
  }

  stop(uri: vscode.Uri): void {
    const id = this.#running.get(uri.toString());
    if (id !== undefined) this.#runs.cancel(id);
  }

  dispose(): void {
    this.#runs.cancelAll();
  }

  /** Sends a document as it stands in its editor. Rejects, for people, when it cannot be sent. */
  async send(document: vscode.TextDocument, { only, show = false }: SendOptions = {}): Promise<void> {
    if (this.running(document.uri)) throw new Error(`${payloadName(document.uri)} is being sent already.`);
    const text = document.getText();
    const payload = readPayload(text);
    const steps = payload.steps.filter((step) => only === undefined || step.offset === only);
    if (!(await this.#isFit(document, steps))) return;
    const variables = variablesIn(steps);
    // What can never be sent is said before anything is asked.
    checkEnvironment(variables);
    const session = await this.#session();
    if (session === undefined) return;
    const { engine } = this.host.proxy;
    if (!engine) throw new Error('The proxy has stopped meanwhile.');
    const waits = show || steps.some(({ kind }) => kind === 'wait');
    if (waits && !this.host.proxy.recording)
      throw new Error('Recording is off, so that no answer can be seen and nothing be waited for. Switch it on first.');
    const source = { id: document.uri.toString(), name: payloadName(document.uri) };
    const values = await this.editors.values.of(variables, source, engine);
    if (values) await this.#run(document, steps, session, engine, values, show);
  }

  /** False when there is something wrong with it and the user thought better of sending it all the same. */
  async #isFit(document: vscode.TextDocument, steps: readonly PayloadStep[]): Promise<boolean> {
    const name = payloadName(document.uri);
    const errors = this.marks.check(document).filter(({ severity }) => severity === 'error');
    const [broken] = readPayload(document.getText()).problems.filter(({ severity }) => severity === 'error');
    if (broken) {
      const { line, character } = document.positionAt(broken.offset);
      throw new Error(`${name}:${line + 1}:${character + 1}: ${broken.message}`);
    }
    if (!steps.some(({ kind }) => kind === 'event')) throw new Error(`${name} has no event to send.`);
    const wrong = errors.filter(({ offset }) =>
      steps.some((step) => offset >= step.offset && offset < step.offset + step.length),
    );
    const [first] = wrong;
    if (!first) return true;
    const anyway = 'Send Anyway';
    const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
    return (await vscode.window.showWarningMessage(plain(`${name}: ${first.message}${more}`), anyway)) === anyway;
  }

  /** The session to send to; undefined when the user thought better of it. */
  async #session(): Promise<string | undefined> {
    const open = this.host.proxy.sessions.filter(({ status }) => status === 'open');
    const [only] = open;
    if (only && open.length === 1) return only.id;
    const fresh = () => vscode.commands.executeCommand<string | undefined>(`${SECTION}.newSession`);
    if (open.length === 0) return fresh();
    const choices = [
      ...open.map(({ id, label, upstream }) => ({
        ...{ label: `$(pulse) ${id}`, description: labelOf(label), detail: labelOf(upstream), id },
      })),
      { label: '$(add) New session...', id: '' },
    ];
    const picked = await vscode.window.showQuickPick(choices, { title: 'Send to which session?' });
    return picked && (picked.id || fresh());
  }

  async #run(
    document: vscode.TextDocument,
    steps: readonly PayloadStep[],
    session: string,
    engine: Engine,
    values: Values,
    show: boolean,
  ): Promise<void> {
    const shared = this.editors.find(engine.file)?.model;
    const model = shared ?? this.editors.modelOf(engine.file);
    const follows = this.host.proxy.onDidRecord.on(() => void model.follow().catch(() => undefined));
    const key = document.uri.toString();
    try {
      await model.follow();
      const rows = new RowsFrom(model.columns, model.columns.rows);
      const plan = planOf(session, steps);
      if (show && lastType(steps) === 'response.create')
        plan.steps.push({ wait: 'response.done', timeoutMs: RESPONSE_MS });
      const id = this.#runs.start(plan, {
        model,
        send: (to, side, text) => engine.inject(to, side, text),
        prepare: (text) =>
          prepareEvent(text, values, async () => {
            await model.follow();
            return (await (await model.document()).sessionState(session)).state;
          }),
      });
      this.#running.set(key, id);
      this.onDidChange.fire();
      const sent = { run: await this.#follow(document, id, session), steps, engine, model, rows };
      this.#running.delete(key);
      this.onDidChange.fire();
      await this.#tell(document, sent, show);
    } finally {
      this.#running.delete(key);
      this.onDidChange.fire();
      follows.dispose();
      if (!shared) await model.close();
    }
  }

  /** Shows how far a run is until it has ended and its answers are there. */
  #follow(document: vscode.TextDocument, id: number, session: string): Promise<ComposeRun> {
    const title = plain(`Sending ${payloadName(document.uri)} to ${session}`);
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    const work = (progress: vscode.Progress<{ message: string }>, token: vscode.CancellationToken) =>
      new Promise<ComposeRun>((resolve) => {
        let answered: NodeJS.Timeout | undefined;
        let closing: NodeJS.Timeout | undefined;
        const subscriptions = [
          token.onCancellationRequested(() => {
            this.#runs.cancel(id);
            // Only its answers were still to come; else it says itself that it has ended.
            if (now()?.state !== 'running') finish();
          }),
          this.onDidChange.on(() => look()),
          this.host.proxy.onDidChange.on(() => {
            const isOpen = this.host.proxy.sessions.some((one) => one.id === session && one.status === 'open');
            // What came before the end is read first: it may be what is waited for.
            if (!isOpen) closing ??= setTimeout(() => this.#runs.cancel(id), LAST_ROWS_MS);
          }),
        ];
        const now = () => this.#runs.all.find((run) => run.id === id);
        const finish = () => {
          const run = now();
          if (!run) return;
          clearTimeout(answered);
          clearTimeout(closing);
          for (const subscription of subscriptions) subscription.dispose();
          resolve(run);
        };
        const look = () => {
          const run = now();
          if (!run) return;
          progress.report({ message: plain(run.text) || `${run.sent} of ${run.total} sent` });
          if (run.state === 'running') return;
          if (run.state !== 'done' || !run.events.some(isWaiting)) finish();
          else answered ??= setTimeout(finish, ANSWER_MS);
        };
        look();
      });
    return Promise.resolve(vscode.window.withProgress(options, work));
  }

  async #tell(document: vscode.TextDocument, sent: Sent, show: boolean): Promise<void> {
    const { run, steps, engine, model } = sent;
    const name = payloadName(document.uri);
    const refused = run.events.find((event) => event.answer.kind === 'refused');
    if (refused?.answer.kind === 'refused') {
      const { message, param, row } = refused.answer;
      this.#markRefused(document, steps[refused.step], message, param);
      this.#offerRow(vscode.window.showErrorMessage, `${name} was refused: ${message}`, engine, row);
      return;
    }
    const last = run.events.at(-1);
    const row = last?.row ?? undefined;
    if (run.state === 'failed' || run.state === 'cancelled') {
      const isOpen = this.host.proxy.sessions.some(({ id, status }) => id === run.session && status === 'open');
      const why = run.state === 'failed' ? run.text : isOpen ? 'it was stopped.' : 'the session has closed.';
      const words = `${name}: ${run.sent} of ${run.total} events were sent, then ${lowerFirst(why)}`;
      const say =
        run.state === 'failed' || !isOpen ? vscode.window.showErrorMessage : vscode.window.showInformationMessage;
      this.#offerRow(say, words, engine, row);
      return;
    }
    const answer = answerRow(sent);
    if (show && answer !== undefined)
      await this.editors.bodies.show(model, answer, {
        viewColumn: vscode.ViewColumn.Beside,
        preserveFocus: true,
        preview: true,
      });
    const count = run.sent === 1 ? 'the event' : `${run.sent} events`;
    const answered = last?.answer.kind === 'taken' ? `, answered by ${last.answer.type}` : '';
    const nothing = show && answer === undefined ? ' No answer came.' : '';
    this.#offerRow(
      vscode.window.showInformationMessage,
      `${name}: sent ${count} to ${run.session}${answered}.${nothing}`,
      engine,
      answer ?? row,
    );
  }

  #markRefused(document: vscode.TextDocument, step: PayloadStep | undefined, message: string, param: string): void {
    if (step?.kind !== 'event') return;
    const place = stretchOfParam(step.json, param) ?? { offset: 0, length: 1 };
    const range = rangeOf(document, { offset: step.at.offset + place.offset, length: place.length });
    this.marks.refuse(document, range, message);
  }

  /** Says it, with a way to the row. Nobody waits for an answer. */
  #offerRow(
    say: (message: string, ...actions: string[]) => Thenable<string | undefined>,
    message: string,
    engine: Engine,
    row: number | undefined,
  ): void {
    const showIt = 'Show in Trace';
    void say(plain(message), ...(row === undefined ? [] : [showIt])).then(async (answer) => {
      if (answer !== showIt || row === undefined) return;
      try {
        await this.host.openTrace(engine.file);
        this.editors.showRow(engine.file, row);
      } catch (error) {
        void vscode.window.showErrorMessage(plain(`Realtime Inspector: ${messageOf(error)}`));
      }
    });
  }
}

/** Whether the server has yet to say something of an event. */
function isWaiting({ type, answer }: RunEvent): boolean {
  return answer.kind === 'waiting' && ANSWERS[type] !== undefined;
}

function lastType(steps: readonly PayloadStep[]): string | undefined {
  return steps.findLast((step) => step.kind === 'event')?.type;
}

/** The row of the last answer: the response that a request led to, else what the server said to the last event. */
function answerRow({ run, rows }: Sent): number | undefined {
  rows.grow();
  const last = run.events.at(-1);
  if (last?.type === 'response.create') {
    for (let row = rows.rows.count - 1; row >= 0; row -= 1)
      if (rows.rows.typeOf(row) === 'response.done' && rows.rows.sessionOf(row) === run.session)
        return rows.first + row;
  }
  return last?.answer.kind === 'taken' ? last.answer.row : undefined;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
