/** What of a refused session.update was lost: the service takes an update whole or not at all. */
import { asObject, type JsonObject } from '../json';
import type { SessionFacts } from './facts';
import { listed, plain } from './text';

/** Names of the fields that were asked for, `audio.input.turn_detection` deep at most; `type` says nothing. */
export function fieldsOf(update: JsonObject | undefined): string[] {
  const names: string[] = [];
  const collect = (object: JsonObject, path: string): void => {
    for (const [name, value] of Object.entries(object)) {
      if (names.length >= 12) return;
      if (path === '' && name === 'type') continue;
      const below = path + plain(name, 40);
      const inner = asObject(value);
      if (inner && /^audio(?:\.(?:input|output))?$/.test(below)) collect(inner, `${below}.`);
      else names.push(below);
    }
  };
  if (update) collect(update, '');
  return names;
}

/** A sentence on what the refusal took with it, and what stays in force. */
export function lostWords(facts: SessionFacts): string {
  const update = facts.refused ? facts.updates.get(facts.refused.row) : undefined;
  const names = fieldsOf(update);
  const tools = update && Array.isArray(update.tools) ? update.tools.length : 0;
  const stays = `${facts.config ? 'The session goes on with the configuration it had' : 'The session has the server’s defaults'}.`;
  if (names.length === 0) return `An update is taken whole or not at all. ${stays}`;
  const with_ = tools > 0 ? ` (${tools} ${tools === 1 ? 'tool' : 'tools'} among it)` : '';
  return `An update is taken whole or not at all, so ${listed(names)}${with_} did not take effect. ${stays}`;
}

/** Rows of an error and of what it refused. */
export function refusalRows(row: number, facts: SessionFacts): number[] {
  return facts.refused ? [row, facts.refused.row] : [row];
}
