/** Shapes of keys and of personal data: a last look at what is about to be handed on. It only points; nothing is changed by it. */

interface Shape {
  name: string;
  pattern: RegExp;
  /** Fewest digits in it. */
  digits?: number;
}

// What the vendors themselves document of their keys; each begins a word, so that base64 audio is none.
const SHAPES: readonly Shape[] = [
  { name: 'OpenAI key', pattern: /(?<![\w-])sk-[A-Za-z0-9_-]{20,}/ },
  { name: 'ephemeral key', pattern: /(?<![\w-])ek_[A-Za-z0-9]{16,}/ },
  { name: 'bearer token', pattern: /\bBearer\s+[A-Za-z0-9._~+/-]{16,}/i },
  { name: 'JSON Web Token', pattern: /(?<![\w-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/ },
  { name: 'AWS access key', pattern: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/ },
  { name: 'Google API key', pattern: /(?<![\w-])AIza[A-Za-z0-9_-]{35}(?![\w-])/ },
  { name: 'GitHub token', pattern: /(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/ },
  { name: 'GitLab token', pattern: /(?<![\w-])glpat-[A-Za-z0-9_-]{20,}/ },
  { name: 'Slack token', pattern: /(?<![\w-])xox[abposr]-[A-Za-z0-9-]{10,}/ },
  { name: 'Stripe key', pattern: /(?<![\w-])[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/ },
  { name: 'Twilio key', pattern: /(?<![A-Za-z0-9])(?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])/ },
  { name: 'npm token', pattern: /(?<![\w-])npm_[A-Za-z0-9]{36}/ },
  { name: 'private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { name: 'password in a URL', pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"\\]+:[^\s/@"\\[]{3,}@/i },
  {
    name: 'e-mail address',
    pattern: /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*\.[A-Za-z]{2,24}(?![\w-])/,
  },
  // As people write them: +49 30 1234567, (555) 123-4567, 555.123.4567, 030 1234567. Dates and amounts have other groups, and ten
  // digits in one are more often a time.
  {
    name: 'telephone number',
    pattern: /(?<![\w.+-])\+[1-9]\d{0,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}(?![\w-])/,
    digits: 8,
  },
  { name: 'telephone number', pattern: /(?<![\w.+-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}(?![\w-])/ },
  {
    name: 'telephone number',
    pattern: /(?<![\w.+-])0\d{2,4}[ /-]\d{3,8}(?:[ -]\d{2,8}){0,2}(?![\w-])/,
    digits: 9,
  },
];

/** A masked text: letters have become x, digits 0. */
const isMask = (text: string): boolean => !/[^xX0\W_]/.test(text);

/**
 * Names of the shapes found in a text, but for what only masks have. Base64 of audio is to be taken out before: it is long,
 * and holds no words.
 */
export function keyShapes(text: string): string[] {
  const found = SHAPES.filter(({ pattern, digits = 0 }) =>
    [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))].some(
      ([match]) => !isMask(match) && match.replace(/\D/g, '').length >= digits,
    ),
  );
  return [...new Set(found.map(({ name }) => name))];
}
