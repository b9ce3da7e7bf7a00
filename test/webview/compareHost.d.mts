/** The page of a comparison over two real traces. */
export interface ServedComparison {
  url: string;
  /** What the page asked to open, in its order. */
  opened: { which: 'a' | 'b'; row: number }[];
  /** Why the next comparison fails; '' when it does not. */
  failing: { why: string };
  close(): Promise<void>;
}
export function serveComparison(a: string, b: string, port?: number): Promise<ServedComparison>;
