/** Commands about rules: their file, their switches, the ready-made fault sets. */
import { existsSync } from 'node:fs';
import { applyEdits } from 'jsonc-parser';
import * as vscode from 'vscode';
import { faultSet } from '../rules/faultSets';
import type { TextChange } from '../rules/switches';
import type { WrittenRule } from '../rules/written';
import type { Host } from './host';
import { readRulesText } from './rulesFile';
import type { RulesInForce } from './rulesInForce';
import { oneLine, plain } from './plainText';
import { answerProblem, questionsFor } from './ruleQuestions';
import type { RuleNode } from './rulesText';
import { RULE_STARTERS, startersLike, type RuleStarter } from './ruleStarters';
import { sameFile } from './traceFolder';

/** Scheme of the fault sets as documents that can only be read. */
const FAULT_SET_SCHEME = 'realtime-fault-set';
const NO_FAULT_SET = 'Choose this in the menu of a fault set in the Rules view.';

/** The handlers by the names of their commands. */
export function rulesCommands(
  host: Host,
  rules: RulesInForce,
  /** What the row under a menu is like. */
  like: (context: unknown) => Promise<{ filter: string; type: string } | undefined>,
): Record<string, (argument?: unknown) => unknown> {
  const add = async (title: string, starters: readonly RuleStarter[]) => {
    const items = starters.map(({ label, detail, rule }) => ({ label, detail, value: rule }));
    const picked = await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
    if (!picked) return;
    const { parseRules } = await import('../rules/ruleFile');
    const rule = await answered(picked.value, (made) => {
      const [problem] = parseRules(JSON.stringify({ rules: [made] }), 'rules.json').problems;
      return problem?.message ?? '';
    });
    if (!rule) return;
    const { addRules } = await import('../rules/switches');
    const { uri, text } = await change(host, rules, (before, file) => addRules(before, file, [rule]));
    const parsed = parseRules(text, uri.fsPath);
    await show(uri, parsed.rules.filter(({ info }) => info.faultSet === undefined).at(-1)?.place);
  };
  return {
    openRules: async () => show(await rulesUri(host, rules, true)),
    openRule: async (argument) => {
      const node = nodeOf(argument);
      const place = node && 'place' in node ? node.place : undefined;
      await show(await rulesUri(host, rules, true), place);
    },
    addRule: () => add('What should the rule do?', RULE_STARTERS),
    ruleFromEvent: async (context) => {
      const found = await like(context);
      if (!found) throw new Error('A rule can be made from an event: open the menu of one in the list.');
      await add(
        `What should happen to ${oneLine(found.type) || 'such messages'}?`,
        startersLike(found.filter, found.type),
      );
    },
    switchRule: async (argument) => {
      const asked = switchOf(argument);
      if (!asked) throw new Error('Switch a rule by its box in the Rules view, or above it in its file.');
      await switchOne(host, rules, asked);
    },
    tryRulesAgain: () => rules.tryAgain(),
    switchRulesOn: () => switchAll(host, rules, true),
    switchRulesOff: () => switchAll(host, rules, false),
    showFaultSet: async (argument) => {
      const id = faultSetOf(argument);
      if (!id) throw new Error(NO_FAULT_SET);
      await vscode.window.showTextDocument(vscode.Uri.from({ scheme: FAULT_SET_SCHEME, path: `/${id}.jsonc` }));
    },
    copyFaultSet: async (argument) => {
      const set = faultSet(faultSetOf(argument) ?? '');
      if (!set) throw new Error(NO_FAULT_SET);
      const { addRules, switchFaultSet } = await import('../rules/switches');
      // The copy takes the set's place.
      await change(host, rules, (text, file) => switchFaultSet(text, file, set.id, false));
      await show((await change(host, rules, (text, file) => addRules(text, file, set.rules))).uri);
    },
  };
}

/** Switches what a box of the view stands for. Rejects with a message for people. */
export async function toggleRule(host: Host, rules: RulesInForce, node: RuleNode, on: boolean): Promise<void> {
  const { switchFaultSet } = await import('../rules/switches');
  if (node.kind === 'faultSet') await change(host, rules, (text, file) => switchFaultSet(text, file, node.id, on));
  if (node.kind !== 'rule' || node.faultSet !== undefined) return;
  const { index } = node;
  await switchOne(host, rules, { index, name: rules.state.rules[index]?.info.name, on });
}

/** The rule with what is asked for it; undefined when the user has left a box. */
async function answered(chosen: WrittenRule, check: (rule: WrittenRule) => string): Promise<WrittenRule | undefined> {
  let rule = chosen;
  for (const question of questionsFor(chosen)) {
    if (question.isAsked?.(rule) === false) continue;
    const before = rule;
    const text = await vscode.window.showInputBox({
      title: plain(rule.name ?? 'Rule'),
      prompt: question.prompt,
      value: question.value(before),
      validateInput: (value) => plain(answerProblem(question, before, value, check)) || undefined,
    });
    if (text === undefined) return undefined;
    rule = question.answer(before, text);
  }
  return rule;
}

interface RuleSwitch {
  /** Place in the file. */
  index: number;
  /** What stood there when it was asked for. */
  name: string | undefined;
  on: boolean;
}

async function switchOne(host: Host, rules: RulesInForce, { index, name, on }: RuleSwitch): Promise<void> {
  const { switchRule } = await import('../rules/switches');
  const { parseRules } = await import('../rules/ruleFile');
  await change(host, rules, (text, file) => {
    // What was shown may have moved meanwhile, in an editor or on disk.
    if (parseRules(text, file).rules[index]?.info.name !== name)
      throw new Error('The rules file has changes that are not saved. Save it, and switch the rule then.');
    return switchRule(text, file, index, on);
  });
}

async function switchAll(host: Host, rules: RulesInForce, on: boolean): Promise<void> {
  const { switchFile } = await import('../rules/switches');
  await change(host, rules, (text, file) => switchFile(text, file, on));
}

/** Shows the ready-made sets as documents that can only be read. */
export function provideFaultSets(host: Host): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(FAULT_SET_SCHEME, {
    provideTextDocumentContent: async ({ path }) => {
      const set = faultSet(path.slice(1).replace(/\.jsonc$/, ''));
      if (!set) return '// There is no such fault set.\n';
      const file = vscode.Uri.joinPath(host.context.extensionUri, 'media', 'rules', `${set.id}.json`);
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
      const head = `// The fault set "${set.title}". Copy Fault Set to Rules File makes these rules your own to change.\n`;
      return head + text.replace(/^ *"\$schema".*\n/m, '');
    },
  });
}

/**
 * Changes the rules file (made when it is not there) and gives its text then. What is on disk is what counts: a document
 * with changes of the user's is changed as an editor would and saved with them, any other takes up what is written.
 */
async function change(
  host: Host,
  rules: RulesInForce,
  changes: (text: string, file: string) => TextChange[],
): Promise<{ uri: vscode.Uri; text: string }> {
  const uri = await rulesUri(host, rules, false);
  const file = uri.fsPath;
  const open = vscode.workspace.textDocuments.find(
    (document) => document.isDirty && sameFile(document.uri.fsPath, file),
  );
  const before = open?.getText() ?? (await readRulesText(file)) ?? '';
  const made = changes(before, file);
  const text = applyEdits(before, made);
  if (!open) {
    if (made.length > 0) await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  } else {
    const edit = new vscode.WorkspaceEdit();
    for (const { offset, length, content } of made)
      edit.replace(uri, new vscode.Range(open.positionAt(offset), open.positionAt(offset + length)), content);
    if (made.length > 0 && !(await vscode.workspace.applyEdit(edit))) throw new Error(`${file} could not be changed.`);
    if (!(await open.save())) throw new Error(`${file} could not be saved.`);
  }
  await rules.refresh();
  return { uri, text };
}

/** The rules file, made when it is not there: with examples, or with nothing in it. Rejects when no file may count. */
async function rulesUri(host: Host, rules: RulesInForce, examples: boolean): Promise<vscode.Uri> {
  await rules.refresh();
  const { file } = rules.state;
  if (file === undefined) throw new Error('Rules are taken from trusted workspaces only. Trust this one first.');
  const uri = vscode.Uri.file(file);
  if (existsSync(file)) return uri;
  const starter = vscode.Uri.joinPath(host.context.extensionUri, 'media', 'rules', 'starter.realtime-rules.jsonc');
  const text = examples ? await vscode.workspace.fs.readFile(starter) : Buffer.from('{\n  "rules": []\n}\n');
  await vscode.workspace.fs.writeFile(uri, text);
  await rules.refresh();
  return uri;
}

async function show(uri: vscode.Uri, place?: { line: number; column: number }): Promise<void> {
  const at = new vscode.Position((place?.line ?? 1) - 1, (place?.column ?? 1) - 1);
  await vscode.window.showTextDocument(uri, place ? { selection: new vscode.Range(at, at) } : {});
}

/** What a line above a rule asks for; undefined for anything else. */
function switchOf(argument: unknown): RuleSwitch | undefined {
  const { index, name, on } = (argument ?? {}) as Partial<Record<keyof RuleSwitch, unknown>>;
  return typeof index === 'number' && typeof name === 'string' && typeof on === 'boolean'
    ? { index, name, on }
    : undefined;
}

/** A menu passes the line it was opened on. */
function nodeOf(argument: unknown): RuleNode | undefined {
  return typeof argument === 'object' && argument !== null && 'kind' in argument ? (argument as RuleNode) : undefined;
}

function faultSetOf(argument: unknown): string | undefined {
  const node = nodeOf(argument);
  if (node?.kind === 'faultSet') return node.id;
  return node?.kind === 'rule' ? node.faultSet : undefined;
}
