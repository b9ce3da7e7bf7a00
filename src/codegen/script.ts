/** Programs in TypeScript: by the `openai` package, and by the agents SDK. */
import type { CodeStep, RecordedRow, SessionTarget } from './recorded';
import { scriptString } from './strings';
import { literalOf, SCRIPT } from './values';

const ENV = `/** A value that the recording does not hold. */
function env(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(\`Set \${name} first.\`);
  return value;
}
`;
const SLEEP = "import { setTimeout as sleep } from 'node:timers/promises';\n";

/** Lines that do the steps, and what they need. */
function bodyOf(steps: readonly CodeStep[], send: string): { lines: string; variables: string[]; sleeps: boolean } {
  const variables = new Set<string>();
  const lines = steps.map((step) => {
    if (step.kind === 'wait') return `await next(${scriptString(step.type)});\n`;
    if (step.kind === 'delay') return `await sleep(${step.delayMs});\n`;
    const literal = literalOf(step.text, SCRIPT, 0, send.length + 3);
    for (const name of literal.variables) variables.add(name);
    return `${send}(${literal.code});\n`;
  });
  return {
    lines: lines.join(''),
    variables: [...variables],
    sleeps: steps.some(({ kind }) => kind === 'delay'),
  };
}

const needs = (variables: readonly string[]) =>
  variables.length === 0 ? '' : `// ${variables.join(', ')}: not recorded, read from the environment.\n`;

/** A program that does the steps by the `openai` package. */
export function openaiScript(steps: readonly CodeStep[], { model, intent }: SessionTarget): string {
  const { lines, variables, sleeps } = bodyOf(steps, 'send');
  const target = intent === undefined ? `{ model: ${scriptString(model)} }` : `{ intent: ${scriptString(intent)} }`;
  return `// npm install openai ws
// OPENAI_API_KEY is the key; OPENAI_BASE_URL, where it is set, is the server (or a proxy) to go to.
${needs(variables)}${sleeps ? SLEEP : ''}import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime';

const realtime = new OpenAIRealtimeWS(${target});
${NEXT.replaceAll('EVENT', 'RealtimeServerEvent')}
realtime.on('event', take);
// What the API refuses comes as an event too, and \`next\` throws it.
realtime.on('error', (error) => {
  if (error.error === undefined) fail(error);
});
realtime.socket.on('close', (code, reason) => fail(new Error(\`The session closed: \${code} \${reason}\`)));

/** Sends an event as it stands, also with fields that the package's types do not have. */
function send(event: object): void {
  realtime.send(event as RealtimeClientEvent);
}
${variables.length === 0 ? '' : `\n${ENV}`}
await next('session.created');
${lines}realtime.close();
`;
}

/** A program that does the steps by the agents SDK. */
export function agentsScript(steps: readonly CodeStep[], { model }: SessionTarget): string {
  const { lines, variables } = bodyOf(steps, 'session.transport.sendEvent');
  return `// npm install @openai/agents-realtime
// OPENAI_API_KEY is the key; OPENAI_BASE_URL, where it is set, is the server (or a proxy) to go to.
${needs(variables)}${SLEEP}import { RealtimeAgent, RealtimeSession, type TransportEvent } from '@openai/agents-realtime';

const model = ${scriptString(model)};
const base = process.env.OPENAI_BASE_URL ?? 'https://api.openai.com/v1';
const session = new RealtimeSession(new RealtimeAgent({ name: 'Assistant' }), { transport: 'websocket', model });
${NEXT.replaceAll('EVENT', 'TransportEvent')}
session.transport.on('*', take);
// What the API refuses comes as an event too, and \`next\` throws it.
session.on('error', () => undefined);
session.transport.on('connection_change', (status) => {
  if (status === 'disconnected') fail(new Error('The session closed.'));
});
${variables.length === 0 ? '' : `\n${ENV}`}
await session.connect({
  apiKey: process.env.OPENAI_API_KEY ?? '',
  url: \`\${base.replace(/^http/, 'ws')}/realtime?model=\${encodeURIComponent(model)}\`,
});
// The SDK sets up its session first, by one update or more: their answers are none to what follows.
await next('session.updated');
await sleep(500);
received.length = 0;
${lines}session.close();
`;
}

/** Takes the events and hands them out: an event that came before it was asked for is not missed. */
const NEXT = `const received: EVENT[] = [];
let failure: Error | undefined;
let wake = (): void => undefined;

function take(event: EVENT): void {
  console.log(event.type);
  received.push(event);
  wake();
}
function fail(error: Error): void {
  failure ??= error;
  wake();
}

/** The next event of that type; throws what the server refuses meanwhile, and after 30 seconds. */
async function next(type: string): Promise<EVENT> {
  const timer = setTimeout(() => fail(new Error(\`No \${type} came.\`)), 30_000);
  try {
    for (;;) {
      for (let event = received.shift(); event !== undefined; event = received.shift()) {
        if (event.type === type) return event;
        if (event.type === 'error') throw new Error(JSON.stringify(event.error));
      }
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    clearTimeout(timer);
  }
}
`;

/** REST calls by the `openai` package's own client. */
export function openaiCalls(calls: readonly Extract<RecordedRow, { kind: 'http' }>[]): string {
  const variables = new Set<string>();
  const lines = calls.map(({ path, body }) => {
    if (body === '') return `console.log(await client.post(${scriptString(path)}));\n`;
    const literal = literalOf(body, SCRIPT, 2, 10);
    for (const name of literal.variables) variables.add(name);
    return `console.log(\n  await client.post(${scriptString(path)}, {\n    body: ${literal.code},\n  }),\n);\n`;
  });
  return `// npm install openai
// OPENAI_API_KEY is the key; OPENAI_BASE_URL, where it is set, is the server (or a proxy) to go to.
${needs([...variables])}import OpenAI from 'openai';

const client = new OpenAI();
${variables.size === 0 ? '' : `\n${ENV}`}
${lines.join('')}`;
}
