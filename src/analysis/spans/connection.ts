/** Spans of what happens outside a session's events: its connection, and REST calls. */
import type { HttpRecord, OpenRecord } from '../../trace/records';
import { callJoined } from '../calls';
import type { Span } from '../model';
import type { Moment, SpanBook } from './book';

const PHASES = ['dns', 'tcp', 'tls', 'upgrade'] as const;

export class ConnectionSpans {
  #book: SpanBook;

  constructor(book: SpanBook) {
    this.#book = book;
  }

  /** The handshake was answered at `at.t`; its phases lie before, one after the other. Each is marked where it ended. */
  open({ url, phases, status, error }: OpenRecord, at: Moment): void {
    const took = PHASES.flatMap((name) => {
      const ms = phaseMs(phases, name);
      return ms === undefined ? [] : [{ name, ms }];
    });
    const last = took.at(-1);
    // Of a refusal, `upgrade` is the time since the beginning.
    if (status !== 101 && last?.name === 'upgrade') {
      last.ms = Math.max(
        0,
        took.slice(0, -1).reduce((ms, phase) => ms - phase.ms, last.ms),
      );
    }
    const start = took.reduce((t, { ms }) => t - ms, at.t);
    const span = this.#book.begin('connection', '', { row: at.row, t: start }, { status: 'in_progress' });
    let t = start;
    for (const { name, ms } of took) {
      t += ms;
      this.#book.mark(span, name, { row: at.row, t });
    }
    if (status === 101) {
      // A connection joined to a call gets no greeting to wait for.
      if (callJoined({ url }) !== '') {
        span.status = 'completed';
        this.#book.finish(span, '', at);
      }
      return;
    }
    span.status = 'failed';
    span.detail = (status === 0 ? (error ?? 'no answer') : `refused with ${status}`).slice(0, 500);
    this.#book.finish(span, '', at);
  }

  /** The server's first event: from now on the session can be used. A connection joined to a call gets no greeting. */
  greeted(span: Span, type: string, at: Moment): void {
    if (type.endsWith('session.created')) this.#book.mark(span, 'session.created', at);
    span.status = 'completed';
    this.#book.finish(span, '', at);
  }

  /** The connection that waits for its greeting. */
  waiting(row: number): Span | undefined {
    return this.#book.find('connection', `#${row}`);
  }

  /** A REST call, from its request to its whole answer. */
  http({ method, url, status, error, start }: HttpRecord, shift: number, at: Moment): void {
    const ok = status >= 200 && status < 400;
    const span = this.#book.begin(
      'http',
      '',
      { row: at.row, t: Math.min(at.t, start + shift) },
      {
        label: `${method} ${pathOf(url)}`.slice(0, 100),
        status: ok ? 'completed' : 'failed',
        detail: (status === 0 ? (error ?? 'no answer') : `status ${status}`).slice(0, 500),
      },
    );
    this.#book.finish(span, '', at);
  }
}

function phaseMs(phases: unknown, name: string): number | undefined {
  const ms = typeof phases === 'object' && phases !== null ? (phases as Record<string, unknown>)[name] : undefined;
  return typeof ms === 'number' && ms >= 0 && Number.isFinite(ms) ? ms : undefined;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : (url.split('?')[0] ?? '');
}
