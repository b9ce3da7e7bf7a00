/**
 * What can be said of an event only in its session: refusals of the live service that no schema knows of, each with the
 * numbers of this very session. The same verdict in host, webview and CLI.
 */
import type { Handshake } from './dialects';
import { dialectOfHandshake, dialectOfSession } from './dialects';
import type { Side } from './side';
import { committableMs, expectedConfig, generatedMs, type SessionState } from './state/session';
import { checkEvent, readEvent, type CheckOptions } from './validate';
import type { Problem, Report } from './validate/report';
import { replaceAt } from './validate/fix';
import { at, type Json, type Path } from './validate/json';
import { nearest } from './validate/suggest';

/** Less than this the service does not take as a message, ms. */
const SHORTEST_COMMIT_MS = 100;

/**
 * Every problem of an event about to be sent (or seen) after the events that led to `state`: those of `validateEvent`, and
 * those that come of the session. Before `session.created` only the former, for nothing is known then.
 */
export function lintEvent(text: string, from: Side, state: SessionState, options: CheckOptions = {}): Problem[] {
  const { event, problems, report } = readEvent(text);
  if (!event) return problems;
  // A server's first session is told from itself.
  const dialect = options.dialect ?? state.dialect ?? (from === 'server' ? dialectOfSession(event) : undefined);
  const type = at(state.config, 'type');
  const sessionType = type === 'transcription' ? type : (options.sessionType ?? 'realtime');
  const isStranger = options.isStranger ?? (state.config !== undefined && dialect === undefined);
  checkEvent(event, from, report, problems, { dialect, sessionType, isStranger });
  if (from === 'server' || state.config === undefined) return problems;
  checkInSession(event, state, report);
  const format = inputFormat(state);
  // Bytes of G.711 may be odd in number.
  return format === 'g711' ? problems.filter((problem) => !/whole number of 16-bit/.test(problem.message)) : problems;
}

function inputFormat(state: SessionState): 'pcm' | 'g711' {
  const format = at(expectedConfig(state), 'audio', 'input', 'format', 'type');
  return format === 'audio/pcmu' || format === 'audio/pcma' ? 'g711' : 'pcm';
}

function checkInSession(event: Json, state: SessionState, report: Report): void {
  switch (event['type']) {
    case 'session.update':
      return checkUpdate(event, state, report);
    case 'input_audio_buffer.commit':
      return checkCommit(state, report);
    case 'response.create':
      return checkResponse(event, state, report);
    case 'response.cancel':
      return checkCancel(event, state, report);
    case 'conversation.item.create':
      return checkCreate(event, state, report);
    case 'conversation.item.truncate':
      return checkTruncate(event, state, report);
    case 'conversation.item.delete':
    case 'conversation.item.retrieve':
      return checkItemId(event['item_id'], ['item_id'], state, report);
    default:
      return;
  }
}

function checkUpdate(event: Json, state: SessionState, report: Report): void {
  const kind = at(state.config, 'type');
  const asked = at(event, 'session', 'type');
  if (typeof kind === 'string' && typeof asked === 'string' && asked !== kind && kind !== 'translation') {
    const message = `This is a ${kind} session; one of type "${asked}" has to be opened as such.`;
    report('error', ['session', 'type'], message, false, replaceAt(`Write "${kind}"`, ['session', 'type'], kind));
  }
  const now = at(expectedConfig(state), 'audio', 'output', 'voice');
  for (const path of [['audio', 'output', 'voice'], ['voice']]) {
    const voice = at(event, 'session', ...path);
    if (voice === undefined || !state.spoken || JSON.stringify(voice) === JSON.stringify(now)) continue;
    const stays = now === undefined ? 'as it is' : JSON.stringify(now);
    const message = `The model has spoken, so its voice stays ${stays}: the whole update would be refused.`;
    report('error', ['session', ...path], message);
  }
}

function checkCommit(state: SessionState, report: Report): void {
  const ms = committableMs(state);
  if (ms >= SHORTEST_COMMIT_MS) return;
  const vad = at(expectedConfig(state), 'audio', 'input', 'turn_detection');
  const hint = vad === null || vad === undefined ? '' : ' Turn detection is on, so the server commits by itself.';
  const message = `The input buffer holds ${duration(ms)} of audio; at least ${SHORTEST_COMMIT_MS} ms are needed.${hint}`;
  report('error', [], message);
}

function checkResponse(event: Json, state: SessionState, report: Report): void {
  if (at(state.config, 'type') === 'transcription') {
    report('error', ['type'], 'A transcription session gives no responses.');
    return;
  }
  if (at(event, 'response', 'conversation') === 'none') return;
  const active = state.responses.find((response) => response.inConversation);
  if (active) {
    const who = active.asked ? 'a response.create' : 'turn detection';
    const message = `${active.id}, begun by ${who}, is still running: wait for its response.done, or cancel it first.`;
    report('error', ['type'], message);
  } else if (state.asked.some((asked) => asked.inConversation)) {
    report('warning', ['type'], 'A response has been asked for already and not begun yet: the second may be refused.');
  }
  for (const { call, name } of state.calls.slice(0, 5)) {
    report('note', ['type'], `${name || 'A function'} (${call}) has no output yet; the model goes on without it.`);
  }
}

function checkCancel(event: Json, state: SessionState, report: Report): void {
  const id = event['response_id'];
  if (state.asked.length > 0) return;
  if (typeof id === 'string') {
    if (state.responses.some((response) => response.id === id)) return;
    report(
      'note',
      ['response_id'],
      'No such response is running: the harmless error response_cancel_not_active follows.',
    );
  } else if (!state.responses.some((response) => response.inConversation)) {
    report('note', ['type'], 'No response is running: the harmless error response_cancel_not_active follows.');
  }
}

function checkCreate(event: Json, state: SessionState, report: Report): void {
  const previous = event['previous_item_id'];
  if (previous !== 'root') checkItemId(previous, ['previous_item_id'], state, report);
  const id = at(event, 'item', 'id');
  if (typeof id === 'string' && state.items.some((item) => item.id === id)) {
    report('error', ['item', 'id'], 'An item with this id is in the conversation already.');
  }
  if (at(event, 'item', 'type') === 'function_call_output') checkOutput(at(event, 'item', 'call_id'), state, report);
  if (at(event, 'item', 'type') === 'mcp_approval_response') {
    const asked = at(event, 'item', 'approval_request_id');
    const known = state.items.some((item) => item.type === 'mcp_approval_request' && item.id === asked);
    if (typeof asked === 'string' && !known) {
      report('error', ['item', 'approval_request_id'], 'The conversation holds no approval request with this id.');
    }
  }
}

function checkOutput(call: unknown, state: SessionState, report: Report): void {
  if (typeof call !== 'string') return;
  const path: Path = ['item', 'call_id'];
  if (state.answered.includes(call)) {
    report('warning', path, 'This call has an output already.');
    return;
  }
  const known = state.items.flatMap((item) => {
    const id = item.type === 'function_call' ? at(item.item, 'call_id') : undefined;
    return typeof id === 'string' ? [id] : [];
  });
  const waiting = state.calls.map((one) => one.call);
  if (known.includes(call) || waiting.includes(call)) return;
  const meant = nearest(call, waiting) ?? (waiting.length === 1 ? waiting[0] : undefined);
  const list = waiting.length === 0 ? 'No call waits for an output.' : `Waiting: ${waiting.slice(0, 5).join(', ')}.`;
  const message = `The conversation holds no function call "${call}". ${list}`;
  report('error', path, message, false, ...(meant === undefined ? [] : [replaceAt(`Write ${meant}`, path, meant)]));
}

function checkTruncate(event: Json, state: SessionState, report: Report): void {
  const { item_id: id, audio_end_ms: end } = event;
  if (typeof id !== 'string') return;
  const item = state.items.find((one) => one.id === id);
  const ms = generatedMs(state, id);
  if (!item && ms === 0) return checkItemId(id, ['item_id'], state, report);
  if (item && (item.type !== 'message' || at(item.item, 'role') !== 'assistant')) {
    report('error', ['item_id'], 'Only spoken answers of the model can be cut; this item is not one.');
    return;
  }
  // On a call the audio is not in events, so nothing is known of its length.
  if (typeof end !== 'number' || ms === 0) return;
  const most = Math.min(ms, item?.truncatedMs ?? Infinity);
  if (end <= most) return;
  const shown = Math.floor(most);
  const message = `The item has ${duration(most)} of audio, ${Math.ceil(end - most)} ms less than this: the cut would be refused.`;
  report('error', ['audio_end_ms'], message, false, replaceAt(`Cut at ${shown} ms`, ['audio_end_ms'], shown));
}

function checkItemId(id: unknown, path: Path, state: SessionState, report: Report): void {
  if (typeof id !== 'string' || state.items.some((item) => item.id === id)) return;
  const known = state.items.map((item) => item.id);
  const near = nearest(id, known.slice(-200));
  const edit = near === undefined ? [] : [replaceAt(`Write ${near}`, path, near)];
  report('error', path, `The conversation holds no item "${id}".`, false, ...edit);
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.floor(ms)} ms` : `${(Math.floor(ms / 10) / 100).toFixed(2)} s`;
}

/** Something about the handshake of a session; it has no place in a text. */
export interface HandshakeProblem {
  severity: Problem['severity'];
  message: string;
}

/** What the address and headers of a session get wrong. Secrets may be replaced in both; header names in any case. */
export function lintHandshake(handshake: Handshake): HandshakeProblem[] {
  const problems: HandshakeProblem[] = [];
  const dialect = dialectOfHandshake(handshake);
  if (dialect === 'openai-beta') {
    problems.push({
      severity: 'error',
      message:
        'The header "OpenAI-Beta: realtime=v1" asks for the retired beta interface: the server answers beta_api_shape_disabled and closes with 4000. Leave the header out, and write events in the current form.',
    });
  }
  if (dialect === 'azure-preview') {
    problems.push({
      severity: 'warning',
      message: 'This is Azure’s retired preview address: use /openai/v1/realtime?model=DEPLOYMENT without api-version.',
    });
  }
  let query: URLSearchParams;
  try {
    query = new URL(handshake.url ?? '').searchParams;
  } catch {
    return problems;
  }
  const ways = ['model', 'intent', 'call_id'].filter((name) => query.has(name));
  if (dialect !== undefined && dialect !== 'openai' && dialect !== 'openai-beta') return problems;
  if (ways.length > 1) {
    problems.push({
      severity: 'warning',
      message: `Only one of model, intent and call_id says what session is wanted; the address has ${ways.join(' and ')}.`,
    });
  }
  return problems;
}
