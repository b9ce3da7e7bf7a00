/** The one page of the inspector. Nothing captured ever stands in it: everything arrives by message, as text. */

/** Where the page's files are, as the webview may load them. */
export interface PageOptions {
  /** The webview's own source for the policy. */
  cspSource: string;
  /** Fresh for every load. */
  nonce: string;
  script: string;
  codicons: string;
}

const attribute = (value: string) =>
  value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The page's HTML. Its policy allows the two bundled files and nothing inline without the nonce, and no connection. */
export function pageHtml({ cspSource, nonce, script, codicons }: PageOptions): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data: blob:`,
    `media-src blob:`,
    `connect-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" id="vscode-codicon-stylesheet" nonce="${attribute(nonce)}" href="${attribute(codicons)}">
<title>Realtime Inspector</title>
</head>
<body data-nonce="${attribute(nonce)}">
<script type="module" nonce="${attribute(nonce)}" src="${attribute(script)}"></script>
</body>
</html>
`;
}
