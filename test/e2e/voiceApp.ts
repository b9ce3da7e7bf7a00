/** A user's own app: a Node program on the official `openai` package, unmodified, told by its environment where to go. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root, toolNode } from '../../scripts/lib/shell.mjs';

/** What the app does: speaks the file in real time, prints each event it gets as a line, sends each line of stdin, hangs up when it ends. */
const program = `
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';

const speech = await readFile(process.argv[2]);
const realtime = new OpenAIRealtimeWS({ model: 'gpt-realtime' });
realtime.on('event', (event) => console.log(JSON.stringify(event)));
realtime.on('error', (error) => console.log(JSON.stringify({ type: 'client.error', message: error.message })));
await new Promise((resolve) => realtime.socket.on('open', resolve));
realtime.send({
  type: 'session.update',
  session: {
    type: 'realtime',
    instructions: 'Speak like a lighthouse keeper.',
    audio: { input: { transcription: { model: 'gpt-4o-mini-transcribe' } } },
  },
});
const chunk = 4800;
const sound = Buffer.concat([speech, Buffer.alloc(chunk * 10)]);
for (let at = 0; at < sound.length; at += chunk) {
  realtime.send({ type: 'input_audio_buffer.append', audio: sound.subarray(at, at + chunk).toString('base64') });
  await new Promise((resolve) => setTimeout(resolve, 100));
}
createInterface({ input: process.stdin })
  .on('line', (line) => realtime.send(JSON.parse(line)))
  .on('close', () => realtime.close());
`;

/** An event as the app printed it; only the fields that tests look at. */
export interface AppEvent {
  type: string;
  message?: string;
  session?: { instructions?: string; audio?: { input?: { turn_detection?: Record<string, unknown> | null } } };
  response?: { status?: string };
}

export interface VoiceApp {
  /** Every event so far. */
  readonly events: AppEvent[];
  /** Resolves with the first event, so far or to come, that fits; rejects when the app ends before. */
  got(fits: (event: AppEvent) => boolean): Promise<AppEvent>;
  /** Lets the app send an event. */
  send(event: object): void;
  /** Hangs up; resolves with the exit code. */
  hangUp(): Promise<number | null>;
}

/** Starts the app with `variables` in its environment; `speech` is a file of samples. */
export async function startVoiceApp(
  variables: Record<string, string>,
  speech: string,
  folder: string,
): Promise<VoiceApp> {
  const script = join(folder, 'app.mjs');
  // Bare imports resolve from the file's own folder up, so it names the packages of the checkout.
  const packages = new URL(`file://${join(root, 'node_modules')}/`).href;
  await writeFile(script, program.replace("'openai/realtime/ws'", `'${packages}openai/realtime/ws.mjs'`));
  const child = spawn(toolNode(), [script, speech], {
    env: { PATH: process.env.PATH, HOME: folder, OPENAI_API_KEY: 'sk-secret-of-the-user-0123456789', ...variables },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  const events: AppEvent[] = [];
  const watchers = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line) as AppEvent);
    for (const look of watchers) look();
  });
  let code: number | null | undefined;
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (status) => {
      code = status;
      resolve(status);
      for (const look of watchers) look();
    }),
  );
  return {
    events,
    got: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find(fits);
          if (!found && code === undefined) return;
          watchers.delete(look);
          if (found) resolve(found);
          else reject(new Error(`The app ended (${code}) before that event.\n${errors}`));
        };
        watchers.add(look);
        look();
      }),
    send: (event) => void child.stdin.write(`${JSON.stringify(event)}\n`),
    hangUp: () => {
      child.stdin.end();
      return ended;
    },
  };
}
