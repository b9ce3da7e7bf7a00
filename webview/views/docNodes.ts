/** Documentation as nodes: text nodes only, whatever stands in it. */
import { docBlocks, type DocPart } from '../logic/docText';

/** A text's paragraphs, points and code. */
export function docNodes(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let list: HTMLUListElement | undefined;
  for (const { kind, parts } of docBlocks(text)) {
    if (kind === 'point') {
      if (list === undefined) fragment.append((list = document.createElement('ul')));
      const point = document.createElement('li');
      point.append(...parts.map(partNode));
      list.append(point);
      continue;
    }
    list = undefined;
    const block = document.createElement(kind === 'code' ? 'pre' : 'p');
    block.append(
      ...(kind === 'code' ? parts.map(({ text: code }) => document.createTextNode(code)) : parts.map(partNode)),
    );
    fragment.append(block);
  }
  return fragment;
}

function partNode({ text, look }: DocPart): Node {
  if (look === 'plain') return document.createTextNode(text);
  const node = document.createElement(look === 'code' ? 'code' : 'strong');
  node.textContent = text;
  return node;
}
