import { expect, it } from 'vitest';
import type { RowBody } from '../../../src/document/columns';
import { keepableDraft, whyNotEditable } from '../../../webview/logic/draft';

it('a draft is kept as it was written', () => {
  expect(keepableDraft('{ "type": "response.create" }')).toBe('{ "type": "response.create" }');
  expect(keepableDraft('{ "type": "resp')).toBe('{ "type": "resp');
});

it('a secret in a draft is not kept', () => {
  const kept = keepableDraft(
    '{"type":"session.update","session":{"tools":[{"type":"mcp","authorization":"hunter2"}]}}',
  );
  expect(kept).toContain('session.update');
  expect(kept).not.toContain('hunter2');
});

it('an unfinished draft in which a secret may stand is not kept at all, nor is a huge one', () => {
  expect(keepableDraft('{"authorization":"hunter2"')).toBeUndefined();
  expect(keepableDraft(`"${'a'.repeat(300_000)}"`)).toBeUndefined();
});

it('a recorded message can be a draft when it is text of a size that can be edited', () => {
  const body = (format: RowBody['format'], text = '') => whyNotEditable({ row: 0, head: {}, format, text, cutFrom: 0 });
  expect(body('json', '{}')).toBe('');
  expect(body('none')).toContain('not kept');
  expect(body('base64')).toContain('binary');
  expect(body('json', 'x'.repeat(2_000_001))).toContain('2.0 MB');
});
