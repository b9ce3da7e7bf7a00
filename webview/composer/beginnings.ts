/** The beginnings of a new event, in the order of how likely they are meant. */
import { CATALOGUE, eventTemplate, type SessionState } from '../../src/protocol';
import { indentJson } from '../logic/jsonText';
import { answersFor } from '../logic/prefilled';
import type { Store } from '../state/store';
import type { Beginning, NewEventMenu } from './newEventMenu';
import type { PanelName } from './sidePanel';

/** What the menu rests on, and what a choice of it does. */
export interface BeginningOptions {
  state: SessionState | undefined;
  as: 'client' | 'server';
  /** Puts text into the editor, for that side. */
  begin(text: string, as: 'client' | 'server'): void;
  /** Opens a panel beside the editor. */
  panel(name: PanelName): void;
  edit(row: number): void;
}

const sequence = JSON.stringify(
  [
    {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello! What can you do?' }] },
    },
    { type: 'response.create' },
    { wait: 'response.done', timeoutMs: 30_000 },
    { delayMs: 500 },
    { type: 'input_audio_buffer.clear' },
  ],
  null,
  2,
);

/** Shows the menu; payload files come into it when the host has listed them. */
export function showBeginnings(menu: NewEventMenu, opener: HTMLElement, store: Store, options: BeginningOptions): void {
  menu.show(opener, beginningsOf(store, options, []));
  void store.ask('listPayloads', {}).then((found) => {
    if (found !== undefined && found.payloads.length > 0) menu.more(beginningsOf(store, options, found.payloads));
  });
}

function beginningsOf(
  store: Store,
  { state, as, begin, panel, edit }: BeginningOptions,
  payloads: readonly string[],
): Beginning[] {
  const from = (label: string, detail: string, run: () => void) => ({ group: 'From', label, detail, run });
  const row = store.selected;
  const isEvent = row !== null && store.rows.kind.at(row) === 0;
  const waiting = answersFor(state).flatMap(({ label, detail, text, goOn }) => {
    const answer = { group: 'Waits for an answer', label, detail, run: () => begin(text, 'client') };
    const andGoOn = { ...answer, label: `${label}, and let the model go on`, run: () => begin(goOn ?? '', 'client') };
    return goOn === undefined ? [answer] : [answer, andGoOn];
  });
  const templates = (side: 'client' | 'server') =>
    CATALOGUE.filter((info) => info.from === side).map(({ type, status, summary }) => ({
      group: side === 'client' ? 'To the server, as the client' : 'To the client, as the server',
      label: type,
      detail: status === 'ga' ? summary : status,
      run: () => begin(eventTemplate(type, side) ?? '', side),
    }));
  return [
    ...waiting,
    ...(isEvent
      ? [from('The selected event', `#${store.rows.seq.at(row) ?? ''} ${store.rows.typeOf(row)}`, () => edit(row))]
      : []),
    from('The clipboard', '', () => void fromClipboard(store, (text) => begin(text, as))),
    from('Sound', 'a file, captured audio, a tone, silence', () => panel('audio')),
    from('A picture', 'input_image', () => panel('image')),
    from('The session’s settings', 'a form beside the text', () => panel('session')),
    from('A sequence', 'events with waits and pauses', () => begin(sequence, 'client')),
    ...payloads.map((name) => ({
      group: 'Payload files',
      label: name,
      detail: '',
      run: () => void fromPayload(store, name, (text) => begin(text, 'client')),
    })),
    ...templates(as),
    ...templates(as === 'client' ? 'server' : 'client'),
  ];
}

async function fromClipboard(store: Store, take: (text: string) => void): Promise<void> {
  const found = await store.ask('readClipboard', {});
  if (found === undefined) return;
  if (found.text.trim() === '') store.tell({ kind: 'info', text: 'The clipboard holds no text.' });
  else take(indentJson(found.text));
}
async function fromPayload(store: Store, name: string, take: (text: string) => void): Promise<void> {
  const found = await store.ask('readPayload', { name });
  if (found !== undefined) take(found.text);
}
