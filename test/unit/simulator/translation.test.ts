import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startServer } from '../../../src/simulator/server';
import type { Json, ServerEvent } from '../../../src/simulator/wire';
import { Booth, EPOCH_MS, errorOf, ladder, only } from './script';
import { silence, speech } from './speech';

const said = speech('Good morning, where is the station?');
const soundOf = (events: readonly ServerEvent[]): Buffer =>
  Buffer.concat(only(events, 'session.output_audio.delta').map(({ delta }) => Buffer.from(String(delta), 'base64')));
const wordsOf = (events: readonly ServerEvent[], side: 'input' | 'output'): string =>
  only(events, `session.${side}_transcript.delta`)
    .map(({ delta }) => delta)
    .join('');

describe('a translation session', () => {
  it('greets with a configuration in the published shape', () => {
    const [created] = new Booth().all;
    expect(created?.type).toBe('session.created');
    expect(created?.['session']).toEqual({
      type: 'translation',
      id: expect.stringMatching(/^sess_/) as string,
      model: 'gpt-realtime-translate',
      expires_at: EPOCH_MS / 1000 + 3600,
      audio: { input: { transcription: null, noise_reduction: null }, output: { language: 'en' } },
    });
  });

  it('takes audio in pieces of 200 ms however it comes, and gives it back in order with its place', () => {
    const booth = new Booth();
    for (let at = 0; at < 48_000; at += 7000) booth.append(said.subarray(at, Math.min(48_000, at + 7000)));
    const events = booth.wait(5000);
    expect(soundOf(events).equals(said.subarray(0, 48_000))).toBe(true);
    expect(only(events, 'session.output_audio.delta').map((event) => event['elapsed_ms'])).toEqual([
      200, 400, 600, 800, 1000,
    ]);
    expect(only(events, 'session.output_audio.delta')[0]).toMatchObject({
      sample_rate: 24_000,
      channels: 1,
      format: 'pcm16',
    });
  });

  it('says words while somebody speaks, those of the speaker only when asked to', () => {
    const booth = new Booth();
    booth.append(silence(1000));
    expect(ladder(booth.wait(3000))).toEqual(['session.output_audio.delta']);
    const [updated] = booth.send({ type: 'session.update', session: { audio: { output: { language: 'pt' } } } });
    expect(updated).toMatchObject({ type: 'session.updated', session: { audio: { output: { language: 'pt' } } } });
    const untold = (booth.append(said), booth.wait(20_000));
    expect(wordsOf(untold, 'input')).toBe('');
    expect(wordsOf(untold, 'output')).toContain('translation');
    booth.append(silence(4000));
    booth.wait(20_000);
    booth.send({ type: 'session.update', session: { audio: { input: { transcription: { model: 'whisper-1' } } } } });
    booth.append(said);
    expect(wordsOf(booth.wait(20_000), 'input')).toContain('simulated speech');
  });

  it('is closed in good order: the rest comes first, then the end of the connection', () => {
    const booth = new Booth();
    booth.append(said.subarray(0, 48 * 250));
    booth.send({ type: 'session.close', event_id: 'mine' });
    expect(errorOf(booth.append(silence(200)))['message']).toBe('The session is closing.');
    const events = booth.wait(5000);
    expect(soundOf(events).length).toBe(2 * 9600);
    expect(wordsOf(events, 'output')).toBe('This is a simulated translation into en, in your own voice.');
    expect(events.at(-1)?.type).toBe('session.closed');
    expect(booth.closed).toEqual({ code: 1000, reason: '' });
  });

  it.each<[string, Json, string, string | null]>([
    ['events of a conversation', { type: 'response.create' }, 'invalid_value', 'type'],
    ['names nobody has', { type: 'nope' }, 'invalid_value', 'type'],
    ['another model', { type: 'session.update', session: { model: 'x' } }, 'unknown_parameter', 'session.model'],
    [
      'transcription without a model',
      { type: 'session.update', session: { audio: { input: { transcription: {} } } } },
      'missing_required_parameter',
      'session.audio.input.transcription.model',
    ],
    ['no audio', { type: 'session.input_audio_buffer.append', audio: '' }, 'invalid_value', 'audio'],
    ['no type', {}, 'invalid_event', null],
  ])('refuses %s and goes on', (_name, event, code, param) => {
    const booth = new Booth();
    expect(errorOf(booth.send({ ...event, event_id: 'mine' }))).toMatchObject({ code, param, event_id: 'mine' });
    expect(booth.send({ type: 'session.update', session: {} })[0]?.type).toBe('session.updated');
  });

  it('expires, is dropped and refuses as its scenario says', () => {
    const expiring = new Booth({ expiresAfterMs: 1000 });
    expect(errorOf(expiring.wait(1000))['code']).toBe('session_expired');
    const dropped = new Booth({ dropAfterMs: 10 });
    dropped.wait(10);
    expect(dropped.closed?.code).toBe(1006);
    const error = { code: 'odd', message: 'No.' };
    const refusing = new Booth({ refusals: [{ on: 'session.close', error }] });
    expect(errorOf(refusing.send({ type: 'session.close' }))).toMatchObject(error);
    const away = new Booth({ turnsAway: { error } });
    expect([errorOf(away.all)['code'], away.closed?.code]).toEqual(['odd', 4000]);
  });
});

describe('the translation endpoint', () => {
  const first = async (url: string, protocols: string[] = []): Promise<Json> => {
    const socket = new WebSocket(url, protocols);
    const [data] = (await once(socket, 'message')) as [Buffer];
    socket.terminate();
    return JSON.parse(data.toString()) as Json;
  };

  it('opens sessions by model or by a key of its own, and turns the others away', async () => {
    const server = await startServer({ host: '127.0.0.1', port: 0, seed: 1 });
    const translations = `${server.url.replace('http', 'ws')}/realtime/translations`;
    expect(await first(`${translations}?model=gpt-realtime-translate`)).toMatchObject({
      type: 'session.created',
      session: { type: 'translation', model: 'gpt-realtime-translate' },
    });
    expect(await first(translations)).toMatchObject({ error: { code: 'missing_model' } });
    expect(await first(`${translations}?model=nope`)).toMatchObject({ error: { code: 'invalid_model' } });

    const create = async (body: Json): Promise<Response> =>
      fetch(`${server.url}/realtime/translations/client_secrets`, { method: 'POST', body: JSON.stringify(body) });
    const session = { model: 'gpt-realtime-translate', audio: { output: { language: 'fr' } } };
    const secret = (await (await create({ session })).json()) as Json;
    expect(secret['session']).toMatchObject({ type: 'translation', ...session, audio: { output: { language: 'fr' } } });
    const key = ['realtime', `openai-insecure-api-key.${String(secret['value'])}`];
    expect(await first(translations, key)).toMatchObject({ session: { audio: { output: { language: 'fr' } } } });
    expect(await first(translations.replace('/translations', ''), key)).toMatchObject({
      error: { code: 'invalid_model' },
    });
    expect((await create({ session: {} })).status).toBe(400);
    await server.stop();
  });
});
