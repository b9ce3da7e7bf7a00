/** A first file of expectations made of a trace that is as it should be: to begin from, not to keep as it is. */
import { Document } from 'yaml';
import type { LatencyName } from '../analysis/model';
import { isYamlName } from '../files/source';
import type { SessionFacts, TraceFacts } from './facts';
import { fieldsOfText, isFields, type CheckedEvent } from './match';
import { quoted } from './results';
import type { Expectations, LadderStep, SessionExpectations, ToolExpectation, WrittenStep } from './written';

/** Expectations, and what people should know of them, a line each. */
export interface Draft {
  expectations: Expectations;
  remarks: string[];
}

/** What has to be known of the events for a draft: the fields of those that it names. */
export const DRAFT_ASKS: Expectations = {
  ladder: [
    { event: 'response.done', where: {} },
    { event: 'response.function_call_arguments.done', where: {} },
  ],
};

/** Moments that the same app has again; what a server says in between is chance. */
const MILESTONES: ReadonlySet<string> = new Set([
  'session.created',
  'session.updated',
  'transcription_session.created',
  'transcription_session.updated',
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.committed',
  'response.function_call_arguments.done',
  'response.done',
]);
/** A ladder of more steps is nothing that a person reads. */
const MOST_STEPS = 200;
const MOST_TURNS = 50;
/** What people feel; the others explain it. */
const BUDGETS: readonly LatencyName[] = ['toAnswer', 'speechToAudio', 'createToText', 'createToAudio'];
/** Room for another run: networks and models differ from hour to hour. */
const ROOM = 1.5;
const SEVERITIES = ['none', 'info', 'warning', 'error'] as const;

/** The draft of a trace that was read with `DRAFT_ASKS`. */
export function draftOf(facts: TraceFacts): Draft {
  const [only] = facts.sessions;
  const several = facts.sessions.length > 1;
  const remarks = facts.sessions.flatMap((session) => {
    const turns = session.turns.slice(0, MOST_TURNS).filter(({ assistant }) => assistant !== '');
    const of = several ? `session ${session.id}, ` : '';
    return turns.map(({ number, assistant }) => `${of}turn ${number}, assistant: ${quoted(assistant)}`);
  });
  const own: SessionExpectations = several ? {} : only ? ofSession(only) : {};
  return {
    expectations: {
      sessionCount: facts.sessions.length,
      ...own,
      ...ofSums(facts),
      ...(several ? { sessions: facts.sessions.map(ofSession) } : {}),
    },
    remarks: [
      'Made from a trace that is as it should be. Take out what may differ.',
      ...(remarks.length > 0
        ? [
            'What the model said differs from run to run, so say which words matter, as transcripts: [{ turn, assistant }].',
          ]
        : []),
      ...remarks,
    ],
  };
}

/** The draft as a file: YAML when its name ends so, else JSON with comments. */
export function draftText({ expectations, remarks }: Draft, file: string): string {
  const comments = remarks.map((remark) => remark.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?'));
  if (!isYamlName(file))
    return `${comments.map((one) => `// ${one}\n`).join('')}${JSON.stringify(expectations, null, 2)}\n`;
  const document = new Document(expectations, { aliasDuplicateObjects: false });
  return `${comments.map((one) => `# ${one}\n`).join('')}${document.toString({ lineWidth: 120 })}`;
}

function ofSession(session: SessionFacts): SessionExpectations {
  const ladder = session.events.filter(({ from, type }) => from === 'server' && MILESTONES.has(type)).map(stepOf);
  const said = session.turns
    .slice(0, MOST_TURNS)
    .filter(({ user }) => user !== '' && !hasPattern(user))
    .map(({ number, user }) => ({ turn: number, user }));
  const { calls, close, events } = session;
  return {
    turns: session.turns.length,
    ...(ladder.length > 0 && ladder.length <= MOST_STEPS ? { ladder } : {}),
    ...(events.some(({ type }) => type === 'error') ? {} : { never: ['error'] }),
    ...(said.length > 0 ? { transcripts: said } : {}),
    ...(calls.length > 0 && calls.length <= MOST_STEPS ? { tools: { calls: calls.map(callOf), only: true } } : {}),
    ...(close ? { close: { code: close.code } } : {}),
  };
}

function stepOf({ type, body }: CheckedEvent): WrittenStep {
  const where: LadderStep['where'] = {};
  const response = body?.['response'];
  if (isFields(response) && typeof response['status'] === 'string') where['response'] = { status: response['status'] };
  if (typeof body?.['name'] === 'string') where['name'] = body['name'];
  return Object.keys(where).length > 0 && !hasPattern(where) ? { event: type, where } : type;
}

function callOf({ name, turn, arguments: given }: SessionFacts['calls'][number]): ToolExpectation {
  const fields = fieldsOfText(given);
  return {
    name: name.includes('*') ? '*' : name,
    ...(turn > 0 ? { turn } : {}),
    ...(fields && Object.keys(fields).length > 0 && !hasPattern(fields) ? { arguments: fields } : {}),
  };
}

/** Texts that would be taken for expressions say something else than they are. */
function hasPattern(value: unknown): boolean {
  if (typeof value === 'string') return /^\/.+\/[a-z]*$/s.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasPattern);
}

function ofSums({ latencies, findings, usd, timed }: TraceFacts): SessionExpectations {
  const budgets = (timed ? BUDGETS : []).flatMap((name) => {
    const p95 = latencies[name]?.p95;
    return p95 === undefined ? [] : [[name, { p95: Math.max(100, Math.ceil((p95 * ROOM) / 100) * 100) }] as const];
  });
  const worst = Math.max(0, ...findings.map(({ severity }) => SEVERITIES.indexOf(severity)));
  return {
    ...(budgets.length > 0 ? { latency: Object.fromEntries(budgets) } : {}),
    findings: SEVERITIES[worst] ?? 'error',
    ...(usd !== null && usd > 0 ? { cost: { atMost: roundedUp(usd * ROOM) } } : {}),
  };
}

/** With two digits that say something. */
function roundedUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / unit) * unit).toPrecision(2));
}
