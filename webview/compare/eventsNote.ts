/** What stands above the list of events: whose they are, and which are not in it. */
import { html, nothing } from 'lit';
import type { SessionPair } from '../../src/compare/model';

export function eventsNote({ turns, events, counts, unexplained }: SessionPair, ofTurn: number, showAll: () => void) {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const turn = turns[ofTurn];
  return html`${
    turn === undefined
      ? nothing
      : html`<p>
          Events of turn ${turn.a?.number ?? '–'} | ${turn.b?.number ?? '–'}
          <button class="text" @click=${showAll}>Show all</button>
        </p>`
  }${unexplained === 0 ? nothing : html`<p class="dim">${unexplained} events differ and were not looked into: there are too many.</p>`}${events.length === all ? nothing : html`<p class="dim">${events.length} of ${all} pairs are listed: of so many only those that differ.</p>`}`;
}
