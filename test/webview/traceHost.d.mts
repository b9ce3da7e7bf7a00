/** A page over a real trace. */
export interface ServedTrace {
  url: string;
  /** Reads on when the trace has grown. */
  model: { follow(): Promise<void> };
  close(): Promise<void>;
}
/** Bundles page and host and serves them over the trace at that path; resolves with the address. */
export function serveTrace(trace: string, port?: number, status?: object): Promise<ServedTrace>;
