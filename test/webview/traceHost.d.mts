/** A page over a real trace. */
export interface ServedTrace {
  url: string;
  close(): Promise<void>;
}
/** Bundles page and host and serves them over the trace at that path; resolves with the address. */
export function serveTrace(trace: string, port?: number, status?: object): Promise<ServedTrace>;
