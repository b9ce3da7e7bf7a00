/** Reads what a session came to after an update that was sent from here: which settings are not as they were asked for. */
import { configDifferences, type ConfigDifference } from '../../src/analysis/configHistory';
import { readLoosely } from '../logic/jsonPlace';
import { isFields } from '../logic/updatePreview';
import type { Outcome } from './outcome';
import type { Answer } from '../state/answerWatch';

export class EffectiveWatch {
  differences: readonly ConfigDifference[] | undefined;
  #row = -1;

  /** @param body Text of a row; undefined when it cannot be read. @param changed Told when `differences` is another. */
  constructor(
    private readonly body: (row: number) => Promise<string | undefined>,
    private readonly changed: () => void,
  ) {}

  /** Looks at how the last attempt to send stands. */
  look(outcome: Outcome, answer: Answer): void {
    const row =
      outcome.kind === 'sent' && answer.kind === 'taken' && answer.type === 'session.updated' ? answer.row : -1;
    if (row === this.#row) return;
    this.#row = row;
    this.differences = undefined;
    if (row >= 0 && outcome.kind === 'sent') void this.#read(row, outcome.text);
  }

  async #read(row: number, text: string): Promise<void> {
    const body = await this.body(row);
    const { session: asked } = readLoosely(text);
    const { session: effective } = readLoosely(body ?? '');
    if (row !== this.#row || !isFields(asked) || !isFields(effective)) return;
    // The model is no setting: it is fixed when the session opens, and the check says so beforehand.
    this.differences = configDifferences(asked, effective);
    this.changed();
  }
}
