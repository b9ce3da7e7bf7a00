import { describe, expect, it } from 'vitest';
import { completeFilter, takeOption } from '../../../webview/logic/filterCompletion';
import { Meaning } from '../../../webview/state/meaning';
import { SeenValues } from '../../../webview/state/seenValues';
import { rowsOf } from './columns';

const rows = rowsOf([
  { type: 'session.created' },
  { type: 'response.created', response: 'resp_old' },
  { type: 'response.done', response: 'resp_old' },
  { type: 'response.created', response: 'resp_new' },
  { type: 'strange, type', item: 'item_1', session: 's2' },
]);
const values = new SeenValues(rows, new Meaning());
/** Options where the bar stands. */
const options = (text: string) =>
  completeFilter(text.replace('|', ''), text.indexOf('|'), values).options.map(({ insert }) => insert);
const take = (text: string, nth: number) => {
  const typed = text.replace('|', '');
  const completion = completeFilter(typed, text.indexOf('|'), values);
  const option = completion.options[nth];
  if (option === undefined) throw new Error('there is no such option');
  const taken = takeOption(typed, completion, option);
  return `${taken.text.slice(0, taken.caret)}|${taken.text.slice(taken.caret)}`;
};

describe('the filter box offers', () => {
  it('keys and marks that begin with what was typed, with the minus that was', () => {
    expect(options('resp|')).toEqual(['response:', 'type:response.created', 'type:response.done']);
    expect(options('delta -i|')).toEqual(['-item:', '-is:', '-injected']);
    expect(options('|')).toContain('turn:');
  });
  it('types by how often they occur, ids by how new they are', () => {
    expect(options('type:resp|')).toEqual(['response.created', 'response.done']);
    expect(options('response:|')).toEqual(['resp_new', 'resp_old']);
    expect(options('response:OLD|')).toEqual(['resp_old']);
  });
  it('another value behind a comma', () => {
    expect(options('session:s1,|')).toEqual(['s2', 's1']);
    expect(take('session:s1,| error', 0)).toBe('session:s1,s2| error');
  });
  it('marks after is: and sides after from:', () => {
    expect(options('is:i|')).toEqual(['injected']);
    expect(options('from:|')).toEqual(['client', 'server', 'inspector']);
  });
  it('nothing within quotes or an expression', () => {
    expect(options('"re|')).toEqual([]);
    expect(options('/re|')).toEqual([]);
    expect(options('type:/re|')).toEqual([]);
  });
});

it('what is taken stands as a whole term: a key waits for its value, a value is quoted where it must be', () => {
  expect(take('re|', 0)).toBe('response:|');
  expect(take('err| x', 0)).toBe('error| x');
  expect(take('type:str|', 0)).toBe('type:"strange, type" |');
});
