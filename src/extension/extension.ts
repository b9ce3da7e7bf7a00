/** The extension's entry. Activation registers; workers, folders and certificates come into being when they are used. */
import type * as vscode from 'vscode';
import { createBreakpointsView } from './breakpointsView';
import { registerCommands } from './commands';
import { Comparisons } from './compareCommands';
import { markExpectations } from './expectationDiagnostics';
import { followSettings, keepContextKeys, showProblems, showRefusals } from './follow';
import { followRules } from './followRules';
import { followRotation } from './followRotation';
import { followScenario } from './followScenario';
import { showHeldStatus } from './heldStatus';
import { Host } from './host';
import { createPayloads } from './payloads';
import { createProxyView } from './proxyView';
import { provideFaultSets, toggleRule } from './rulesCommands';
import { markRules } from './rulesDiagnostics';
import { showOverlays } from './replayFiles';
import { Replays } from './replayRun';
import { Reports } from './reports';
import { showRuleLenses } from './rulesLens';
import { createRulesView } from './rulesView';
import { markScenarios } from './scenarioDiagnostics';
import { showScenarioUse } from './scenarioLens';
import { followServing } from './serveFollow';
import { createSessionsView } from './sessionsView';
import { createStatusBar } from './statusBar';
import { keepTerminalEnvironment } from './terminals';
import { TraceEditors } from './traceEditor';
import { createTracesView } from './tracesView';

/** What `extensions.getExtension(...).exports` gives: the traces open in editors, and how far each has been read. */
export interface InspectorApi {
  openTraces(): { file: string; rows: number; problems: string[]; pages: number }[];
}

let stop: (() => Promise<void>) | undefined;

export function activate(context: vscode.ExtensionContext): InspectorApi {
  const host = new Host(context);
  const editors = new TraceEditors(host);
  const traces = createTracesView(host);
  const payloads = createPayloads(host, editors);
  const breakpoints = createBreakpointsView(host.breakpoints, host.held);
  const reports = new Reports();
  const comparisons = new Comparisons(host, editors);
  const replays = new Replays();
  context.subscriptions.push(
    editors,
    traces,
    createProxyView(host),
    createSessionsView(host),
    createStatusBar(host),
    keepTerminalEnvironment(host),
    keepContextKeys(host),
    showProblems(host),
    showRefusals(host),
    followSettings(host),
    followScenario(host),
    followServing(host),
    markScenarios(host),
    showScenarioUse(host),
    createRulesView(host.rules, (node, on) => toggleRule(host, host.rules, node, on)),
    followRules(host, host.rules),
    markRules(host),
    showRuleLenses(host),
    provideFaultSets(host),
    payloads,
    breakpoints,
    reports,
    comparisons,
    showOverlays(host),
    markExpectations(host),
    followRotation(host, editors),
    showHeldStatus(host),
    registerCommands(host, editors, traces, payloads, breakpoints, reports, comparisons, replays),
  );
  // VS Code ends subscriptions as soon as the goodbye has begun, which has lines of its own to log.
  let isLeft = false;
  context.subscriptions.push({ dispose: () => (isLeft = true) });
  stop = async () => {
    try {
      await Promise.all([replays.end(), host.proxy.stop()]);
    } finally {
      if (isLeft) host.log.close();
    }
  };
  return {
    openTraces: () =>
      editors.open.map((trace) => ({
        file: trace.uri.fsPath,
        rows: trace.model.columns.rows,
        problems: trace.model.state.problems,
        pages: editors.pages(trace),
      })),
  };
}

/** Ends sessions and closes the trace; VS Code waits a few seconds for it. */
export async function deactivate(): Promise<void> {
  await stop?.();
}
