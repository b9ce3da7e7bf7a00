import { expect, it } from 'vitest';
import { SpokenIndex } from '../../../webview/state/spoken';
import { BatchMaker, rowsOf } from './columns';
import { Rows } from '../../../webview/state/rows';

const started = 'input_audio_buffer.speech_started';

it('responses and speech are counted from 1 within their session', () => {
  const index = new SpokenIndex(
    rowsOf([
      { type: started, item: 'u1' },
      { type: 'response.created', response: 'r1' },
      { type: started, item: 'u9', session: 's2' },
      { type: 'input_audio_buffer.committed', item: 'u2' },
      { type: 'response.created', response: 'r2' },
    ]),
  );
  expect(index.response('s1', 'r1')?.ordinal).toBe(1);
  expect(index.response('s1', 'r2')?.ordinal).toBe(2);
  expect(index.heard('s1', 'u2')?.ordinal).toBe(2);
  expect(index.heard('s2', 'u9')?.ordinal).toBe(1);
  expect(index.heard('s2', 'u1')).toBeUndefined();
});

it('an item the server did not make of what it heard is no speech', () => {
  const index = new SpokenIndex(rowsOf([{ type: 'conversation.item.added', item: 'typed' }]));
  expect(index.heard('s1', 'typed')).toBeUndefined();
});

it('words stand in the first row that tells them, also when it comes later', () => {
  const rows = new Rows();
  const maker = new BatchMaker();
  rows.append(
    maker.batch([
      { type: 'response.output_audio_transcript.delta', response: 'r1', flags: 16 },
      { type: 'input_audio_buffer.committed', item: 'u1' },
    ]),
  );
  const index = new SpokenIndex(rows);
  expect(index.response('s1', 'r1')?.wordsRow).toBeNull();
  rows.append(
    maker.batch([
      { type: 'response.output_audio_transcript.done', response: 'r1' },
      { type: 'response.output_text.done', response: 'r1' },
      { type: 'conversation.item.input_audio_transcription.completed', item: 'u1' },
    ]),
  );
  expect(index.response('s1', 'r1')?.wordsRow).toBe(2);
  expect(index.heard('s1', 'u1')?.wordsRow).toBe(4);
});
