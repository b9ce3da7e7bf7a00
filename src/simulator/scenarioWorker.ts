/**
 * The thread that reads scenarios and recordings: their readers and the check against the schema are large, a recording may
 * be larger, and neither belongs on its owner's thread.
 */
import { parentPort } from 'node:worker_threads';
import { scenarioFrom } from './fromRecording';
import { readRecordings, typeOf, type Recording } from './recording';
import { checkScenario, readScenarioText } from './scenarioFile';
import type { LoadedScenario, ScenarioAnswer, ScenarioQuestion, ScenarioRequests } from './scenarioRequests';

type Handlers = {
  [N in keyof ScenarioRequests]: (params: ScenarioRequests[N]['params']) => Promise<ScenarioRequests[N]['result']>;
};

/** The recording that was read last: its sessions are listed, and then one of them is made a scenario. */
let last: { file: string; recordings: Recording[] } | undefined;

const handlers: Handlers = {
  check: async ({ text, file }) => (await checkScenario(text, file)).problems,
  load: async ({ file }) => {
    try {
      return await load(file);
    } catch (cause) {
      return { unreadable: messageOf(cause), problems: [], files: [file] };
    }
  },
  sessions: async ({ file }) => {
    last = { file, recordings: await readRecordings(file) };
    return last.recordings.map(({ id, url, messages }) => ({
      id,
      url,
      messages: messages.length,
      responses: messages.filter((message) => message.from === 'server' && typeOf(message) === 'response.created')
        .length,
    }));
  },
  convert: async ({ file, session }) => {
    const recordings = last?.file === file ? last.recordings : await readRecordings(file);
    const recording = recordings.find(({ id }) => id === session);
    if (!recording) throw new Error(`${file} has no session ${session}.`);
    return JSON.stringify(scenarioFrom(recording).scenario, null, 2);
  },
};

async function load(file: string): Promise<LoadedScenario> {
  if (/\.jsonl$/i.test(file)) {
    const [recording] = await readRecordings(file);
    return { scenario: scenarioFrom(recording!).scenario, problems: [], files: [file] };
  }
  const { sounds, ...checked } = await checkScenario(await readScenarioText(file), file);
  return { ...checked, files: [file, ...sounds] };
}

async function answer<N extends keyof ScenarioRequests>({ id, ask, params }: ScenarioQuestion<N>): Promise<void> {
  const post = (message: ScenarioAnswer): void => parentPort?.postMessage(message);
  try {
    post({ id, result: await handlers[ask](params) });
  } catch (cause) {
    post({ id, error: messageOf(cause) });
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

parentPort?.on('message', (question: ScenarioQuestion) => void answer(question));
