/** Which parts of the page are open: the composer, details, help, the views of the main pane; and where it is being played. */
import { asMainTab, type MainTab } from '../logic/mainTabs';
import type { NoteDraft } from './notes';
import { PageState } from './pageState';

/** What the composer is to start from. */
export interface ComposerState {
  /** Row to edit and resend; undefined for a new event. */
  row?: number;
  /** Text to start with, instead of a row's. */
  text?: string;
  /** Session to send a new event to; the shown one, or the newest, when left out. */
  session?: string;
  /** Counts up so that the same row can be asked for again. */
  request: number;
}

export abstract class PanelState extends PageState {
  composer: ComposerState | null = this.kept.draft?.open === true ? { request: 0 } : null;
  /** What the composer had when it made room for the list; it comes back with it. */
  composerAside: ComposerState | null = null;
  detailOpen = false;
  tab: MainTab = asMainTab(this.kept.tab);
  helpOpen = false;
  newSessionOpen = false;
  /** The note that is being typed. */
  noteDraft: NoteDraft | null = null;
  /** Time on the trace's axis that is being played, ms. */
  playhead: number | null = null;

  compose(state: ComposerState | null): void {
    this.composer = state;
    this.composerAside = null;
    if (this.kept.draft !== undefined) this.keep({ draft: { ...this.kept.draft, open: state !== null } });
    this.notify('panel');
  }
  /** Closes the composer for a look at the list: `toggleComposer` brings it back as it was. */
  setComposerAside(): void {
    const aside = this.composer;
    this.compose(null);
    this.composerAside = aside;
  }
  toggleComposer(): void {
    if (this.composer !== null) this.compose(null);
    else this.compose(this.composerAside ?? { request: Date.now() });
  }
  setTab(tab: MainTab): void {
    this.tab = tab;
    this.keep({ tab });
    this.notify('panel');
  }
  setPanel(panel: Partial<Pick<PanelState, 'detailOpen' | 'helpOpen' | 'newSessionOpen'>>): void {
    Object.assign(this, panel);
    this.notify('panel');
  }
  setNoteDraft(draft: NoteDraft | null): void {
    this.noteDraft = draft;
    this.notify('panel');
  }
  setPlayhead(t: number | null): void {
    this.playhead = t;
    this.notify('play');
  }
}
