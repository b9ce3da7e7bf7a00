/** What the checks say of the text, in a line. */
import { html } from 'lit';
import type { Problem } from '../../src/protocol';
import { countProblems } from '../logic/composerLint';
import { isSequence } from '../logic/sequence';

export interface Judged {
  text: string;
  as: 'client' | 'server';
  problems: readonly Problem[];
  /** The next click sends all the same. */
  isArmed: boolean;
  /** The session it was checked in; '' for none. */
  fits: string;
}

export function verdict({ text, as, problems, isArmed, fits }: Judged) {
  if (problems.length > 0)
    return html`<span class="line dim">${countProblems(problems)}${isArmed ? '. Send all the same?' : ''}</span>`;
  if (isSequence(text)) return html`<span class="line dim">A sequence that can be sent.</span>`;
  return html`<span class="line dim">Valid ${as} event${fits === '' ? '' : `, and fits ${fits} as it is now`}.</span>`;
}
