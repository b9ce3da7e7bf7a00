/** What the timeline shows: all of the trace, a part of it, or the end of a live session. */
import { clampSpan, type TimeSpan } from '../timeline/timeScale';
import { TraceState } from './traceState';

const leastExtent = 1000;

export abstract class TimeState extends TraceState {
  view: TimeSpan = { start: 0, end: leastExtent };
  /** True while the timeline shows everything and grows with it. */
  fitted = true;
  /** True while the timeline, zoomed in, moves along with the end of a live session. */
  viewFollows = true;
  /** True when the view's last move was not the user's own: such a one may glide. */
  viewGlides = false;
  /** Rows of the shown session that have been in view, or could have been. */
  #seen = 0;

  /** Rows from this one on are held back while paused; null when not paused. */
  abstract get pausedAt(): number | null;

  /** Time that the timeline calls 0, ms. */
  get origin(): number {
    return 0;
  }

  /** The time there is something to show for, ms. */
  get extent(): TimeSpan {
    const session = this.document?.sessions.find((candidate) => candidate.id === this.session);
    const last = this.rows.indexes(this.session).all;
    // The proxy may have listened for long before the first session: that time is not shown.
    const firstTime = last.count > 0 ? last.time(0) : undefined;
    const start = Math.min(session?.start ?? firstTime ?? 0, firstTime ?? Infinity);
    const lastTime = last.count > 0 ? last.time(last.count - 1) : 0;
    // What was cut off and never heard takes no time.
    const heard = this.meaning.heardEnd(this.session) ?? this.audio.lane(this.session, 'server').end;
    const audio = Math.max(this.audio.lane(this.session, 'client').end, heard);
    const end = Math.max(lastTime, audio, session?.end ?? 0, start + leastExtent);
    return { start, end: end + (end - start) * 0.01 };
  }
  setView(view: TimeSpan): void {
    const { extent } = this;
    this.view = clampSpan(view, extent);
    this.viewGlides = false;
    this.fitted = this.view.start <= extent.start && this.view.end >= extent.end;
    // The extent ends a little after the last event; with that one in view the user is at the end.
    this.viewFollows = this.view.end >= extent.end - (this.view.end - this.view.start) * 0.02;
    this.keep({ view: this.fitted ? null : this.view });
    this.notify('view');
  }
  fit(): void {
    this.fitted = true;
    this.viewFollows = true;
    this.viewGlides = false;
    this.view = this.extent;
    this.look();
    this.keep({ view: null });
    this.notify('view');
  }

  /** Rows of a live session that came while the timeline was held, or paused. */
  get unseen(): number {
    return this.status?.live === true ? Math.max(0, this.rows.indexes(this.session).all.count - this.#seen) : 0;
  }
  /** What came until now has been seen. */
  protected look(): void {
    if (this.pausedAt === null) this.#seen = this.rows.indexes(this.session).all.count;
  }
  protected fitView(): void {
    if (this.pausedAt === null) this.view = this.extent;
  }
  /** What the timeline shows when there is more than before: all of it, or the end where that is followed. Pause holds it. */
  protected showEnd(): void {
    if (this.pausedAt !== null) return;
    const { extent, view } = this;
    const follows = this.viewFollows && this.status?.live === true;
    if (this.fitted) this.view = extent;
    else if (follows) {
      this.view = clampSpan({ start: extent.end - (view.end - view.start), end: extent.end }, extent);
      this.viewGlides = true;
    }
    if (this.fitted || follows) this.look();
  }
  /** Moves the timeline so that a time is seen; it stays where it is when it is. */
  protected revealTime(t: number): void {
    const { view } = this;
    if (t >= view.start && t <= view.end) return;
    const length = view.end - view.start;
    this.view = clampSpan({ start: t - length / 2, end: t + length / 2 }, this.extent);
    this.viewGlides = true;
    this.fitted = false;
  }
}
