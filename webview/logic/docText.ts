/** Documentation as the official package writes it, Markdown of the plainest kind, taken apart; links keep their words only. */

/** Words of one look. */
export interface DocPart {
  text: string;
  look: 'plain' | 'code' | 'strong';
}
/** A paragraph, a point of a list, or code. */
export interface DocBlock {
  kind: 'paragraph' | 'point' | 'code';
  parts: DocPart[];
}

/** The blocks of a text. */
export function docBlocks(text: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  for (const [at, stretch] of text.split('```').entries()) {
    if (at % 2 === 1) {
      const code = stretch.replace(/^[a-z]*\n/, '').trim();
      if (code !== '') blocks.push({ kind: 'code', parts: [{ text: code, look: 'code' }] });
    } else blocks.push(...proseBlocks(stretch));
  }
  return blocks;
}

/** The words alone, for where nothing can have a look of its own. */
export function plainDoc(text: string): string {
  return docBlocks(text)
    .map(({ kind, parts }) => `${kind === 'point' ? '• ' : ''}${parts.map((part) => part.text).join('')}`)
    .join('\n');
}

function proseBlocks(text: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  for (const paragraph of text.split(/\n\s*\n/)) {
    let lines: string[] = [];
    let kind: DocBlock['kind'] = 'paragraph';
    const end = () => {
      const words = lines.join(' ').trim();
      if (words !== '') blocks.push({ kind, parts: docParts(words) });
      lines = [];
    };
    for (const line of paragraph.split('\n')) {
      const point = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(line);
      if (point) {
        end();
        kind = 'point';
        lines = [point[1] ?? ''];
      } else lines.push(line.trim().replace(/^#+\s*/, ''));
    }
    end();
  }
  return blocks;
}

function docParts(text: string): DocPart[] {
  const plain = text.replace(/\[([^\]]+)\]\((?:https?:|\/)[^)]*\)/g, '$1').replaceAll('\\"', '"');
  const parts: DocPart[] = [];
  for (const part of plain.split(/(`[^`]+`|\*\*[^*]+\*\*)/)) {
    if (part === '') continue;
    if (part.length > 2 && part.startsWith('`') && part.endsWith('`'))
      parts.push({ text: part.slice(1, -1), look: 'code' });
    else if (part.startsWith('**') && part.endsWith('**') && part.length > 4)
      parts.push({ text: part.slice(2, -2), look: 'strong' });
    else parts.push({ text: part, look: 'plain' });
  }
  return parts;
}
