/** The words of the official types: a file of its own that is loaded when somebody first asks for them. */
import type { DocumentedSchema } from '../../src/protocol';

let loading: Promise<DocumentedSchema | undefined> | undefined;

/** The documentation; undefined when it cannot be had (then the next call tries again). */
export function schemaDocs(): Promise<DocumentedSchema | undefined> {
  loading ??= import('../../media/schema/realtime.schema.json').then(
    (file) => file.default as unknown as DocumentedSchema,
    () => {
      loading = undefined;
      return undefined;
    },
  );
  return loading;
}
