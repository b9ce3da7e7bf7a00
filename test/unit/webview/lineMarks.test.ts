import { Text } from '@codemirror/state';
import { expect, it } from 'vitest';
import { partsOfLines } from '../../../webview/composer/lineMarks';

it('the parts of a stretch are its lines from first to last letter, without empty ones', () => {
  const text = '{\n  "a": [\n    1,\n\n    2  \n  ]\n}';
  const doc = Text.of(text.split('\n'));
  const of = (from: number, to: number) => partsOfLines(doc, from, to).map((part) => text.slice(part.from, part.to));
  expect(of(text.indexOf('['), text.indexOf(']') + 1)).toEqual(['[', '1,', '2', ']']);
  expect(of(0, text.length)).toEqual(['{', '"a": [', '1,', '2', ']', '}']);
  expect(of(2, 4)).toEqual([]);
  expect(partsOfLines(Text.of(Array<string>(5000).fill('x')), 0, 9999)).toHaveLength(200);
});
