import type { AnalysisChanges } from '../../../src/analysis/model';

/** Changes of an analysis, of which only some lists have entries. */
export function changesOf(some: Partial<AnalysisChanges>): AnalysisChanges {
  return { spans: [], turns: [], playback: [], findings: [], withdrawn: [], configs: [], metrics: [], ...some };
}
