/** The one line of news above the panes: the latest thing to say, until it is read, dismissed or untrue. */

export interface Notice {
  kind: 'error' | 'info';
  text: string;
  /** Session the text is about: it is untrue once that one has closed. */
  whileOpen?: string;
  /** What can be done about it, as a button. */
  action?: { label: string; run(): void };
}

/** News is gone after this long, ms, and a little more for each character to read; errors stay. */
const newsStays = { least: 5000, perCharacter: 50 };

export class Notices {
  current: Notice | null = null;
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Says something in the place of what was said before; null takes it away. */
  tell(notice: Notice | null): void {
    this.current = notice;
    clearTimeout(this.#timer);
    if (notice?.kind === 'info')
      this.#timer = setTimeout(() => this.tell(null), newsStays.least + newsStays.perCharacter * notice.text.length);
    this.#changed();
  }
  fail(error: unknown): void {
    this.tell({ kind: 'error', text: error instanceof Error ? error.message : String(error) });
  }
  /** Sessions are open no longer: what was said of them goes. */
  closed(isOpen: (session: string) => boolean, wasOpen: (session: string) => boolean): void {
    const about = this.current?.whileOpen;
    if (about !== undefined && wasOpen(about) && !isOpen(about)) this.tell(null);
  }
}
