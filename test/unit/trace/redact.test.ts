import { describe, expect, it } from 'vitest';
import {
  redactBody,
  redactEvent,
  redactHeaders,
  redactSubprotocols,
  redactUrl,
  replacedPointers,
  REPLACEMENT,
} from '../../../src/trace/redact';

const KEY = 'sk-proj-abcDEF0123456789_-xyz';
const EPHEMERAL = 'ek_0123456789abcdef0123456789abcdef';

describe('redactEvent', () => {
  const clean: [why: string, text: string][] = [
    ['an ordinary event', '{"type":"response.create"}'],
    ['a word that only ends like a key prefix', '{"text":"a task-force-of-many and desk-lamps-too"}'],
    ['a prefix with nothing after it', '{"text":"keys start with sk- or ek_"}'],
    ['headers mentioned in prose', '{"text":"look at the \\"headers\\" and authorization"}'],
    ['escaped letters that hide nothing', '{"text":"\\u0041 plain \\u003ctag\\u003e"}'],
    ['a session with an expiry and no client secret', '{"session":{"expires_at":1,"id":"sess_1"}}'],
    ['a value without an expiry', '{"value":"something","authorization":""}'],
    ['what was replaced before', `{"authorization":"${REPLACEMENT}","client_secret":{"value":"${REPLACEMENT}"}}`],
    ['text that is not JSON', 'hello there {"authorization'],
    ['an empty text', ''],
  ];
  it.each(clean)('leaves %s alone', (_why, text) => {
    expect(redactEvent(text)).toBeUndefined();
  });

  const dirty: [why: string, text: string, expected: string, pointers: string[]][] = [
    ['a key in a string', `{"a":["x ${KEY}, y"]}`, `{"a":["x ${REPLACEMENT}, y"]}`, ['/a/0']],
    ['an ephemeral key', `{"value":"${EPHEMERAL}"}`, `{"value":"${REPLACEMENT}"}`, ['/value']],
    [
      'a client secret, whatever it looks like',
      '{"session":{"client_secret":{"value":"odd one","expires_at":5}}}',
      `{"session":{"client_secret":{"value":"${REPLACEMENT}","expires_at":5}}}`,
      ['/session/client_secret/value'],
    ],
    [
      'a client secret given as a string',
      '{"client_secret":"odd one"}',
      `{"client_secret":"${REPLACEMENT}"}`,
      ['/client_secret'],
    ],
    [
      'an answer of client_secrets',
      '{"value":"odd one","expires_at":5}',
      `{"value":"${REPLACEMENT}","expires_at":5}`,
      ['/value'],
    ],
    [
      'authorization and headers of an MCP tool',
      '{"session":{"tools":[{"type":"mcp","authorization":"tok","headers":{"X-Any":"v","l":["w"]}}]}}',
      `{"session":{"tools":[{"type":"mcp","authorization":"${REPLACEMENT}","headers":{"X-Any":"${REPLACEMENT}","l":["${REPLACEMENT}"]}}]}}`,
      ['/session/tools/0/authorization', '/session/tools/0/headers/X-Any', '/session/tools/0/headers/l/0'],
    ],
    [
      'names in other cases',
      '{"Authorization":"a","apiKey":"b","Headers":{"h":"c"},"x-api-key":"d"}',
      `{"Authorization":"${REPLACEMENT}","apiKey":"${REPLACEMENT}","Headers":{"h":"${REPLACEMENT}"},"x-api-key":"${REPLACEMENT}"}`,
      ['/Authorization', '/apiKey', '/Headers/h', '/x-api-key'],
    ],
    [
      'a name written with escapes',
      '{"authoriz\\u0061tion":"tok"}',
      `{"authoriz\\u0061tion":"${REPLACEMENT}"}`,
      ['/authorization'],
    ],
    [
      'a key in the place of a name, and never in a pointer',
      `{"m":{"${KEY}":"${KEY}"}}`,
      `{"m":{"${REPLACEMENT}":"${REPLACEMENT}"}}`,
      [`/m/${REPLACEMENT}`],
    ],
    [
      'a key written with escapes',
      `{"a":"\\n\\u0073k-abc\\u0064efgh1 \\u00e9"}`,
      `{"a":"\\n${REPLACEMENT} \\u00e9"}`,
      ['/a'],
    ],
    ['a key after an escaped line feed', `{"a":"b\\n${KEY}"}`, `{"a":"b\\n${REPLACEMENT}"}`, ['/a']],
    [
      'a key in JSON within a string',
      `{"arguments":"{\\"k\\":\\"\\\\u0073k-abcdefgh1\\",\\"authorization\\":\\"t\\\\n\\"}"}`,
      `{"arguments":"{\\"k\\":\\"${REPLACEMENT}\\",\\"authorization\\":\\"${REPLACEMENT}\\"}"}`,
      ['/arguments'],
    ],
    [
      'a named secret in JSON within a string',
      '{"arguments":"{\\"authorization\\":\\"tok\\"}"}',
      `{"arguments":"{\\"authorization\\":\\"${REPLACEMENT}\\"}"}`,
      ['/arguments'],
    ],
    [
      'a subprotocol named in a string',
      '{"a":"use openai-insecure-api-key.abc now"}',
      `{"a":"use openai-insecure-api-key.${REPLACEMENT} now"}`,
      ['/a'],
    ],
    [
      'all of two equal properties',
      '{"authorization":"a","authorization":"b"}',
      `{"authorization":"${REPLACEMENT}","authorization":"${REPLACEMENT}"}`,
      ['/authorization'],
    ],
    [
      'only the secret: white space, surrogates, numbers stay',
      `\t{ "x" : 1.0e2 ,\r\n"s":"\ud800 \\ud800 é", "k":"${KEY}" } `,
      `\t{ "x" : 1.0e2 ,\r\n"s":"\ud800 \\ud800 é", "k":"${REPLACEMENT}" } `,
      ['/k'],
    ],
    ['pointers with odd names', `{"a/b~c":"${KEY}"}`, `{"a/b~c":"${REPLACEMENT}"}`, ['/a~1b~0c']],
    ['a bare string', `"${KEY}"`, `"${REPLACEMENT}"`, ['']],
    ['text that is not JSON', `say ${KEY}!`, `say ${REPLACEMENT}!`, ['']],
    [
      'a named secret in JSON that is cut off',
      '{"authorization":"Bearer tok","x":',
      `{"authorization":"Bearer ${REPLACEMENT}","x":`,
      [''],
    ],
    ['an audio field that is a key', `{"audio":"${KEY}"}`, `{"audio":"${REPLACEMENT}"}`, ['/audio']],
    [
      'a key in a text delta',
      `{"type":"response.output_text.delta","delta":"${KEY} is it"}`,
      `{"type":"response.output_text.delta","delta":"${REPLACEMENT} is it"}`,
      ['/delta'],
    ],
  ];
  it.each(dirty)('replaces %s', (_why, text, expected, pointers) => {
    const redaction = redactEvent(text);
    expect(redaction?.text).toBe(expected);
    expect(redaction?.redacted.toSorted()).toEqual(pointers.toSorted());
    expect(redactEvent(redaction?.text ?? '')).toBeUndefined();
  });

  const noise = `${'QUJD'.repeat(130_000)}+sk-abcdefgh12345678${'QUJD'.repeat(130_000)}`;
  it.each([
    `{"type":"input_audio_buffer.append","audio":"${noise}"}`,
    `{"type":"response.output_audio.delta","delta":"${noise}"}`,
    `{"delta":"${noise}","type":"response.output_audio.delta"}`,
    `{"type":"conversation.item.create","item":{"content":[{"type":"input_audio","audio":"${noise}"}]}}`,
  ])('takes nothing in a megabyte of audio for a key (case %#)', (text) => {
    expect(redactEvent(text)).toBeUndefined();
  });

  it('finds a secret that stands beside a megabyte of audio, before and after it', () => {
    for (const text of [`{"k":"${KEY}","audio":"${noise}"}`, `{"audio":"${noise}","k":"${KEY}"}`]) {
      expect(redactEvent(text)).toEqual({ text: text.replace(KEY, REPLACEMENT), redacted: ['/k'] });
    }
  });

  it('replaces literal values it is told of, wherever they stand', () => {
    expect(redactEvent('{"a":"xx my word yy","b":{"my word":1}}', ['my word', ''])).toEqual({
      text: `{"a":"xx ${REPLACEMENT} yy","b":{"${REPLACEMENT}":1}}`,
      redacted: ['/a', `/b/${REPLACEMENT}`],
    });
  });

  it('survives nesting deeper than the stack and still replaces what it can name', () => {
    const text = `${'['.repeat(200_000)}{"authorization":"Bearer abc"},"${KEY}"${']'.repeat(200_000)}`;
    const redacted = redactEvent(text)?.text ?? '';
    expect(redacted).not.toContain(KEY);
    expect(redacted).not.toContain('Bearer abc');
    expect(redacted).toContain(REPLACEMENT);
  });
});

describe('redaction of hostile messages', () => {
  const list = Array.from({ length: 200_000 }, () => 'sk-aaaaaaaa');

  it('replaces 200,000 keys in one string, escapes before them or not', () => {
    const expected = `${REPLACEMENT} `.repeat(list.length);
    const text = `${list.join(' ')} `;
    expect(redactEvent(JSON.stringify({ a: text }))?.text).toBe(JSON.stringify({ a: expected }));
    expect(redactEvent(JSON.stringify({ a: `"\n${text}` }))?.text).toBe(JSON.stringify({ a: `"\n${expected}` }));
  });

  it('replaces 200,000 keys in strings of their own, and lists no more pointers than a head bears', () => {
    const redaction = redactEvent(JSON.stringify(list));
    expect(redaction?.text).toBe(JSON.stringify(list.map(() => REPLACEMENT)));
    expect(redaction?.redacted).toEqual(['']);
  });

  it('replaces a message whole that is nested too deeply to be looked at', () => {
    const headers = '{"tools":[{"headers":{"X":"whatever"}}],"x":';
    const text = `${headers}${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const whole = { text: JSON.stringify(REPLACEMENT), redacted: [''] };
    expect(redactEvent(text)).toEqual(whole);
    expect(redactBody(text)).toEqual(whole);
    expect(replacedPointers(`${text}${REPLACEMENT}`)).toEqual(['']);
    expect(redactEvent(JSON.stringify({ a: 1, arguments: text }))).toEqual({
      text: JSON.stringify({ a: 1, arguments: REPLACEMENT }),
      redacted: ['/arguments'],
    });
  });

  it('finds a named secret in JSON in strings in strings, however often', () => {
    let text = '{"authorization":"hidden-value"}';
    for (let level = 0; level < 8; level++) {
      text = JSON.stringify({ arguments: text });
      expect(redactEvent(text)?.text ?? '').toContain(REPLACEMENT);
      expect(redactEvent(text)?.text).not.toContain('hidden-value');
    }
  });

  it('writes nothing in clear when it fails itself', () => {
    const broken = ['word'];
    Object.defineProperty(broken, 0, {
      get: () => {
        throw new RangeError('out of something');
      },
    });
    expect(redactEvent('{"a":"some word"}', broken)).toEqual({ text: `"${REPLACEMENT}"`, redacted: [''] });
    expect(redactBody('a word', broken)).toEqual({ text: `"${REPLACEMENT}"`, redacted: [''] });
    expect(redactHeaders(['X-Any', 'a word'], broken)).toEqual({ 'X-Any': REPLACEMENT });
    expect(redactSubprotocols(['word'], broken)).toEqual([REPLACEMENT]);
    expect(redactUrl('wss://h/word', broken)).toBe(REPLACEMENT);
  });

  it('finds a parameter behind any number of question marks', () => {
    const marks = '?'.repeat(100_000);
    expect(redactUrl(`wss://h/${marks}key=abc`)).toBe(`wss://h/${marks}key=${REPLACEMENT}`);
  });
});

describe('the quick check', () => {
  const names = ['authorization', 'proxy-authorization', 'api_key', 'api-key', 'apikey', 'x-api-key', 'client_secret'];
  const cases = [
    (name: string) => name.toUpperCase(),
    (name: string) => name.replace(/^\w/, (char) => char.toUpperCase()),
    (name: string) => name.replace(/(^|[-_])\w/g, (char) => char.toUpperCase()),
    (name: string) => name.replace(/\w\w?/g, (two) => two.charAt(0) + two.slice(1).toUpperCase()),
  ];
  it.each(names.flatMap((name) => cases.map((change) => change(name))))('lets no %s pass', (name) => {
    const expected = { text: `{"${name}":"${REPLACEMENT}"}`, redacted: [`/${name}`] };
    expect(redactEvent(`{"${name}":"some value"}`)).toEqual(expected);
    const long = `,"audio":"${'A'.repeat(5000)}"}`;
    expect(redactEvent(`{"${name}":"some value"${long}`)?.text).toBe(`{"${name}":"${REPLACEMENT}"${long}`);
  });
  it.each(['headers', 'HEADERS', 'Headers', 'hEADERs'])('lets no %s of a tool pass', (name) => {
    expect(redactEvent(`{"${name}":{"h":"v"}}`)?.redacted).toEqual([`/${name}/h`]);
  });
  it('knows a subprotocol in capitals', () => {
    expect(redactEvent('{"a":"OPENAI-INSECURE-API-KEY.abc"}')?.redacted).toEqual(['/a']);
  });
});

describe('redactBody', () => {
  it('replaces secrets in forms and multipart parts', () => {
    const form = `--b\r\nContent-Disposition: form-data; name="session"\r\n\r\n{"tools":[{"authorization":"tok"}]}\r\n--b--`;
    expect(redactBody(form)?.text).toBe(form.replace('tok', REPLACEMENT));
    expect(redactBody('grant=1&client_secret=abc&x=2')?.text).toBe(`grant=1&client_secret=${REPLACEMENT}&x=2`);
    expect(redactBody('v=0\r\no=- 1 2 IN IP4 127.0.0.1')).toBeUndefined();
  });
});

describe('redactHeaders', () => {
  const cases: [name: string, value: string, expected: string][] = [
    ['Authorization', `Bearer ${KEY}`, `Bearer ${REPLACEMENT}`],
    ['authorization', 'two words', REPLACEMENT],
    ['Proxy-Authorization', 'Basic dTpw', `Basic ${REPLACEMENT}`],
    ['api-key', 'abc', REPLACEMENT],
    ['X-API-Key', 'abc', REPLACEMENT],
    ['Cookie', 'a=b', REPLACEMENT],
    ['Set-Cookie', '__cf_bm=x; path=/', REPLACEMENT],
    [
      'Sec-WebSocket-Protocol',
      `realtime, openai-insecure-api-key.abc,openai-beta.realtime-v1`,
      `realtime, openai-insecure-api-key.${REPLACEMENT},openai-beta.realtime-v1`,
    ],
    ['X-Other', `see ${EPHEMERAL}`, `see ${REPLACEMENT}`],
    ['X-Other', 'has the segment in it', `has the ${REPLACEMENT} in it`],
    ['Referer', 'http://h/p?token=abc&x=1', `http://h/p?token=${REPLACEMENT}&x=1`],
    ['User-Agent', 'OpenAI/JS 7.55.0', 'OpenAI/JS 7.55.0'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ];
  it.each(cases)('%s: %s', (name, value, expected) => {
    expect(redactHeaders([name, value], ['segment'])).toEqual({ [name]: expected });
  });

  it('keeps repeated names as lists and a hostile name as a name', () => {
    const headers = redactHeaders(['Set-Cookie', 'a', 'Set-Cookie', 'b', 'Set-Cookie', 'c', '__proto__', 'x']);
    expect(headers['Set-Cookie']).toEqual([REPLACEMENT, REPLACEMENT, REPLACEMENT]);
    expect(Object.getOwnPropertyDescriptor(headers, '__proto__')?.value).toBe('x');
  });
});

describe('redactSubprotocols', () => {
  it('keeps every name but the key', () => {
    expect(redactSubprotocols(['realtime', `openai-insecure-api-key.${KEY}`, 'openai-agents-sdk.0.20'])).toEqual([
      'realtime',
      `openai-insecure-api-key.${REPLACEMENT}`,
      'openai-agents-sdk.0.20',
    ]);
  });
});

describe('redactUrl', () => {
  const cases: [url: string, expected: string][] = [
    ['wss://api.openai.com/v1/realtime?model=gpt-realtime', 'wss://api.openai.com/v1/realtime?model=gpt-realtime'],
    ['/v1/realtime?api-key=abc&model=m', `/v1/realtime?api-key=${REPLACEMENT}&model=m`],
    ['https://u:p@host/x?KEY=abc#token=abc', `https://${REPLACEMENT}@host/x?KEY=${REPLACEMENT}#token=${REPLACEMENT}`],
    ['wss://h/?access%5Ftoken=abc&q=1', `wss://h/?access%5Ftoken=${REPLACEMENT}&q=1`],
    [`wss://h/${KEY}/x`, `wss://h/${REPLACEMENT}/x`],
    [`wss://h/?q=a%20sk%2Dabcdefgh1`, `wss://h/?q=${REPLACEMENT}`],
    ['http://127.0.0.1:8787/segment/v1', `http://127.0.0.1:8787/${REPLACEMENT}/v1`],
    ['wss://h/?monkey=1&key=', 'wss://h/?monkey=1&key='],
    ['wss://h/?q=%zz&key=%zz', `wss://h/?q=%zz&key=${REPLACEMENT}`],
  ];
  it.each(cases)('%s', (url, expected) => {
    expect(redactUrl(url, ['segment'])).toBe(expected);
  });
});

describe('replacedPointers', () => {
  it('names every value and property that still holds the replacement', () => {
    expect(
      replacedPointers(`{"a":"${REPLACEMENT}","b":["x ${REPLACEMENT}"],"c":{"${REPLACEMENT}":1},"d":"ok"}`),
    ).toEqual(['/a', '/b/0', `/c/${REPLACEMENT}`]);
  });
  it('sees through escapes', () => {
    expect(replacedPointers('{"a":"\\u005bredacted]"}')).toEqual(['/a']);
  });
  it('answers for the whole of a text that is not JSON', () => {
    expect(replacedPointers(`x ${REPLACEMENT}`)).toEqual(['']);
    expect(replacedPointers('x')).toEqual([]);
  });
});
