/** One of the two timelines: which trace and session it is of, what went wrong with it, and what fits its session into the width. */
import { html, nothing } from 'lit';
import type { SessionPair, Which } from '../../src/compare/model';
import type { TimelineView } from '../views/timelineView';
import { timelineKey } from './compareKeys';
import type { CompareStore } from './compareStore';

export function timelineSide(
  which: Which,
  store: CompareStore,
  pair: SessionPair | null,
  timelines: () => Iterable<TimelineView>,
) {
  const session = pair?.[which];
  const notice = store.notice?.text ?? store.document?.problems[0] ?? '';
  return html`<section
    class="side"
    aria-label="Trace ${which}"
    @keydown=${(event: KeyboardEvent) => timelineKey(event, timelines(), store)}
  >
    <div class="name">
      <b>${which}</b> <span>${store.status?.title ?? ''}</span>
      <span class="dim"
        >${session ? [session.id, session.label].filter(Boolean).join(' ') : pair ? 'no such session' : ''}</span
      >
      ${notice === '' ? nothing : html`<span class="failure" role="status">${notice}</span>`}
      ${
        session
          ? html`<button
              class="text fit"
              title="All of ${which} in the whole width (${which === 'a' ? 3 : 4}); F: all of both"
              aria-keyshortcuts=${which === 'a' ? '3' : '4'}
              @click=${() => store.fitOwn()}
            >
              Fit ${which}
            </button>`
          : nothing
      }
    </div>
    ${store.absent ? html`<p class="empty">This session has no counterpart here.</p>` : html`<rti-timeline .store=${store}></rti-timeline>`}
  </section>`;
}
