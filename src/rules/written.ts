/** A rules file as it is written; `media/schema/rules.schema.json` describes each field to people. */
import type { Side } from '../protocol/side';

/** An event's fields, or a text that is sent as it stands. */
export type WrittenEvent = Record<string, unknown> | string;

export interface WrittenInject {
  to: Side;
  place?: 'before' | 'after';
  event: WrittenEvent;
  /** ms */
  delay?: number;
}

export interface WrittenRule {
  name?: string;
  description?: string;
  enabled?: boolean;
  match?: string;
  session?: string;
  skip?: number;
  every?: number;
  probability?: number;
  times?: number;
  per?: 'session' | 'run';
  set?: Record<string, unknown>;
  remove?: string | string[];
  replace?: WrittenEvent;
  drop?: boolean;
  /** ms */
  delay?: number;
  /** ms */
  jitter?: number;
  /** Bytes per second. */
  throttle?: number;
  duplicate?: boolean | number | { times?: number; delay?: number };
  reorder?: number | { window: number; ms?: number };
  inject?: WrittenInject | WrittenInject[];
  disconnect?: boolean | number | { code?: number; reason?: string; delay?: number };
  refuse?: { status: number; body?: WrittenEvent; headers?: Record<string, string> };
  corruptAudio?: FaultKind | { with: FaultKind; rate?: number; level?: number };
}

export type FaultKind = 'silence' | 'noise' | 'loss';

export interface WrittenFile {
  description?: string;
  enabled?: boolean;
  seed?: number;
  faultSets?: string[];
  rules?: WrittenRule[];
}

/** Fields that do something. */
export const ACTIONS = [
  'set',
  'remove',
  'replace',
  'drop',
  'delay',
  'jitter',
  'throttle',
  'duplicate',
  'reorder',
  'inject',
  'disconnect',
  'refuse',
  'corruptAudio',
] as const satisfies (keyof WrittenRule)[];
export type Action = (typeof ACTIONS)[number];

/** Fields that say of whom, when and how often. */
export const CONDITIONS = [
  'name',
  'description',
  'enabled',
  'match',
  'session',
  'skip',
  'every',
  'probability',
  'times',
  'per',
] as const satisfies (keyof WrittenRule)[];

/** The actions of a rule; `false` asks for nothing. */
export function actionsOf(rule: WrittenRule): Action[] {
  return ACTIONS.filter((action) => rule[action] !== undefined && rule[action] !== false);
}

/** Several or one, as a list. */
export function listOf<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
