import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/protocol';
import { docBlocks, plainDoc } from '../../../webview/logic/docText';
import { helpAt } from '../../../webview/logic/fieldHelp';
import { pathOfPointer, placeAt, readLoosely, stretchOfParam } from '../../../webview/logic/jsonPlace';
import { schemaDocs } from '../../../webview/logic/schemaDocs';

const update = JSON.stringify(
  {
    type: 'session.update',
    session: {
      output_modalities: ['audio'],
      audio: { input: { turn_detection: { type: 'server_vad', threshold: 0.5 } } },
    },
  },
  null,
  2,
);
const help = async (text: string, word: string) => helpAt(text, text.indexOf(word) + 1, 'client', await schemaDocs());

describe('help for what is under the pointer', () => {
  it('is the official documentation of the field, on its name and on its value', async () => {
    const onName = await help(update, '"threshold"');
    expect(onName).toMatchObject({ kind: 'field', field: { name: 'threshold', facts: 'number' } });
    expect(onName?.kind === 'field' && onName.field.doc).toMatch(/activation threshold/i);
    expect(onName).toMatchObject({ offset: update.indexOf('"threshold"'), length: '"threshold"'.length });
    expect(await help(update, '0.5')).toMatchObject({ field: { name: 'threshold' } });
  });
  it('of an element is that of its list, with the values it may have', async () => {
    expect(await help(update, '"audio"\n')).toMatchObject({
      field: { name: 'output_modalities', values: ['"text"', '"audio"'] },
    });
  });
  it('of the event’s type is what the catalogue says of it', async () => {
    expect(await help(update, '"session.update"')).toMatchObject({ kind: 'event', info: { type: 'session.update' } });
    const text = '{"type":"response.created"}';
    expect(helpAt(text, text.indexOf('response.created'), 'server')).toMatchObject({ info: { from: 'server' } });
  });
  it('is there while the text is not finished', async () => {
    expect(await help(update.slice(0, update.indexOf('0.5')), '"threshold"')).toMatchObject({
      field: { name: 'threshold' },
    });
  });
  it('is none where nothing is known', async () => {
    expect(await help('{"type":"session.update","nobody":1}', '"nobody"')).toBeUndefined();
    expect(await help('[1,2]', '1')).toBeUndefined();
    expect(helpAt('', 0, 'client')).toBeUndefined();
    expect(helpAt('['.repeat(50_000), 3, 'client')).toBeUndefined();
  });
});

describe('a parameter that an error names', () => {
  const text = '{"session":{"tools":[{"name":"a"},{"name":"b"}]}}';
  const there = (param: string) => {
    const found = stretchOfParam(text, param);
    return found && text.slice(found.offset, found.offset + found.length);
  };
  it('is found in the text', () => {
    expect(there('session.tools[1].name')).toBe('"b"');
    expect(there('session')).toBe('{');
  });
  it('that is missing leads to where it would stand', () => {
    expect(there('session.type')).toBe('{');
    expect(there('session.tools[7].name')).toBe('[');
    expect(there('item.content')).toBeUndefined();
  });
});

it('a pointer is a path in the value it is of: there alone an index differs from a name of digits', () => {
  expect(pathOfPointer({ a: [{ 'b/c': 1 }] }, '/a/0/b~1c')).toEqual(['a', 0, 'b/c']);
  expect(pathOfPointer({ a: { 0: 1 } }, '/a/0')).toEqual(['a', '0']);
  expect(pathOfPointer({}, '')).toEqual([]);
});

it('text is read as far as it goes', () => {
  expect(readLoosely('{"type":"x","session":{"a":1,')).toEqual({ type: 'x', session: { a: 1 } });
  expect(readLoosely('[]')).toEqual({});
  expect(placeAt('{"a":{"b":1}}', 11)).toMatchObject({ path: ['a', 'b'], isKey: false });
  expect(placeAt('{"a":{"b":1}}', 7)).toMatchObject({ path: ['a', 'b'], isKey: true });
});

describe('documentation', () => {
  it('is taken apart into paragraphs, points and code, and its links keep their words', () => {
    const blocks = docBlocks(
      'One `code` and [a page](https://example.com/x).\n\n- **first**\n- second\n\n```json\n{"a":1}\n```',
    );
    expect(blocks.map(({ kind }) => kind)).toEqual(['paragraph', 'point', 'point', 'code']);
    expect(blocks[0]?.parts).toEqual([
      { text: 'One ', look: 'plain' },
      { text: 'code', look: 'code' },
      { text: ' and a page.', look: 'plain' },
    ]);
    expect(blocks[1]?.parts).toEqual([{ text: 'first', look: 'strong' }]);
    expect(blocks[3]?.parts[0]?.text).toBe('{"a":1}');
  });
  it('is plain words where nothing can have a look of its own', () => {
    expect(plainDoc('Some `code`.\n\n- a\n- **b**')).toBe('Some code.\n• a\n• b');
  });
  it('keeps every word of the catalogue and of the schema', async () => {
    const words = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, '');
    const shown = (text: string) =>
      docBlocks(text)
        .flatMap(({ parts }) => parts)
        .map((part) => part.text)
        .join('');
    for (const { doc } of CATALOGUE) expect(words(shown(doc))).toBe(words(doc));
    const schema = await schemaDocs();
    const all = Object.values(schema?.definitions ?? {}).flatMap(({ properties }) =>
      Object.values(properties ?? {}).map(({ description }) => description ?? ''),
    );
    expect(all.length).toBeGreaterThan(500);
    const plain = all.filter((text) => !/\]\(|```|^\s*\d+\./m.test(text));
    for (const text of plain) expect(words(shown(text))).toBe(words(text));
  });
});
