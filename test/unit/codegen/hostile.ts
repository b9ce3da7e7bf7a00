/** Text that would like to be more than text, in every language that code is made in. */
export const HOSTILE = [
  `'; require('fs').writeFileSync('pwned', ''); '`,
  `"); import os; os.system("touch pwned"); ("`,
  '`touch pwned` $(touch pwned) ${process.exit(3)} $HOME %s {0} !!',
  "it's 'quoted' and \"quoted\" and '\"'\"' and \\' and \\\\' and \\",
  '"""\nimport os\n"""\n\'\'\'',
  '*/ touch() /* // # <!-- </script><img src=x onerror=alert(1)>',
  'line\nfeed\r\ncarriage\ttab\u0000nul\u001b[31m\u007f\u0085',
  '\u2028line\u2029paragraph\u202eright to left\u2066\ufeff',
  'lone \ud800 and \udc00, pair 😀, é, \u00e9, <0>NAME<0>, [x]',
  'EOF\n$(touch pwned)\nEOF\n',
];

/** An object with all of it, and with names that mean something to some language. */
export const HOSTILE_OBJECT: Record<string, unknown> = JSON.parse(
  JSON.stringify({ texts: HOSTILE, numbers: [0, -1.5, 1e21, 12345678901], nothing: null, yes: true }).replace(
    /}$/,
    `,"__proto__":{"polluted":true},"constructor":"c","a-b":1,"class":2,${JSON.stringify(HOSTILE.join())}:3}`,
  ),
) as Record<string, unknown>;
