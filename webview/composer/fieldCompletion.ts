/** Completion of fields, values and ids while an event is written. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
  currentCompletions,
  pickedCompletion,
  selectedCompletionIndex,
  setSelectedCompletion,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { Prec, type EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { findEvent, type SessionState } from '../../src/protocol';
import { proposalsAt } from '../logic/completions';
import type { Proposal } from '../logic/proposal';
import { describeField } from '../logic/fieldHelp';
import { schemaDocs } from '../logic/schemaDocs';
import { eventDocsNode, fieldDocsNode } from './fieldDocs';

/** Texts longer than this are not read again at each key stroke, characters. */
const longest = 500_000;

/** Whom an event is written for. */
export interface CompletionFor {
  side(): 'client' | 'server';
  state(): SessionState | undefined;
}

/** The extension. It takes Escape only while its list is open, and Enter only while something in it is selected. */
export function fieldCompletion(of: CompletionFor): Extension {
  /** Ctrl+Space asked for the list that is open. */
  let asked = false;
  return [
    Prec.highest(
      keymap.of([
        {
          key: 'Ctrl-Space',
          run: (view) => {
            asked = true;
            return startCompletion(view);
          },
        },
      ]),
    ),
    // A list that comes by itself where a new line may be meant selects nothing before a letter is typed.
    EditorView.updateListener.of(({ state, view }) => {
      const status = completionStatus(state);
      if (status === null) asked = false;
      if (status !== 'active' || selectedCompletionIndex(state) !== null || currentCompletions(state).length === 0)
        return;
      if (asked || isMeant(state)) view.dispatch({ effects: setSelectedCompletion(0) });
    }),
    closeBrackets(),
    autocompletion({
      override: [(context) => complete(context, of)],
      selectOnOpen: false,
      icons: false,
      maxRenderedOptions: 80,
    }),
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
  ];
}

/** A name or value has been begun: inside a string there is no new line to be had, either. */
function isMeant(state: EditorState): boolean {
  const { head } = state.selection.main;
  return /["\w.-]/.test(state.sliceDoc(head - 1, head));
}

function complete(context: CompletionContext, of: CompletionFor): CompletionResult | null {
  const { state, pos, explicit } = context;
  if (state.doc.length > longest) return null;
  const text = state.doc.toString();
  const found = proposalsAt(text, pos, of.side(), of.state());
  if (found === undefined) return null;
  // Without a quote or a letter typed, only who asks gets a list.
  if (!explicit && found.from === pos) return null;
  return {
    from: found.typedFrom,
    options: found.list.map((proposal, at) => optionOf(proposal, of, -at)),
    validFor: /^[\w.-]*$/,
  };
}

function optionOf(proposal: Proposal, of: CompletionFor, boost: number): Completion {
  const { label, detail, field, kind } = proposal;
  const option: Completion = {
    label,
    type: kind === 'field' ? 'property' : 'enum',
    boost: Math.max(-99, boost),
    apply: (view, completion) => apply(view, completion, proposal, of),
  };
  if (detail !== '') option.detail = detail;
  if (field !== undefined && field.definition !== '')
    option.info = async () => fieldDocsNode(describeField(field, await schemaDocs()));
  else if (kind === 'event') {
    const info = findEvent(label, of.side());
    if (info !== undefined) option.info = () => eventDocsNode(info);
  }
  return option;
}

/** Puts a proposal in the place of the token the cursor is in now, which may have grown since the list was made. */
function apply(view: EditorView, completion: Completion, proposal: Proposal, of: CompletionFor): void {
  const cursor = view.state.selection.main.head;
  const text = view.state.doc.toString();
  const place = proposalsAt(text, cursor, of.side(), of.state()) ?? { from: cursor, to: cursor, commaAt: -1 };
  const changes = [{ from: place.from, to: place.to, insert: proposal.insert }];
  if (proposal.kind === 'field' && place.commaAt >= 0)
    changes.unshift({ from: place.commaAt, to: place.commaAt, insert: ',' });
  // Another field follows on: it needs a comma before it.
  const isFollowed = proposal.kind === 'field' && /^\s*"/.test(text.slice(place.to, place.to + 200));
  if (isFollowed) changes.push({ from: place.to, to: place.to, insert: ',' });
  const before = place.commaAt >= 0 && proposal.kind === 'field' ? 1 : 0;
  view.dispatch({
    changes,
    selection: { anchor: place.from + before + proposal.cursor },
    annotations: pickedCompletion.of(completion),
    userEvent: 'input.complete',
    scrollIntoView: true,
  });
  if (proposal.goesOn) startCompletion(view);
}
