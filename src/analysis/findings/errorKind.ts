/** Which rule an `error` event belongs to, so that each error is explained once. */
import { asText, dig } from '../json';
import type { Request } from '../requests';

export type ErrorKind =
  | 'collision'
  | 'nothing to cancel'
  | 'voice'
  | 'session type'
  | 'modalities'
  | 'unknown call'
  | 'commit'
  | 'truncate'
  | 'expired'
  | 'beta'
  | 'update'
  | 'other';

const BY_CODE: Readonly<Record<string, ErrorKind>> = {
  conversation_already_has_active_response: 'collision',
  response_cancel_not_active: 'nothing to cancel',
  cannot_update_voice: 'voice',
  invalid_tool_call_id: 'unknown call',
  input_audio_buffer_commit_empty: 'commit',
  item_truncate_invalid_item_id: 'truncate',
  session_expired: 'expired',
  beta_api_shape_disabled: 'beta',
};

/** Kind of the error, from its code and param, else from its words (compatible servers have no codes) and what was refused. */
export function errorKind(error: unknown, refused: Request | undefined): ErrorKind {
  const code = asText(dig(error, 'code'));
  const param = asText(dig(error, 'param'));
  const message = asText(dig(error, 'message')).slice(0, 2000);
  const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  if (known) return known;
  if (param === 'session.type' && code === 'missing_required_parameter') return 'session type';
  if (/modalities$/.test(param) && /invalid modalities|supported combinations/i.test(message)) return 'modalities';
  if (/already has an active response/i.test(message)) return 'collision';
  if (/no active response/i.test(message)) return 'nothing to cancel';
  if (/voice if assistant audio/i.test(message)) return 'voice';
  if (/tool call id .*not found/i.test(message)) return 'unknown call';
  if (refused?.type === 'conversation.item.truncate' || /already shorter than/.test(message)) return 'truncate';
  if (/^item_truncate/.test(code) || /audio messages can be truncated/.test(message)) return 'truncate';
  if (refused?.type === 'input_audio_buffer.commit' && /buffer/i.test(message)) return 'commit';
  if (refused?.type === 'session.update' || refused?.type === 'transcription_session.update') return 'update';
  return 'other';
}
