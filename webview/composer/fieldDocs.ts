/** Documentation of a field or event as a tooltip shows it. */
import { hoverTooltip, type Tooltip } from '@codemirror/view';
import type { Extension } from '@codemirror/state';
import type { EventInfo } from '../../src/protocol';
import { helpAt, type FieldHelp } from '../logic/fieldHelp';
import { schemaDocs } from '../logic/schemaDocs';
import { docNodes } from '../views/docNodes';

/** More values than this are not listed. */
const mostValues = 24;

/** What is known of a field, for a tooltip. */
export function fieldDocsNode({ name, facts, values, doc }: FieldHelp): HTMLElement {
  const box = boxOf(name, facts);
  box.append(docNodes(doc));
  if (values.length > 1) {
    const line = document.createElement('p');
    line.append('One of ');
    for (const [at, value] of values.slice(0, mostValues).entries()) {
      const code = document.createElement('code');
      code.textContent = value;
      line.append(at === 0 ? '' : ', ', code);
    }
    if (values.length > mostValues) line.append(` and ${values.length - mostValues} more`);
    box.append(line);
  }
  return box;
}

/** What the catalogue says of an event, for a tooltip. */
export function eventDocsNode({ type, status, replacedBy, summary, doc }: EventInfo): HTMLElement {
  const now = replacedBy.length > 0 ? `, now ${replacedBy.join(' and ')}` : '';
  const box = boxOf(type, status === 'ga' ? '' : `${status}${now}`);
  box.append(docNodes(summary), docNodes(doc));
  return box;
}

function boxOf(name: string, facts: string): HTMLElement {
  const box = document.createElement('div');
  box.className = 'cm-fieldDocs';
  const head = document.createElement('p');
  const title = document.createElement('strong');
  title.textContent = name;
  head.append(title);
  if (facts !== '') {
    const words = document.createElement('span');
    words.className = 'dim';
    words.textContent = `  ${facts}`;
    head.append(words);
  }
  box.append(head);
  return box;
}

/** Shows documentation of the name or value under the pointer. */
export function fieldHover(side: () => 'client' | 'server'): Extension {
  return hoverTooltip(async (view, pos): Promise<Tooltip | null> => {
    const docs = await schemaDocs();
    const help = helpAt(view.state.doc.toString(), pos, side(), docs);
    if (help === undefined) return null;
    return {
      pos: help.offset,
      end: help.offset + help.length,
      above: true,
      create: () => ({ dom: help.kind === 'field' ? fieldDocsNode(help.field) : eventDocsNode(help.info) }),
    };
  });
}
