/** Where in a payload's tree a text is found. */
import type { Pattern } from '../../src/protocol/filter';
import { firstMatchEnd } from './highlight';
import { childrenOf, type TreeNode } from './jsonText';

/** Characters of a string, and values of a payload, in which a match is looked for. */
export const mostSearched = 20_000;

/** Paths of the objects and arrays that lie around what is looked for. */
export function branchesWith(root: TreeNode, text: string, pattern: Pattern): Set<string> {
  const found = new Set<string>();
  const left = [{ node: root, above: [] as string[] }];
  for (let looked = 0; looked < mostSearched; looked += 1) {
    const next = left.pop();
    if (next === undefined) break;
    const { node, above } = next;
    const { key, value } = node;
    if ([key, value.slice(0, mostSearched)].some((each) => firstMatchEnd(each, pattern) >= 0))
      for (const path of above) found.add(path);
    if (node.size > 0)
      for (const child of childrenOf(node, text)) left.push({ node: child, above: [...above, node.path] });
  }
  return found;
}
