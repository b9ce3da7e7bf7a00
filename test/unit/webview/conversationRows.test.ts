import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConversationRows } from '../../../webview/logic/conversationRows';
import { Fenwick } from '../../../webview/logic/fenwick';
import { FoldedRows } from '../../../webview/logic/fold';
import { ItemAnchors } from '../../../webview/state/itemAnchors';
import { Rows } from '../../../webview/state/rows';
import { BatchMaker, type TestRow } from './columns';

const added = 'conversation.item.added';

function conversation(rows: Rows, passes: (row: number) => boolean = () => true) {
  const folded = new FoldedRows(rows, passes);
  return new ConversationRows(folded, rows, new ItemAnchors(rows));
}
const shown = (list: ConversationRows) => Array.from({ length: list.length }, (_, at) => list.at(at).row);
function made(batch: readonly TestRow[]) {
  const rows = new Rows();
  const maker = new BatchMaker();
  rows.append(maker.batch(batch));
  const list = conversation(rows);
  list.extend(rows.count);
  return {
    list,
    grow: (more: readonly TestRow[]) => {
      rows.append(maker.batch(more));
      list.extend(rows.count);
    },
  };
}

describe('in the order of the conversation', () => {
  it('all events of an item stand where it was added, everything else where it arrived', () => {
    const { list } = made([
      { type: 'input_audio_buffer.speech_started', item: 'user' }, // 0
      { type: 'response.created' }, // 1
      { type: 'input_audio_buffer.committed', item: 'user' }, // 2
      { type: added, item: 'user' }, // 3
      { type: added, item: 'answer' }, // 4
      { type: 'conversation.item.input_audio_transcription.completed', item: 'user' }, // 5
      { type: 'response.output_item.done', item: 'answer' }, // 6
      { type: 'response.done' }, // 7
    ]);
    expect(shown(list)).toEqual([1, 0, 2, 3, 5, 4, 6, 7]);
  });

  it('an item that is added late takes its events along, also those of an open run', () => {
    const delta: TestRow = { type: 'response.output_audio.delta', item: 'answer', flags: 16 };
    const { list, grow } = made([delta, delta, { type: 'rate_limits.updated' }]);
    list.toggle(0);
    expect(shown(list)).toEqual([0, 0, 1, 2]);
    grow([{ type: added, item: 'answer' }, delta]);
    expect(shown(list)).toEqual([2, 0, 0, 1, 3, 4]);
  });

  it('items of the same name in two sessions are two items', () => {
    const { list } = made([
      { type: added, item: 'a', session: 's1' },
      { type: added, item: 'a', session: 's2' },
      { type: 'conversation.item.done', item: 'a', session: 's1' },
    ]);
    expect(shown(list)).toEqual([0, 2, 1]);
  });

  it('holds for any rows, filters, opened runs and ways to arrive', () => {
    const anyRow = fc.record({
      type: fc.constantFrom('x', added, 'response.output_text.delta'),
      item: fc.constantFrom('', 'a', 'b', 'c'),
      session: fc.constantFrom('s1', 's2'),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(anyRow, { maxLength: 12 }), { maxLength: 6 }),
        fc.array(fc.nat(60), { maxLength: 4 }),
        fc.integer({ min: 2, max: 9 }),
        (batches, toggles, hidden) => {
          const rows = new Rows();
          const maker = new BatchMaker();
          const list = conversation(rows, (row) => row % hidden !== 1);
          for (const batch of batches) {
            rows.append(maker.batch(batch.map((row) => ({ ...row, flags: row.type.endsWith('delta') ? 16 : 0 }))));
            list.extend(rows.count);
            for (const at of toggles) if (at < list.length) list.toggle(at);
          }
          const anchors = new ItemAnchors(rows);
          anchors.extend();
          const seen = Array.from({ length: list.length }, (_, at) => list.at(at));
          // Entries go by anchor, and within one by their first row; members follow their run.
          const heads = seen.filter(({ member }) => !member).map(({ row }) => row);
          expect(heads).toEqual([...heads].sort((a, b) => anchors.anchor(a) - anchors.anchor(b) || a - b));
          for (const [at, entry] of seen.entries()) {
            if (entry.open) {
              const members = seen.slice(at + 1, at + 1 + entry.count);
              expect(members.every(({ member }) => member)).toBe(true);
              expect(members.map(({ row }) => row)).toEqual([...list.runAt(entry.row)]);
              for (const [nth, { row }] of members.entries())
                if (row !== entry.row) expect(list.positionOf(row)).toBe(at + 1 + nth);
            }
            if (!entry.member) expect(list.positionOf(entry.row)).toBe(at);
          }
          expect(heads.reduce((sum, row) => sum + list.runAt(row).length, 0)).toBe(list.passed);
        },
      ),
      { numRuns: 300 },
    );
  });
});

it('a tree of counts finds what a plain list finds, also after it has grown', () => {
  const places = fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(places, (adds) => {
      const tree = new Fenwick();
      const plain = new Array<number>(5001).fill(0);
      for (const [place, by] of adds) {
        tree.add(place, by);
        plain[place] = (plain[place] ?? 0) + by;
      }
      const positions = plain.flatMap((count, place) =>
        Array.from({ length: count }, (_, inside) => ({ place, inside })),
      );
      expect(tree.total).toBe(positions.length);
      for (const [nth, found] of positions.entries()) {
        expect(tree.find(nth)).toEqual(found);
        expect(tree.before(found.place)).toBe(nth - found.inside);
      }
    }),
  );
});
