import { describe, expect, it } from 'vitest';
import { encodeIdTime, eventIds, idTime } from '../../../src/protocol/ids';

describe('the ids of an event', () => {
  it('are found at its own level', () => {
    const event = { type: 'x', response_id: 'resp_1', item_id: 'item_1', call_id: 'call_1' };
    expect(eventIds(event)).toEqual({ response: 'resp_1', item: 'item_1', call: 'call_1' });
  });

  it('are found inside the response and the item', () => {
    expect(eventIds({ response: { id: 'resp_1' }, item: { id: 'item_1', call_id: 'call_1' } })).toEqual({
      response: 'resp_1',
      item: 'item_1',
      call: 'call_1',
    });
  });

  it('are absent when they are not there or not strings', () => {
    expect(eventIds({ response_id: 7, item: 'item_1', call_id: '', response: null })).toEqual({});
  });
});

describe('the second in an id', () => {
  it('is the one in which a recorded session was opened, an hour before it expires', () => {
    expect(idTime('sess_E4GEZFOTr02ONaCWy6h99')).toBe(1784688023 - 3600);
  });

  it('is written as it is read', () => {
    expect(idTime(`item_${encodeIdTime(1_790_000_000)}0123456789abcdef`)).toBe(1_790_000_000);
  });

  it('is not read from ids of another shape', () => {
    expect(idTime('event_6UkYip0C2Yhq5gLxloq8cl')).toBeUndefined();
    expect(idTime('call_QwErTyUiOpAsDfGh')).toBeUndefined();
  });
});
