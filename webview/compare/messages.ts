/**
 * What the page of a comparison and its host say to each other. Each of the two traces has a channel of its own, on which the messages of
 * an ordinary trace's page travel (`../messages`); what is about both is said here. Both ends check what arrives.
 */
import type { Comparison, Which } from '../../src/compare/model';

/** A message of one of the two traces' own channel. */
type OfTrace = { [W in Which]: { compare: W; message: unknown } }[Which];

/** Page to host. */
export type ComparePageMessage =
  /** The page has loaded, wants the traces compared anew, or the other way round. */
  | { compare: 'ready' | 'again' | 'swap' }
  /** Show that row in an editor of its trace. */
  | { compare: 'open'; which: Which; row: number }
  | OfTrace;

/** Host to page. */
export type CompareHostMessage =
  /** They are being compared; `files` are their paths, which the page keeps for a later life of its tab. */
  | { compare: 'working'; files: Record<Which, string> }
  | { compare: 'result'; comparison: Comparison }
  | { compare: 'failed'; error: string }
  | OfTrace;

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isWhich = (value: unknown): value is Which => value === 'a' || value === 'b';

/** The message when it is one of a page, else undefined. */
export function checkComparePage(message: unknown): ComparePageMessage | undefined {
  if (!isFields(message)) return undefined;
  const { compare, which, row } = message;
  if (isWhich(compare) || compare === 'ready' || compare === 'again' || compare === 'swap')
    return message as ComparePageMessage;
  const isOpen = compare === 'open' && isWhich(which) && Number.isSafeInteger(row) && (row as number) >= 0;
  return isOpen ? (message as ComparePageMessage) : undefined;
}

/** The message when it is one of the host, else undefined. */
export function checkCompareHost(message: unknown): CompareHostMessage | undefined {
  if (!isFields(message)) return undefined;
  const { compare, comparison, error, files } = message;
  if (isWhich(compare)) return message as CompareHostMessage;
  if (compare === 'working') {
    const isFiles = isFields(files) && typeof files.a === 'string' && typeof files.b === 'string';
    return isFiles ? (message as CompareHostMessage) : undefined;
  }
  if (compare === 'failed' && typeof error === 'string') return message as CompareHostMessage;
  return compare === 'result' && isFields(comparison) && Array.isArray(comparison.sessions)
    ? (message as CompareHostMessage)
    : undefined;
}
