/** Names of the beta interface, which the live service stopped taking on 2026-05-12. Compatible servers still send some. */
import type { BaseInfo } from './info';
import { entry } from './entry';

const part = 'response_id item_id output_index:number content_index:number';

/** A beta name, what took its place, its own fields and what it meant. */
const NAMES: [type: string, now: string, fields: string, meaning: string][] = [
  ['response.text.delta', 'response.output_text.delta', `${part} delta`, 'a piece of the answer’s text'],
  ['response.text.done', 'response.output_text.done', `${part} text`, 'the text of a part, complete'],
  ['response.audio.delta', 'response.output_audio.delta', `${part} delta`, 'a piece of the answer’s speech'],
  ['response.audio.done', 'response.output_audio.done', part, 'the end of a part’s speech'],
  [
    'response.audio_transcript.delta',
    'response.output_audio_transcript.delta',
    `${part} delta`,
    'a piece of the words of the answer’s speech',
  ],
  [
    'response.audio_transcript.done',
    'response.output_audio_transcript.done',
    `${part} transcript`,
    'the words of the answer’s speech, complete',
  ],
];

/** What each retired name is called now. */
export const REPLACED_BY: Readonly<Record<string, string[]>> = Object.fromEntries(
  NAMES.map(([type, now]) => [type, [now]]),
);

/** The beta names as events. */
export const RETIRED_EVENTS: BaseInfo[] = NAMES.map(([type, now, fields, meaning]) =>
  entry(
    'server',
    type,
    fields,
    `Beta name of ${now}: ${meaning}.`,
    `The beta interface used this name for ${meaning}. The OpenAI service and Azure OpenAI (GA) send \`${now}\` instead, with the same fields. An app that waits for the old name hears nothing and sees no error. Azure Voice Live and Azure’s preview interface still send it.`,
  ),
);
