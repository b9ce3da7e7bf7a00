import { describe, expect, it } from 'vitest';
import { pageHtml } from '../../../src/extension/html';

describe('the page', () => {
  const html = pageHtml({
    cspSource: 'https://*.vscode-cdn.net',
    nonce: 'N0nce',
    script: 'https://host/webview.js?a=1&b="2"',
    codicons: 'https://host/codicon.css',
  });

  it('allows nothing that is not listed, no inline script or style without the nonce, and no connection', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    const rules = Object.fromEntries(policy.split('; ').map((rule) => [rule.split(' ')[0], rule]));
    expect(rules['default-src']).toBe(`default-src 'none'`);
    expect(rules['script-src']).toBe(`script-src 'nonce-N0nce'`);
    expect(rules['connect-src']).toBe(`connect-src 'none'`);
    expect(policy).not.toMatch(/unsafe|\s\*(\s|;|$)/);
  });

  it('gives every script and style the nonce, and holds no inline script', () => {
    const scripts = [...html.matchAll(/<script\b[^>]*>([^]*?)<\/script>/g)];
    expect(scripts).toHaveLength(1);
    expect(scripts[0]![1]).toBe('');
    for (const tag of html.match(/<(script|link|style)\b[^>]*>/g)!) expect(tag).toContain('nonce="N0nce"');
  });

  it('cannot be broken out of by an address', () => {
    expect(html).toContain('src="https://host/webview.js?a=1&amp;b=&quot;2&quot;"');
  });
});
