/** What a page may ask about the user's notes. Knows nothing of VS Code. */
import type { UserNote } from '../trace/notes';
import type { Handlers } from './bridge';
import type { TraceModel } from './traceModel';

export interface NoteHandlerOptions {
  model: Pick<TraceModel, 'columns' | 'document' | 'follow'>;
  /** Hands a note to the recorder when that is writing this trace; false when it is not, or not any more. */
  record(note: UserNote): Promise<boolean>;
}

export function noteHandlers({ model, record }: NoteHandlerOptions): Pick<Handlers, 'note'> {
  return {
    note: async ({ id, text, at, session, row, removed }) => {
      const seq = row === undefined ? 0 : (model.columns.at('seq', row) ?? 0);
      const note: UserNote = { id, text, at, session, seq, removed: removed === true };
      if (!(await record(note))) await (await model.document()).note(note);
      await model.follow();
      return { kept: true };
    },
  };
}
