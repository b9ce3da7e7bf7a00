/** How the sessions of a trace are told apart where they are mixed: a letter, and a colour besides. */

/** Colours of the theme; the letter tells what the colour repeats. */
export const SESSION_HUES = ['blue', 'green', 'foreground', 'purple', 'yellow', 'red'] as const;

/** `A`, `B`, ... `Z`, `AA`, ... for the `nth` session (from 0), and its colour. */
export function sessionMark(nth: number): { letter: string; hue: (typeof SESSION_HUES)[number] } {
  let letter = '';
  for (let left = nth; left >= 0; left = Math.floor(left / 26) - 1)
    letter = String.fromCharCode(65 + (left % 26)) + letter;
  return { letter, hue: SESSION_HUES[nth % SESSION_HUES.length] ?? 'blue' };
}
