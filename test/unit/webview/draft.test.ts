import { expect, it } from 'vitest';
import { keepableDraft } from '../../../webview/logic/draft';

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
