/** Two sessions of server events side by side: the order of their types, and the fields each has. */
import { floats, type Recording } from './recording';
import { isObject, type Json } from './wire';
import { playRecording } from './playback';

/** A rung: one event, or a run of deltas between two others. */
export interface Rung {
  /** Its type; the kinds of a run in alphabetical order, joined by ` + `. */
  type: string;
  /** Events in it. */
  count: number;
  /** Paths of all fields, e.g. `response.usage.total_tokens`, `item.content[].type`. */
  fields: string[];
}

/** A line of the two ladders; one side is empty where only the other has something. */
export interface LadderRow {
  recorded: Rung | undefined;
  simulated: Rung | undefined;
}

export interface FieldDifference {
  type: string;
  /** Number of the rung in the recorded ladder, from 1; 0 for events that float. */
  rung: number;
  onlyRecorded: string[];
  onlySimulated: string[];
}

export interface Ladder {
  session: string;
  rows: LadderRow[];
  /** Events that may land anywhere, as one rung for each type. */
  floating: LadderRow[];
  fields: FieldDifference[];
  /** What the simulator would have gone on to send after the recording's end; not compared. */
  afterwards: string[];
  same: boolean;
}

/** Plays the recording's client to the simulator made from it, and compares. */
export function compareLadders(recording: Recording, seed = 1): Ladder {
  const theirs = recording.messages.flatMap(({ from, event }) => (from === 'server' ? [event ?? {}] : []));
  const ours = playRecording(recording, seed);
  const recorded = rungs(theirs);
  const whole = rungs(ours);
  const simulated = whole.slice(0, withoutTail(recorded, whole));
  const afterwards = whole.slice(simulated.length).map(({ type }) => type);
  const rows = align(recorded, simulated);
  const floating = beside(afloat(theirs), afloat(ours));
  const fields = [...fieldDifferences(rows, true), ...fieldDifferences(floating, false)];
  const same = [...rows, ...floating].every((row) => row.recorded && row.simulated) && fields.length === 0;
  return { session: recording.id, rows, floating, fields, afterwards, same };
}

/** The rungs of the events that do not float. */
export function rungs(events: readonly Json[]): Rung[] {
  const out: Rung[] = [];
  let run: Json[] = [];
  const close = (): void => {
    if (run.length > 0) out.push(rung(run));
    run = [];
  };
  for (const event of events) {
    const type = String(event['type']);
    if (floats(type)) continue;
    if (type.endsWith('.delta')) run.push(event);
    else {
      close();
      out.push(rung([event]));
    }
  }
  close();
  return out;
}

function rung(events: readonly Json[]): Rung {
  const types = [...new Set(events.map((event) => String(event['type'])))].sort();
  const fields = [...new Set(events.flatMap((event) => pathsOf(event)))].sort();
  return { type: types.join(' + '), count: events.length, fields };
}

function afloat(events: readonly Json[]): Rung[] {
  const byType = new Map<string, Json[]>();
  for (const event of events) {
    const type = String(event['type']);
    if (floats(type)) byType.set(type, [...(byType.get(type) ?? []), event]);
  }
  return [...byType.values()].map((one) => rung(one));
}

/** Where the simulated ladder ends when what comes only after the recording's end is left out; an error never is. */
function withoutTail(recorded: readonly Rung[], simulated: readonly Rung[]): number {
  const upTo = recorded.length;
  const same = recorded.every(({ type }, index) => simulated[index]?.type === type);
  return same && !simulated.slice(upTo).some(({ type }) => type === 'error') ? upTo : simulated.length;
}

/** Every path of an object's fields; elements of an array count as one. */
export function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => pathsOf(element, `${path}[]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return [here, ...pathsOf(inner, here)];
  });
}

function fieldDifferences(rows: readonly LadderRow[], numbered: boolean): FieldDifference[] {
  const differences: FieldDifference[] = [];
  let number = 0;
  for (const { recorded, simulated } of rows) {
    if (recorded) number += 1;
    if (!recorded || !simulated) continue;
    const onlyRecorded = recorded.fields.filter((path) => !simulated.fields.includes(path));
    const onlySimulated = simulated.fields.filter((path) => !recorded.fields.includes(path));
    if (onlyRecorded.length + onlySimulated.length === 0) continue;
    differences.push({ type: recorded.type, rung: numbered ? number : 0, onlyRecorded, onlySimulated });
  }
  return differences;
}

function beside(recorded: readonly Rung[], simulated: readonly Rung[]): LadderRow[] {
  const types = [...new Set([...recorded, ...simulated].map(({ type }) => type))];
  return types.map((type) => ({
    recorded: recorded.find((one) => one.type === type),
    simulated: simulated.find((one) => one.type === type),
  }));
}

/** Rungs of the same type side by side in the longest common order. */
function align(left: readonly Rung[], right: readonly Rung[]): LadderRow[] {
  const best: Uint32Array[] = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const fits = left[i]!.type === right[j]!.type;
      best[i]![j] = fits ? best[i + 1]![j + 1]! + 1 : Math.max(best[i + 1]![j]!, best[i]![j + 1]!);
    }
  }
  const rows: LadderRow[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [one, other] = [left[i], right[j]];
    if (one && other && one.type === other.type) {
      rows.push({ recorded: one, simulated: other });
      [i, j] = [i + 1, j + 1];
    } else if (one && (!other || best[i + 1]![j]! >= best[i]![j + 1]!)) {
      rows.push({ recorded: one, simulated: undefined });
      i += 1;
    } else {
      rows.push({ recorded: undefined, simulated: other });
      j += 1;
    }
  }
  return rows;
}
