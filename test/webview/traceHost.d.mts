import type { InspectorStatus } from '../../webview/messages';
import type { Handlers } from '../../src/extension/bridge';
import type { TraceModel } from '../../src/extension/traceModel';

/** A page over a real trace. */
export interface ServedTrace {
  url: string;
  /** Reads on when the trace has grown. */
  model: { follow(): Promise<void> };
  /** One for each page that is there. */
  bridges: ReadonlySet<{ statusChanged(): void; act(params: { action: string; row?: number }): boolean }>;
  close(): Promise<void>;
}
/**
 * Bundles page and host and serves them over the trace at that path; resolves with the address. `status`, a part of the status
 * or what gives one, and `more` handlers take the place of what only VS Code has.
 */
export function serveTrace(
  trace: string,
  port?: number,
  status?: object | (() => Partial<InspectorStatus>),
  more?: Partial<Handlers> | ((model: TraceModel) => Partial<Handlers>),
): Promise<ServedTrace>;
