/** Looking into captured JSON without believing anything about it. */
export type JsonObject = Record<string, unknown>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The string, or '' for anything else. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value at the end of a path of property names. */
export function dig(value: unknown, ...names: string[]): unknown {
  let at = value;
  for (const name of names) {
    const object = asObject(at);
    if (!object || !Object.hasOwn(object, name)) return undefined;
    at = object[name];
  }
  return at;
}
