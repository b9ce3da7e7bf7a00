/** Gets what variables stand for before anything is sent: of the environment with the user's word, and by asking. */
import * as vscode from 'vscode';
import type { Engine } from '../proxy/engine';
import type { VariableName } from '../protocol/payloadVariables';
import { plain } from './plainText';
import { readEnvironment, wantedBy, type Values } from './payloadPlan';

/** Who wants them: `id` is what the user's word is kept for, `name` what people call it. */
export interface ValueSource {
  id: string;
  name: string;
}

export class PayloadValues {
  /** What the user has agreed to send of the environment, for this window. */
  readonly #agreed = new Set<string>();

  /**
   * The values, kept out of the record where they are secret; undefined when the user thought better of it. Rejects, for people,
   * when the environment has not got one, or may not be read.
   */
  async of(variables: readonly VariableName[], source: ValueSource, engine: Engine): Promise<Values | undefined> {
    const { env, inputs } = wantedBy(variables);
    const { values, secrets } = readEnvironment(env, process.env, vscode.workspace.isTrusted);
    if (env.length > 0 && !(await this.#agree(source, env, engine))) return undefined;
    const asked = await ask(inputs);
    if (!asked) return undefined;
    if (secrets.length > 0) await engine.keepSecret(secrets);
    return { env: values, inputs: asked };
  }

  /** A text of somebody else's could ask for any variable: what leaves the machine the user says. */
  async #agree({ id, name }: ValueSource, names: readonly string[], engine: Engine): Promise<boolean> {
    const key = JSON.stringify([id, names, engine.upstream]);
    if (this.#agreed.has(key)) return true;
    const send = 'Send';
    const them = names.length > 1 ? 'them' : 'it';
    const answer = await vscode.window.showWarningMessage(
      plain(`Send the value of ${names.join(', ')} to ${hostOf(engine.upstream)}?`),
      {
        modal: true,
        detail: plain(`${name} takes ${them} from the environment. The recording does not hold ${them}.`),
      },
      send,
    );
    if (answer !== send) return false;
    this.#agreed.add(key);
    return true;
  }
}

/** Throws, for people, where `of` would for the environment's sake. */
export function checkEnvironment(variables: readonly VariableName[]): void {
  readEnvironment(wantedBy(variables).env, process.env, vscode.workspace.isTrusted);
}

/** The answers to the questions; undefined when the user thought better of it. */
async function ask(inputs: readonly { question: string; usual: string }[]): Promise<Map<string, string> | undefined> {
  const answers = new Map<string, string>();
  for (const [at, { question, usual }] of inputs.entries()) {
    const title = inputs.length > 1 ? `Payload (${at + 1} of ${inputs.length})` : 'Payload';
    const answer = await vscode.window.showInputBox({
      title,
      prompt: plain(question),
      value: usual,
      ignoreFocusOut: true,
    });
    if (answer === undefined) return undefined;
    answers.set(question, answer);
  }
  return answers;
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'the server';
  }
}
