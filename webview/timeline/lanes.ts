/** The lanes of the timeline: which there are, in which order, and how a height is shared out among them. */
import { leastLanes } from '../logic/paneHeights';

export type LaneName =
  | 'overview'
  | 'axis'
  | 'connection'
  | 'client'
  | 'microphone'
  | 'turn'
  | 'response'
  | 'call'
  | 'transcription'
  | 'speaker'
  | 'server'
  | 'problem'
  | 'note';
/** Lanes that can be folded to one. */
export type LaneGroup = 'input' | 'answer' | 'output';

/** A lane's place, top to bottom. */
export interface Lane {
  name: LaneName;
  label: string;
  /** What it shows, in words; '' where that needs none. */
  title: string;
  /** '' where it cannot be folded. */
  group: LaneGroup | '';
  y: number;
  h: number;
  /** Stands for its whole group. */
  folded: boolean;
}

interface LaneKind {
  label: string;
  /** For a narrow timeline. */
  short: string;
  title: string;
  group: LaneGroup | '';
  /** Heights where nothing can be taken from it any more, and with room for everything, pixels. */
  thin: number;
  full: number;
  /** Lanes with a higher number go first where not even thin ones fit; 0 stays. */
  goes: number;
}

const kinds: Readonly<Record<LaneName, LaneKind>> = {
  overview: { label: '', short: '', title: '', group: '', thin: 18, full: 28, goes: 0 },
  axis: { label: '', short: '', title: '', group: '', thin: 13, full: 20, goes: 0 },
  connection: {
    label: 'connection',
    short: 'con',
    title: 'Connection: handshake and calls of REST',
    group: '',
    thin: 10,
    full: 17,
    goes: 4,
  },
  client: {
    label: 'client →',
    short: '→',
    title: 'Events from the client',
    group: 'input',
    thin: 10,
    full: 20,
    goes: 0,
  },
  microphone: {
    label: 'microphone',
    short: 'mic',
    title: 'Microphone: audio sent to the server, and the speech found in it',
    group: 'input',
    thin: 14,
    full: 32,
    goes: 0,
  },
  turn: {
    label: 'turns',
    short: 'trn',
    title: 'Turns: from the end of speech to the first audio of the answer',
    group: 'answer',
    thin: 12,
    full: 20,
    goes: 1,
  },
  response: {
    label: 'responses',
    short: 'res',
    title: 'Responses, with their items',
    group: 'answer',
    thin: 13,
    full: 0,
    goes: 0,
  },
  call: {
    label: 'tools',
    short: 'tls',
    title: 'Tools: calls, how long the tool worked, and (hatched) how long the model took to go on',
    group: 'answer',
    thin: 11,
    full: 18,
    goes: 3,
  },
  transcription: {
    label: 'transcription',
    short: 'txt',
    title: 'Transcription of what the user said',
    group: 'answer',
    thin: 10,
    full: 16,
    goes: 5,
  },
  speaker: {
    label: 'speaker',
    short: 'spk',
    title: 'Speaker: audio as the user heard it',
    group: 'output',
    thin: 16,
    full: 36,
    goes: 0,
  },
  server: {
    label: '← server',
    short: '←',
    title: 'Events from the server',
    group: 'output',
    thin: 10,
    full: 20,
    goes: 0,
  },
  problem: {
    label: 'problems',
    short: '!',
    title: 'Problems: errors and findings',
    group: '',
    thin: 12,
    full: 18,
    goes: 2,
  },
  note: {
    label: 'notes',
    short: 'nts',
    title: 'Notes and bookmarks of yours (B, Shift+B)',
    group: '',
    thin: 12,
    full: 18,
    goes: 2,
  },
};
const order = Object.keys(kinds) as LaneName[];

/** Which lane stands for a folded group: the first of these that has something. */
const mainLanes: Readonly<Record<LaneGroup, readonly LaneName[]>> = {
  input: ['microphone', 'client'],
  answer: ['response', 'turn', 'call', 'transcription'],
  output: ['speaker', 'server'],
};
export const LANE_GROUPS = Object.keys(mainLanes) as LaneGroup[];
const foldedHeight = 15;

/** What a row of responses needs: the bar of a response, of its items, of their parts, pixels. */
export const responseRow = { bar: 18, item: 14, part: 8, gap: 3 };
/** Rows of responses, and of calls, at once. */
export const mostResponseRows = 3;
export const mostCallRows = 3;
/** What every further row of calls adds. */
const callRow = 14;

export interface LaneWishes {
  height: number;
  /** Lanes with something to show in the session (not only in view, or they would come and go). */
  has: ReadonlySet<LaneName>;
  /** Responses that overlap in view. */
  responseRows: number;
  /** Calls that overlap in view. */
  callRows: number;
  /** How deep responses go: 0 no items, 1 items, 2 parts. */
  depth: 0 | 1 | 2;
  folded: ReadonlySet<LaneGroup>;
  narrow: boolean;
}

/** Height of a row of responses that deep. */
export function responseHeight(depth: number): number {
  return responseRow.bar + (depth > 0 ? responseRow.item : 0) + (depth > 1 ? responseRow.part : 0) + responseRow.gap;
}

/**
 * Lanes that join on to one another within the height. Those with nothing to show are not there. Waveforms share what is
 * left over; where it is too little, responses keep to fewer rows, then all get thinner, then some go, and under
 * the least height only the overview stays.
 */
export function laneBoxes(wishes: LaneWishes): Lane[] {
  const { height, folded, narrow } = wishes;
  const only = (name: LaneName, h: number): Lane => ({ name, label: '', title: '', group: '', y: 0, h, folded: false });
  if (height < leastLanes) return [only('overview', height)];
  let names = shownLanes(wishes);
  const isFolded = (name: LaneName) => {
    const { group } = kinds[name];
    return group !== '' && folded.has(group);
  };
  const thin = (name: LaneName) => Math.min(kinds[name].thin, isFolded(name) ? foldedHeight : Infinity);
  for (;;) {
    const total = names.reduce((sum, name) => sum + thin(name), 0);
    const first = names.filter((name) => kinds[name].goes > 0).sort((a, b) => kinds[b].goes - kinds[a].goes)[0];
    if (total <= height || first === undefined) break;
    names = names.filter((name) => name !== first);
  }
  let rows = Math.min(mostResponseRows, wishes.responseRows);
  const full = (name: LaneName) =>
    isFolded(name)
      ? foldedHeight
      : name === 'response'
        ? rows * responseHeight(wishes.depth) + 2
        : kinds[name].full + (name === 'call' ? (Math.min(mostCallRows, wishes.callRows) - 1) * callRow : 0);
  const sum = (of: (name: LaneName) => number) => names.reduce((all, name) => all + of(name), 0);
  while (rows > 1 && sum(full) > height) rows -= 1;
  const needed = sum(full);
  const least = sum(thin);
  const share = needed <= least ? 1 : Math.max(0, Math.min(1, (height - least) / (needed - least)));
  const flexible = names.filter((name) => (name === 'microphone' || name === 'speaker') && !isFolded(name));
  const heights = new Map(names.map((name) => [name, Math.floor(thin(name) + share * (full(name) - thin(name)))]));
  const left = height - [...heights.values()].reduce((all, h) => all + h, 0);
  for (const name of flexible)
    heights.set(name, (heights.get(name) ?? 0) + Math.floor(Math.max(0, left) / flexible.length));
  let y = 0;
  return names.map((name) => {
    const h = heights.get(name) ?? 0;
    const { label, short, title, group } = kinds[name];
    const lane = { name, label: narrow ? short : label, title, group, y, h, folded: isFolded(name) };
    y += h;
    return lane;
  });
}

function shownLanes({ has, folded }: LaneWishes): LaneName[] {
  const mains = new Set([...folded].flatMap((group) => mainLanes[group].find((name) => has.has(name)) ?? []));
  return order.filter((name) => {
    if (name === 'overview' || name === 'axis') return true;
    const { group } = kinds[name];
    return group !== '' && folded.has(group) ? mains.has(name) : has.has(name);
  });
}
