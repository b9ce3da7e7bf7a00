/** Bundles the webview with a host that is not real and serves both; resolves with the address and a way to end it. */
export function serve(port?: number): Promise<{ url: string; close(): void }>;
