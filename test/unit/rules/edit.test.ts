import { describe, expect, it } from 'vitest';
import { removeAt, setAt } from '../../../src/rules/edit';
import { parsePath, type EventPath } from '../../../src/rules/path';

function pathOf(text: string): EventPath {
  const path = parsePath(text);
  if ('problem' in path) throw new Error(path.problem);
  return path;
}
const set = (text: string, path: string, value: unknown) => setAt(text, pathOf(path), JSON.stringify(value));
const remove = (text: string, path: string) => removeAt(text, pathOf(path));

describe('a value is set', () => {
  const cases: [why: string, text: string, path: string, value: unknown, after: string | undefined][] = [
    ['in the place of another', '{"a":{"b":1},"c":2}', 'a.b', 9, '{"a":{"b":9},"c":2}'],
    ['by a JSON pointer', '{"a":{"b":1}}', '/a/b', 9, '{"a":{"b":9}}'],
    ['under a name with a slash and a tilde', '{"a/b":{"c~d":1}}', '/a~1b/c~0d', 9, '{"a/b":{"c~d":9}}'],
    ['under a name in quotes', '{"a.b":{"c d":1}}', '["a.b"]["c d"]', 9, '{"a.b":{"c d":9}}'],
    ['in an element', '{"a":[1,2,3]}', 'a[1]', 9, '{"a":[1,9,3]}'],
    ['in an element by a pointer', '{"a":[1,2,3]}', '/a/1', 9, '{"a":[1,9,3]}'],
    ['in every element', '{"a":[{"b":1},{"b":2,"c":0},{}]}', 'a[*].b', 9, '{"a":[{"b":9},{"b":9,"c":0},{"b":9}]}'],
    ['in every field', '{"a":{"x":1,"y":2}}', 'a[*]', 9, '{"a":{"x":9,"y":9}}'],
    ['behind the last element', '{"a":[1]}', '/a/-', 9, '{"a":[1,9]}'],
    ['behind none', '{"a":[]}', 'a[-]', 9, '{"a":[9]}'],
    ['as a new field', '{"a":1}', 'b', 9, '{"a":1,"b":9}'],
    ['as the only field', '{}', 'b', 9, '{"b":9}'],
    ['with the objects on the way', '{"a":1}', 'b.c.d', 9, '{"a":1,"b":{"c":{"d":9}}}'],
    ['in a new list', '{}', 'tools[0].name', 'x', '{"tools":[{"name":"x"}]}'],
    ['nowhere in a string', '{"a":"text"}', 'a.b', 9, undefined],
    ['nowhere in null', '{"a":null}', 'a.b', 9, undefined],
    ['nowhere far behind the end', '{"a":[1]}', 'a[5]', 9, undefined],
    ['nowhere under every element of none', '{"a":[]}', 'a[*].b', 9, undefined],
    ['nowhere in what is no JSON', '{"a":1', 'a', 9, undefined],
    ['nowhere in JSON with comments', '{"a":1 /* x */}', 'a', 9, undefined],
    ['nowhere in a number', '12', 'a', 9, undefined],
    ['in the last of two of a name, which is the one that counts', '{"a":1,"a":2}', 'a', 9, '{"a":1,"a":9}'],
    ['under a prototype’s name', '{"x":1}', '__proto__.polluted', true, '{"x":1,"__proto__":{"polluted":true}}'],
    ['as a name only where that is no index', '{"a":{"0":1}}', 'a[0]', 9, '{"a":{"0":9}}'],
  ];
  it.each(cases)('%s', (_why, text, path, value, after) => expect(set(text, path, value)).toBe(after));

  it('and everything else stays as it was written', () => {
    const text =
      '{\r\n\t"type" : "x",\r\n\t"big": 12345678901234567890, "exp": 1.0e+3,\r\n\t"odd\\u0041": [ 1,2 ]\r\n}';
    expect(set(text, 'type', 'y')).toBe(text.replace('"x"', '"y"'));
    expect(set(text, 'new', 1)).toBe(text.replace('[ 1,2 ]', '[ 1,2 ],\r\n\t"new": 1'));
    expect(set('{ "a": 1 }', 'b', 2)).toBe('{ "a": 1, "b": 2 }');
  });

  it('and nothing reaches the prototypes', () => {
    set('{}', '__proto__.polluted', 1);
    set('{"constructor":{}}', 'constructor.prototype.polluted', 1);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('and a text nested beyond the stack is left alone', () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(set(deep, 'b', 1)).toBeUndefined();
  });
});

describe('a value is removed', () => {
  const cases: [why: string, text: string, path: string, after: string | undefined][] = [
    ['from the beginning', '{"a":1,"b":2,"c":3}', 'a', '{"b":2,"c":3}'],
    ['from the middle', '{"a":1,"b":2,"c":3}', 'b', '{"a":1,"c":3}'],
    ['from the end', '{"a":1,"b":2,"c":3}', 'c', '{"a":1,"b":2}'],
    ['when it is alone', '{"a":1}', 'a', '{}'],
    ['with its line', '{\n  "a": 1,\n  "b": 2\n}', 'b', '{\n  "a": 1\n}'],
    ['from a list', '{"a":[1,2,3]}', 'a[0]', '{"a":[2,3]}'],
    ['from every element', '{"a":[{"b":1,"c":2},{"b":3}]}', 'a[*].b', '{"a":[{"c":2},{}]}'],
    ['altogether', '{"a":[1,2,3]}', 'a[*]', '{"a":[]}'],
    ['with every other of its name', '{"a":1,"b":2,"a":3}', 'a', '{"b":2}'],
    ['not when it is not there', '{"a":1}', 'b', undefined],
    ['not when its parent is not there', '{"a":1}', 'b.c', undefined],
    ['not from no JSON', 'nope', 'a', undefined],
  ];
  it.each(cases)('%s', (_why, text, path, after) => expect(remove(text, path)).toBe(after));

  it('from as many places as a path stands for', () => {
    const many = { a: Array.from({ length: 5000 }, (_, index) => ({ b: index, c: 1 })) };
    expect(JSON.parse(remove(JSON.stringify(many), 'a[*].b') ?? '')).toEqual({ a: many.a.map(() => ({ c: 1 })) });
  });
});

describe('a path', () => {
  it.each([
    ['', 'names the whole event'],
    ['/', 'names the whole event'],
    ['$', 'names the whole event'],
    ['/a~2', '"~" is written ~0'],
    ['a..b', 'from character 2 on'],
    ['a[x]', 'from character 2 on'],
    ['a b', 'from character 2 on'],
    ['["\\x"]', 'is no JSON string'],
  ])('%j is refused: %s', (text, why) => {
    const path = parsePath(text);
    expect('problem' in path && path.problem).toContain(why);
  });

  it('may begin as in JSONPath', () => expect(parsePath('$.a[0]')).toEqual([{ name: 'a' }, { index: 0 }]));
});
