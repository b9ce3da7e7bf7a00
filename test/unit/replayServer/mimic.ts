/** A client over a real socket that does what a recorded one did, as soon as it has seen what that one had seen. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Recording, type RecordedSession } from '../../../src/replay/recording';

export interface Heard {
  /** Messages of the server, as they came. */
  texts: string[];
  closed: { code: number; reason: string } | undefined;
}

export interface MimicOptions {
  path?: string;
  /** Changes what is sent; undefined leaves it out, several send more. */
  edit?: (text: string, nth: number) => string | string[] | undefined;
  /** Waits until the server closes instead of hanging up. */
  stay?: boolean;
  /** Waits for nothing but the greeting before it sends everything. */
  hurried?: boolean;
}

/** Plays the client of a recorded session until it has got as many messages as were recorded, or the server has closed. */
export async function mimic(ws: string, file: string, session = 0, options: MimicOptions = {}): Promise<Heard> {
  const { path = '/realtime?model=gpt-realtime', edit = (text) => text, stay = false, hurried = false } = options;
  const recording = await Recording.open(file);
  try {
    const { frames } = recording.sessions[session] as RecordedSession;
    const socket = new WebSocket(`${ws}${path}`);
    const heard: Heard = { texts: [], closed: undefined };
    let more = (): void => undefined;
    socket.on('message', (data: Buffer) => {
      heard.texts.push(data.toString('utf8'));
      more();
    });
    socket.on('close', (code, reason) => {
      heard.closed = { code, reason: reason.toString('utf8') };
      more();
    });
    await once(socket, 'open');
    let [wanted, nth] = [0, 0];
    const seen = async (count: number): Promise<boolean> => {
      while (heard.texts.length < count && !heard.closed) await new Promise<void>((resolve) => (more = resolve));
      return heard.texts.length >= count;
    };
    for (const frame of frames) {
      if (frame.from === 'server') {
        wanted += 1;
        continue;
      }
      if (!(await seen(hurried ? 1 : wanted))) return heard;
      const body = await recording.body(frame);
      const edited = edit(body?.kind === 'text' ? body.text : '', nth++);
      for (const text of edited === undefined ? [] : [edited].flat()) socket.send(text);
    }
    await seen(stay ? Infinity : wanted);
    if (!heard.closed) {
      socket.close(1000);
      await once(socket, 'close');
    }
    return heard;
  } finally {
    await recording.close();
  }
}

/** What the recorded server sent, byte for byte. */
export async function recordedTexts(file: string, session = 0): Promise<string[]> {
  const recording = await Recording.open(file);
  const texts: string[] = [];
  for (const frame of recording.sessions[session]?.frames ?? []) {
    if (frame.from === 'client') continue;
    const body = await recording.body(frame);
    texts.push(body?.kind === 'text' ? body.text : '');
  }
  await recording.close();
  return texts;
}
