/** Lines to paste so that an app talks through the proxy. */
export interface ConnectLine {
  title: string;
  /** What to know before pasting, one sentence. */
  note: string;
  text: string;
}

/** @param proxy The running proxy's base URLs (ending in `/v1`) and the path of its certificate. */
export function connectLines(proxy: { http: string; https: string; ca: string }): ConnectLine[] {
  const quoted = /^[\w@%+=:,./\\-]*$/.test(proxy.ca) ? proxy.ca : `"${proxy.ca}"`;
  return [
    {
      title: 'Node',
      note: 'The openai package speaks TLS only, so it needs the certificate.',
      text: `OPENAI_BASE_URL=${proxy.https} NODE_EXTRA_CA_CERTS=${quoted}`,
    },
    { title: 'Python', note: 'openai 2.27 and later need no certificate.', text: `OPENAI_BASE_URL=${proxy.http}` },
    {
      title: 'Browser',
      note: 'Pages on localhost may connect.',
      text: `new WebSocket('${proxy.http.replace(/^http/, 'ws')}/realtime?model=gpt-realtime', ['realtime'])`,
    },
  ];
}
