/** Gives an event that has none an id of its own, so that an error can name it. */

/** The id a client's event names itself by; '' when it has none; undefined when the text is no event. */
export function ownEventId(text: string): string | undefined {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return undefined;
  if (!Object.hasOwn(event, 'event_id')) return '';
  const id = (event as { event_id: unknown }).event_id;
  // Whatever else stands there is the user's to send.
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** The event with that id as its first field, everything else to the letter; the text as it is when it has one, or is none. */
export function withEventId(text: string, id: string): string {
  if (ownEventId(text) !== '') return text;
  const brace = text.indexOf('{') + 1;
  const isEmpty = text.slice(brace).trimStart().startsWith('}');
  return `${text.slice(0, brace)}"event_id":${JSON.stringify(id)}${isEmpty ? '' : ','}${text.slice(brace)}`;
}

/** A new id. The service takes any up to 512 characters; short ones can be read in a list. */
export function newEventId(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  const letters = [...random(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0'));
  return `evt_${letters.join('')}`;
}
