/** Stored prompts: what a session or a response gets by naming one instead of writing it out. */
import type { StoredPrompt } from './scenario';
import { isObject, refusal, type Json } from './wire';

/**
 * An update or a response's parameters with what its `prompt` stands for; fields that it gives itself win. Without stored
 * prompts in the scenario every id is taken and stands for nothing. Throws a `Refusal` for an id or a version nobody stored.
 */
export function withPrompt(given: Json, stored: Record<string, StoredPrompt> | undefined): Json {
  const { prompt } = given;
  if (!stored || !isObject(prompt)) return given;
  const id = String(prompt['id']);
  const found = Object.hasOwn(stored, id) ? stored[id] : undefined;
  const version = typeof prompt['version'] === 'string' ? prompt['version'] : undefined;
  if (!found) throw refusal('promptMissing', { id });
  if (version !== undefined && found.version !== undefined && version !== found.version) {
    throw refusal('promptVersionMissing', { id, version });
  }
  const variables = isObject(prompt['variables']) ? prompt['variables'] : {};
  const { version: _version, instructions, ...fields } = found;
  return {
    ...fields,
    ...(instructions === undefined ? {} : { instructions: filled(instructions, variables) }),
    ...given,
  };
}

/** The text with `{{name}}` replaced by that variable; one that is not given stays as it is. */
function filled(text: string, variables: Json): string {
  return text.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (whole, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (typeof value === 'string') return value;
    return isObject(value) && typeof value['text'] === 'string' ? value['text'] : whole;
  });
}
