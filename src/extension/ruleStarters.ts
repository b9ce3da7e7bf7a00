/** Rules to begin with, as "Add Rule..." offers them; `ruleQuestions.ts` asks for their numbers. Free of `vscode`. */
import type { WrittenRule } from '../rules/written';
import { oneLine } from './plainText';

export interface RuleStarter {
  label: string;
  detail: string;
  rule: WrittenRule;
}

/** Each does something one can see, and shows where to change it. */
export const RULE_STARTERS: readonly RuleStarter[] = [
  {
    label: '$(edit) Change a field',
    detail: 'Sets a value by its path; everything else stays as it was written.',
    rule: { name: 'Another voice', match: 'type:session.update', set: { 'session.audio.output.voice': 'cedar' } },
  },
  {
    label: '$(remove) Remove a field',
    detail: 'Takes a field away, in every element of a list if need be.',
    rule: { name: 'No tools', match: 'type:session.update', remove: ['session.tools[*].description'] },
  },
  {
    label: '$(watch) Delay',
    detail: 'Holds messages for a while, with those behind them.',
    rule: { name: 'Slow answers', match: 'type:response.created', delay: 1500, jitter: 500 },
  },
  {
    label: '$(dashboard) Throttle',
    detail: 'Lets messages through at so many bytes per second.',
    rule: { name: 'Slow link', match: 'from:server', throttle: 20_000 },
  },
  {
    label: '$(trash) Drop',
    detail: 'Lets a message disappear.',
    rule: { name: 'Lost event', match: 'type:response.done', drop: true, times: 1 },
  },
  {
    label: '$(reply) Answer in the other’s place',
    detail: 'Drops a message and answers it, here with an error.',
    rule: {
      name: 'Refused response',
      match: 'type:response.create',
      drop: true,
      inject: {
        to: 'client',
        event: {
          type: 'error',
          event_id: 'event_${newId}',
          error: {
            type: 'server_error',
            code: null,
            message: 'The server had an error while processing your request.',
            param: null,
            event_id: '${match.event_id}',
          },
        },
      },
    },
  },
  {
    label: '$(copy) Duplicate',
    detail: 'Sends a message twice.',
    rule: { name: 'Sent twice', match: 'type:conversation.item.create', duplicate: true },
  },
  {
    label: '$(list-ordered) Reorder',
    detail: 'Lets later messages overtake.',
    rule: { name: 'Out of order', match: 'delta', probability: 0.1, reorder: 3 },
  },
  {
    label: '$(mute) Make audio worse',
    detail: 'Gaps, noise or silence in the sound, at its full length.',
    rule: { name: 'Lossy microphone', match: 'from:client audio', corruptAudio: { with: 'loss', rate: 0.1 } },
  },
  {
    label: '$(debug-disconnect) Disconnect',
    detail: 'Ends the session, here half a minute after it began and without a word.',
    rule: { name: 'Connection lost', match: 'type:session.created', disconnect: { code: 1006, delay: 30_000 } },
  },
  {
    label: '$(circle-slash) Refuse the connection',
    detail: 'Answers the WebSocket handshake with a status.',
    rule: {
      name: 'Rate limited',
      refuse: {
        status: 429,
        headers: { 'Retry-After': '2' },
        body: { error: { message: 'Rate limit reached.', type: 'requests', param: null, code: 'rate_limit_exceeded' } },
      },
      times: 1,
    },
  },
];

/** Starters for messages like a recorded one: what cannot happen to such a message is left out. */
export function startersLike(filter: string, type: string): RuleStarter[] {
  const name = oneLine(type) || 'Binary messages';
  const isUpdate = type === 'session.update';
  return RULE_STARTERS.filter(({ rule }) => {
    if (rule.refuse) return false;
    if (rule.corruptAudio) return /audio.*(append|delta)$/.test(type) && !type.includes('transcript');
    return type !== '' || !(rule.set || rule.remove);
  }).map(({ label, detail, rule }): RuleStarter => {
    const like: WrittenRule = { ...rule, name: `${rule.name}: ${name}`, match: filter };
    const named = (other: string, more: WrittenRule) => ({ label, detail, rule: { ...like, ...more, name: other } });
    // The usual paths are those of an update; until the right one is written the rule does nothing.
    if (rule.set && !isUpdate)
      return named(`Changed field: ${name}`, { enabled: false, set: { 'path.to.field': 'value' } });
    if (rule.remove && !isUpdate) return named(`Removed field: ${name}`, { enabled: false, remove: ['path.to.field'] });
    return { label, detail, rule: like };
  });
}
