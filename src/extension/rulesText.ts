/** Rules in words for the tree and the status bar. Names are the file's: they stay text, on one line. Free of `vscode`. */
import path from 'node:path';
import { FAULT_SETS, type FaultSet } from '../rules/faultSets';
import { label, oneLine } from './plainText';
import type { ParsedRules } from '../rules/ruleFile';
import type { RulesState } from './rulesInForce';

/** A line of the view, as its commands get it. */
export type RuleNode =
  | {
      kind: 'rule';
      /** Place in the rule set. */
      index: number;
      label: string;
      description: string;
      tooltip: string;
      /** Undefined for a rule with a mistake, and for one of a fault set: that is switched as a whole. */
      checked?: boolean;
      /** 'out': its expression took too long on a message, and the running proxy leaves it out. */
      state: 'on' | 'off' | 'wrong' | 'out';
      /** Where it stands in the file; both count from 1. */
      place: { line: number; column: number };
      faultSet?: string;
    }
  | { kind: 'create' }
  | { kind: 'problem'; label: string; tooltip: string; place: { line: number; column: number } }
  | { kind: 'faultSets' }
  | { kind: 'faultSet'; id: string; label: string; description: string; tooltip: string; checked: boolean };

/** What a tooltip shows of a text, characters. */
const MOST_TOOLTIP = 1000;

/** The view's first level. None while no file may count. */
export function ruleNodes(state: RulesState): RuleNode[] {
  if (state.file === undefined) return [];
  const nodes: RuleNode[] = state.rules.flatMap(({ info }, index) =>
    info.faultSet === undefined ? [ruleNode(state, index)] : [],
  );
  const general = state.problems.find(({ rule }) => rule === undefined);
  if (general) {
    const label = `${path.basename(state.file)}:${general.line}: ${oneLine(general.message)}`;
    const kept = state.stale && state.rules.length > 0 ? '\n\nThe rules of before are still in force.' : '';
    nodes.unshift({
      kind: 'problem',
      label,
      tooltip: `${oneLine(general.message, MOST_TOOLTIP)}${kept}`,
      place: general,
    });
  }
  if (state.failed !== '') {
    const label = 'These rules are not in force';
    nodes.unshift({ kind: 'problem', label, tooltip: `${label}: ${state.failed}`, place: { line: 1, column: 1 } });
  }
  if (nodes.length === 0 && !state.exists) nodes.push({ kind: 'create' });
  return [...nodes, { kind: 'faultSets' }];
}

/** The ready-made sets. */
export function faultSetNodes(state: RulesState): RuleNode[] {
  return FAULT_SETS.map(({ id, title, description }) => {
    const checked = state.faultSets.includes(id);
    const hits = state.rules.reduce(
      (sum, { info }, index) => sum + (info.faultSet === id ? (state.hits[index] ?? 0) : 0),
      0,
    );
    return { kind: 'faultSet', id, label: title, description: times(hits), tooltip: description, checked };
  });
}

/** The rules of a set that is switched on. */
export function rulesOfSet(state: RulesState, { id }: Pick<FaultSet, 'id'>): RuleNode[] {
  return state.rules.flatMap(({ info }, index) => (info.faultSet === id ? [ruleNode(state, index)] : []));
}

function ruleNode({ rules, hits, problems, out }: RulesState, index: number): RuleNode {
  const { info, written, place } = rules[index]!;
  const problem = problems.find(({ rule }) => rule === index && info.faultSet === undefined);
  const label = oneLine(info.name) || `Rule ${index + 1}`;
  const common = { kind: 'rule' as const, index, label, place };
  if (problem || !written) {
    const message = problem?.message ?? 'There is a mistake in this rule.';
    return {
      ...common,
      description: oneLine(message),
      tooltip: oneLine(message, MOST_TOOLTIP),
      state: 'wrong',
      place: problem ?? place,
    };
  }
  const summary = info.summary === info.name ? '' : oneLine(info.summary);
  const why = info.active ? (out[index] ?? '') : '';
  const isOut = why === '' ? '' : `out of force: ${oneLine(why)}`;
  const description = [isOut, times(hits[index] ?? 0), summary].filter(Boolean).join(' · ');
  const match = written.match ? `\nof messages that match ${oneLine(written.match)}` : '';
  const remark = written.description ? `\n\n${oneLine(written.description)}` : '';
  const again = why === '' ? '' : `Out of force: ${oneLine(why, MOST_TOOLTIP)}\n${TRY_AGAIN}\n\n`;
  const tooltip = `${again}${oneLine(info.summary)}${match}${remark}`;
  const switchable = info.faultSet === undefined ? { checked: written.enabled !== false } : { faultSet: info.faultSet };
  const now = why !== '' ? 'out' : info.active ? 'on' : 'off';
  return { ...common, description, tooltip, state: now, ...switchable };
}

const TRY_AGAIN = 'Write it with less repetition and save the file, or let it be tried again as it is.';

const times = (hits: number): string => (hits === 0 ? '' : hits === 1 ? 'once' : `${hits} times`);

/** A line above a rule in its file: what it has done, and a switch. */
export interface RuleLens {
  /** Counts from 1. */
  line: number;
  title: string;
  tooltip: string;
  /** What selecting it does; 'none' for a line that only says something. */
  action:
    | { kind: 'switch'; index: number; name: string; on: boolean }
    | { kind: 'switchFile' }
    | { kind: 'tryAgain' }
    | { kind: 'none' };
}

/**
 * The lines above the rules of a text, as its editor has it now, while a proxy runs that was given what is on disk. A rule that stands
 * elsewhere on disk, or is new, says so.
 */
export function ruleLenses(state: RulesState, text: ParsedRules, time: (ms: number) => string): RuleLens[] {
  const top = (title: string, tooltip: string, action: RuleLens['action']): RuleLens => ({
    ...{ line: 1, title, tooltip, action },
  });
  if (state.failed !== '')
    return [top('$(error) These rules are not in force', oneLine(state.failed, MOST_TOOLTIP), { kind: 'none' })];
  if (!text.readable)
    return [top('$(error) The rules of before are in force', 'This text cannot be read.', { kind: 'none' })];
  const lenses = text.rules.flatMap(({ info, written, place }, index): RuleLens[] => {
    if (info.faultSet !== undefined) return [];
    const { line } = place;
    const known = state.rules[index]?.info;
    const says = (title: string, tooltip: string): RuleLens => ({ line, title, tooltip, action: { kind: 'none' } });
    if (!written || text.problems.some(({ rule }) => rule === index))
      return [says('$(error) Left out: there is a mistake in it', 'The other rules go on without it.')];
    if (known?.name !== info.name || known.faultSet !== undefined)
      return [says('$(circle-outline) Counts when it is saved', 'The proxy has the rules as they are on disk.')];
    const action = { kind: 'switch', index, name: info.name, on: written.enabled === false } as const;
    const tooltip = 'Writes "enabled" into the file, and saves it.';
    if (written.enabled === false)
      return [says('$(circle-slash) Off', 'It is left out.'), { line, title: 'Switch On', tooltip, action }];
    const why = state.out[index];
    if (why)
      return [
        says(`$(warning) Out of force: ${label(why)}`, TRY_AGAIN),
        { line, title: 'Try Again', tooltip: 'Puts all rules in force anew.', action: { kind: 'tryAgain' } },
        { line, title: 'Switch Off', tooltip, action },
      ];
    const hits = state.hits[index] ?? 0;
    const last = state.last[index];
    const when = last === undefined ? '' : `, last at ${time(last)}`;
    const title = hits === 0 ? '$(zap) Has not taken part yet' : `$(zap) Took part ${times(hits)}${when}`;
    return [
      says(title, 'Messages and handshakes it took part in since the proxy has these rules.'),
      { line, title: 'Switch Off', tooltip, action },
    ];
  });
  const off = top('$(circle-slash) All rules are off: Switch On', 'Writes "enabled" into the file, and saves it.', {
    kind: 'switchFile',
  });
  return text.enabled ? lenses : [off];
}

/** What the status bar says while rules are in force: `2 rules change traffic`. */
export function inForceText(active: number): string {
  return active === 1 ? '1 rule changes traffic' : `${active} rules change traffic`;
}
