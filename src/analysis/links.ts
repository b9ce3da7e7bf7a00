/** What followed from what, between the rows of a trace: 17 bytes a link and 4 a row, both ways at hand. */
import { Growable } from './growable';
import type { Link, LinkKind } from './model';

/** The kinds of links; the value stands in `LinkBatch.kind`. */
export const LINK_KINDS: readonly LinkKind[] = [
  'refused',
  'updated',
  'created',
  'committed',
  'became',
  'transcribed',
  'stopped',
  'started',
  'ended',
  'interrupted',
  'called',
  'cut',
  'edited',
  'released',
  'answered',
  'joined',
  'dropped',
];

/** Links as arrays, whole ArrayBuffers of their own: fit for posting. `kind` is an index into LINK_KINDS. */
export interface LinkBatch {
  cause: Uint32Array;
  effect: Uint32Array;
  kind: Uint8Array;
}

const uint32 = (length: number) => new Uint32Array(length);

/** Links in the order of their effects. Lookups cost the number of links found (and a binary search for causes). */
export class LinkStore {
  #cause = new Growable(uint32);
  #effect = new Growable(uint32);
  #kind = new Growable((length) => new Uint8Array(length));
  /** Of each link, the one before it with the same cause, counted from 1; 0 for none. */
  #before = new Growable(uint32);
  /** Of each row, its latest link as a cause, counted from 1. */
  #latest = new Growable(uint32);

  get length(): number {
    return this.#cause.length;
  }

  /**
   * Adds a link; its effect is the newest row. One that does not point backwards, or whose effect is older than that of the
   * link before it, is left out, and false returned.
   */
  add({ cause, effect, kind }: Link): boolean {
    const at = this.#cause.length;
    if (!(cause >= 0 && cause < effect) || (at > 0 && effect < this.#effect.at(at - 1))) return false;
    this.#cause.push(cause);
    this.#effect.push(effect);
    this.#kind.push(LINK_KINDS.indexOf(kind));
    this.#before.push(this.#latest.at(cause));
    this.#latest.set(cause, at + 1);
    return true;
  }

  /** Links to the causes of a row. */
  causesOf(row: number): Link[] {
    const found: Link[] = [];
    for (let at = this.#effect.after(row) - 1; at >= 0 && this.#effect.at(at) === row; at--) found.push(this.#link(at));
    return found.reverse();
  }

  /** Links to the effects of a row, earliest first, at most `most`. */
  effectsOf(row: number, most = Infinity): Link[] {
    const found: Link[] = [];
    for (let at = this.#latest.at(row); at > 0; at = this.#before.at(at - 1)) found.push(this.#link(at - 1));
    return found.reverse().slice(0, most);
  }

  /** Links from the nth on, for posting. */
  since(first: number): LinkBatch {
    return { cause: this.#cause.slice(first), effect: this.#effect.slice(first), kind: this.#kind.slice(first) };
  }

  /** Takes over what another store gave with `since`. */
  append({ cause, effect, kind }: LinkBatch): void {
    for (let at = 0; at < cause.length; at++) {
      const name = LINK_KINDS[kind[at] ?? -1];
      if (name) this.add({ cause: cause[at] ?? 0, effect: effect[at] ?? 0, kind: name });
    }
  }

  #link(at: number): Link {
    return {
      cause: this.#cause.at(at),
      effect: this.#effect.at(at),
      kind: LINK_KINDS[this.#kind.at(at)] ?? 'answered',
    };
  }
}

/** What a row came of, and what came of it, near ones first. */
export interface Related {
  causes: Link[];
  effects: Link[];
}

/** Everything a row came of and everything that came of it, step by step outwards; at most `most` links each way. */
export function relatedTo(links: LinkStore, row: number, most = 200): Related {
  const walk = (step: (row: number) => Link[], end: (link: Link) => number): Link[] => {
    const found: Link[] = [];
    const seen = new Set([row]);
    // The set grows while it is walked.
    for (const at of seen) {
      for (const link of step(at)) {
        if (found.length >= most) return found;
        found.push(link);
        seen.add(end(link));
      }
    }
    return found;
  };
  return {
    causes: walk(
      (at) => links.causesOf(at),
      (link) => link.cause,
    ),
    effects: walk(
      (at) => links.effectsOf(at, most),
      (link) => link.effect,
    ),
  };
}
