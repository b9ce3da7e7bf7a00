/** A recorded session and the simulator made from it, side by side: what their servers send, in which order, of which shape. */
import { align } from './align';
import { playRecording } from './playback';
import { floats, type Recording } from './recording';
import { lanesOf, rungsOf, type Lane, type Rung, type Step, type Timed } from './rungs';
import { isObject } from './wire';

/** A line of the two ladders; one side is empty where only the other has something. */
export interface LadderRow {
  recorded: Rung | undefined;
  simulated: Rung | undefined;
}

interface StepRow {
  recorded: Step | undefined;
  simulated: Step | undefined;
}

/** Where a difference is: `of` is '' in the ladder itself, else the lane; `rung` is the line of its rows, from 1. */
interface Place {
  of: string;
  rung: number;
  type: string;
}

/** Something in which the two sessions differ. */
export type Difference = Place &
  (
    | { kind: 'event'; only: 'recorded' | 'simulated' }
    /** Deltas of a run: their number, or the order of their kinds. */
    | { kind: 'order'; recorded: string[]; simulated: string[] }
    | { kind: 'fields'; onlyRecorded: string[]; onlySimulated: string[] }
    | { kind: 'value'; path: string; recorded: unknown; simulated: unknown }
  );

/** The comparison of one session. */
export interface Ladder {
  /** Its id in the trace; '' in a file of one session. */
  session: string;
  url: string;
  /** There is no difference. */
  same: boolean;
  /** What the comparison rests on, in sentences for people. */
  notes: string[];
  rows: LadderRow[];
  /** Events that may land anywhere among the others, by what they belong to. */
  floating: { of: string; rows: LadderRow[] }[];
  differences: Difference[];
  /** What the simulator would have gone on to send after the recording's end; not compared. */
  afterwards: string[];
}

/** How much longer than the simulator takes a recording must have gone on for an event that it lacks to be missing, ms. */
const SLACK_MS = 1000;

const GENERATED = {
  cut: 'The recorded audio of the user is shorter than what the server heard: speech was generated in its place.',
  'heard otherwise':
    'The simulator’s turn detection finds other turns in the recorded audio than the server did: speech was generated where the server heard it.',
};

/** Plays the recording's client to the simulator made from it, and compares. */
export function compareLadders(recording: Recording, seed = 1): Ladder {
  const { id: session, url } = recording;
  const theirs = recording.messages.flatMap(({ from, event }) =>
    from === 'server' ? [{ event: event ?? {}, atMs: 0 }] : [],
  );
  const notes: string[] = [];
  if (theirs.length === 0) {
    const note = 'The recording holds nothing the server sent: there is nothing to compare.';
    return { session, url, same: true, notes: [note], rows: [], floating: [], differences: [], afterwards: [] };
  }
  const played = playRecording(recording, seed);
  if (played.generated) notes.push(GENERATED[played.generated]);
  const cut = openResponse(theirs);
  if (cut) notes.push('The recording ends in the middle of a response.');
  // Answers to what the client did after the server's last recorded event have no place in the recording.
  const ours = played.sent.map(({ event, atMs }, index) => ({ event, atMs: index < played.inTime ? atMs : Infinity }));
  const ending = new Ending(recording, theirs, ours, cut);
  const recorded = rungsOf(theirs);
  const rows = rowsOf(recorded, ending.cutOff(recorded, rungsOf(ours)));
  const floating = lanes(lanesOf(theirs), lanesOf(ours), ending);
  const differences = [...differencesOf('', rows), ...floating.flatMap(({ of, rows: own }) => differencesOf(of, own))];
  return {
    session,
    url,
    same: differences.length === 0,
    notes,
    rows: rows.map(shown),
    floating: floating.map(({ of, rows: own }) => ({ of, rows: own.map(shown) })),
    differences,
    afterwards: ending.afterwards,
  };
}

/**
 * The recording's end. Whoever recorded has hung up then, and what the simulator goes on to send is no difference, unless it
 * belongs to the very moment of the last event, or the recording went on long enough to have it, or it is an error.
 */
class Ending {
  readonly afterwards: string[] = [];
  /** When the simulator had sent what the recording ends with, ms. */
  #atMs: number;
  /** How long the recording went on after that, ms; unknown without times. */
  #wentOnMs: number;

  constructor(
    { messages, closedAt }: Recording,
    recorded: readonly Timed[],
    simulated: readonly Timed[],
    private readonly cut: boolean,
  ) {
    const last = recorded.findLast(({ event }) => !floats(String(event['type'])))?.event['type'];
    const nth = recorded.filter(({ event }) => event['type'] === last).length;
    const same = simulated.filter(({ event }) => event['type'] === last);
    this.#atMs = (same[nth - 1] ?? simulated.at(-1))?.atMs ?? 0;
    const heardMs = messages.findLast(({ from, t }) => from === 'server' && t !== undefined)?.t;
    const endMs = closedAt ?? messages.at(-1)?.t;
    this.#wentOnMs = heardMs === undefined || endMs === undefined ? 0 : endMs - heardMs;
  }

  /**
   * The simulated rungs without those behind the recording's end. `upToMs`: until then, on the simulator's clock, it had sent
   * things that the recording does have.
   */
  cutOff(recorded: readonly Step[], simulated: readonly Step[], upToMs = -1): Step[] {
    if (!begins(simulated, recorded)) return [...simulated];
    const kept = simulated.slice(0, recorded.length);
    // A response that only begins then is another matter than the last event.
    let another = false;
    for (const rung of simulated.slice(recorded.length)) {
      another ||= rung.type === 'response.created';
      if (rung.atMs <= upToMs || this.#missing(rung, another)) kept.push(rung);
      else this.afterwards.push(rung.type);
    }
    return kept;
  }

  #missing({ type, atMs }: Step, another: boolean): boolean {
    const lateMs = atMs - this.#atMs;
    if (lateMs === Infinity) return false;
    if (type === 'error' || lateMs < 0) return true;
    return !this.cut && ((lateMs === 0 && !another) || lateMs + SLACK_MS < this.#wentOnMs);
  }
}

function begins(whole: readonly Step[], start: readonly Step[]): boolean {
  return start.every(({ type }, index) => whole[index]?.type === type);
}

function rowsOf(recorded: readonly Step[], simulated: readonly Step[]): StepRow[] {
  return align(recorded, simulated, ({ type }) => type).map(([one, other]) => ({ recorded: one, simulated: other }));
}

function lanes(
  recorded: readonly Lane[],
  simulated: readonly Lane[],
  ending: Ending,
): { of: string; rows: StepRow[] }[] {
  const names = new Set([...recorded, ...simulated].map(({ of }) => of));
  const pairs = [...names].map((of) => {
    const rungs = (lanesOf: readonly Lane[]): Step[] => lanesOf.find((lane) => lane.of === of)?.rungs ?? [];
    return { of, theirs: rungs(recorded), ours: rungs(simulated) };
  });
  // Without times many turns of a recording lie close together in the simulator's; what comes before the last of them is due.
  const shared = pairs.flatMap(({ theirs, ours }) => ours.slice(0, begins(ours, theirs) ? theirs.length : 0));
  const upToMs = shared.reduce((last, { atMs }) => Math.max(last, atMs), -1);
  return pairs.flatMap(({ of, theirs, ours }) => {
    const rows = rowsOf(theirs, ending.cutOff(theirs, ours, upToMs));
    return rows.length > 0 ? [{ of, rows }] : [];
  });
}

/** What is told of a row. */
function shown({ recorded, simulated }: StepRow): LadderRow {
  const rung = (step: Step | undefined): Rung | undefined =>
    step && { type: step.type, count: step.count, order: step.order, fields: step.fields };
  return { recorded: rung(recorded), simulated: rung(simulated) };
}

function differencesOf(of: string, rows: readonly StepRow[]): Difference[] {
  return rows.flatMap(({ recorded, simulated }, index): Difference[] => {
    const place = { of, rung: index + 1, type: (recorded ?? simulated)?.type ?? '' };
    if (!recorded || !simulated) return [{ ...place, kind: 'event', only: recorded ? 'recorded' : 'simulated' }];
    const found: Difference[] = [];
    if (recorded.order.join() !== simulated.order.join()) {
      found.push({ ...place, kind: 'order', recorded: recorded.order, simulated: simulated.order });
    }
    const [theirs, ours] = [new Set(recorded.fields), new Set(simulated.fields)];
    const onlyRecorded = recorded.fields.filter((path) => !ours.has(path));
    const onlySimulated = simulated.fields.filter((path) => !theirs.has(path));
    if (onlyRecorded.length + onlySimulated.length > 0) {
      found.push({ ...place, kind: 'fields', onlyRecorded, onlySimulated });
    }
    for (const [path, value] of Object.entries(recorded.values)) {
      // A field that only one side has is told above.
      if (!Object.hasOwn(simulated.values, path) || simulated.values[path] === value) continue;
      found.push({ ...place, kind: 'value', path, recorded: value, simulated: simulated.values[path] });
    }
    return found;
  });
}

/** Whether a response had begun and not ended. */
function openResponse(events: readonly Timed[]): boolean {
  const open = new Set<unknown>();
  for (const { event } of events) {
    const id = isObject(event['response']) ? event['response']['id'] : undefined;
    if (event['type'] === 'response.created') open.add(id);
    if (event['type'] === 'response.done') open.delete(id);
  }
  return open.size > 0;
}
