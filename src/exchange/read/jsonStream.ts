/** A JSON file of any size, value by value: only what is asked for is put together, one value at a time. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { getManyValues, isMany } from 'stream-chain/defs.js';
import { Assembler } from 'stream-json/core/assembler.js';
import { jsonParser, type Token } from 'stream-json/core/parser.js';
import type { Work } from '../../rewrite/source';

/** Where a value stands: names of properties and places in lists. Valid until the call returns. */
export type Path = readonly (string | number)[];

/** What is wanted of a JSON file. */
export interface Visitor {
  /** Of a value that begins: look into it, take it whole, or pass over it. A text or number looked into is nothing. */
  want(path: Path, isArray: boolean): 'into' | 'take' | 'skip';
  value(path: Path, value: unknown): void;
  /** An object or list that was looked into has ended. */
  leave?(path: Path): void;
}

/** Texts longer than this are left out of values (64 MiB), as the longest line of a trace is. */
const LONGEST_TEXT = 64 << 20;

/** Characters handed to the parser at once, at least. */
const PIECE = 256;

/** Reads the file. Resolves with what is wrong with it, for people: '' when all of it could be read. Rejects as `fs` does. */
export async function readJson(file: string, visitor: Visitor, { signal, progress }: Work = {}): Promise<string> {
  const { size } = await stat(file);
  const tokens = jsonParser({ packValues: true, streamValues: false });
  const walk = new Walk(visitor);
  let read = 0;
  const stream = createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 });
  let first = true;
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    let text = chunk as string;
    if (first) text = text.replace(/^\uFEFF/, '');
    first = false;
    for (let at = 0; at < text.length;) {
      // What the parser has understood of a piece is lost with the piece when it breaks: so pieces are small, and end with values.
      const end = text.indexOf('}', at + PIECE) + 1 || text.length;
      let found: ReturnType<typeof tokens>;
      try {
        found = tokens(text.slice(at, end));
      } catch (error) {
        stream.destroy();
        const place = read + Buffer.byteLength(text.slice(0, at));
        return `It is no JSON after about byte ${place}: ${reason(error)}. What stands before it was read.`;
      }
      if (isMany(found)) for (const token of getManyValues(found)) walk.take(token as Token);
      at = end;
    }
    read = stream.bytesRead;
    if (size > 0) progress?.(read / size);
  }
  if (walk.isComplete) return '';
  return `It ends in the middle, after ${read} bytes. What is there was read.`;
}

const reason = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).replace('Parser cannot parse input: ', '');

class Walk {
  isComplete = false;
  readonly #visitor: Visitor;
  readonly #path: (string | number)[] = [];
  /** Of each container looked into: whether it is a list. */
  readonly #open: boolean[] = [];
  #assembler: Assembler | undefined;
  /** Containers open within the value that is taken or passed over. */
  #depth = 0;
  #skips = false;

  constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  take(token: Token): void {
    if (this.#assembler || this.#skips) return this.#inside(token);
    switch (token.name) {
      case 'keyValue':
        this.#path[this.#path.length - 1] = token.value;
        return;
      case 'endObject':
      case 'endArray':
        this.#open.pop();
        this.#path.pop();
        this.#visitor.leave?.(this.#path);
        return this.#ended();
      default:
        return this.#begin(token);
    }
  }

  #begin(token: Token): void {
    const isContainer = token.name === 'startObject' || token.name === 'startArray';
    const want = this.#visitor.want(this.#path, token.name === 'startArray');
    if (want === 'into' && isContainer) {
      this.#open.push(token.name === 'startArray');
      this.#path.push(token.name === 'startArray' ? 0 : '');
      return;
    }
    if (!isContainer) {
      if (want === 'take') this.#visitor.value(this.#path, scalar(token));
      return this.#ended();
    }
    this.#depth = 1;
    if (want !== 'take') this.#skips = true;
    else {
      this.#assembler = new Assembler();
      this.#assembler.consume(token);
    }
  }

  #inside(token: Token): void {
    if (token.name === 'startObject' || token.name === 'startArray') this.#depth += 1;
    if (token.name === 'endObject' || token.name === 'endArray') this.#depth -= 1;
    const isLong = token.name === 'stringValue' && token.value.length > LONGEST_TEXT;
    this.#assembler?.consume(isLong ? { name: 'nullValue', value: null } : token);
    if (this.#depth > 0) return;
    const value: unknown = this.#assembler?.current;
    const taken = this.#assembler !== undefined;
    this.#assembler = undefined;
    this.#skips = false;
    if (taken) this.#visitor.value(this.#path, value);
    this.#ended();
  }

  /** A value is over: in a list the next one stands one further on. */
  #ended(): void {
    if (this.#open.length === 0) this.isComplete = true;
    const last = this.#path.length - 1;
    if (this.#open.at(-1) === true) this.#path[last] = (this.#path[last] as number) + 1;
  }
}

function scalar(token: Token): unknown {
  switch (token.name) {
    case 'stringValue':
      return token.value.length > LONGEST_TEXT ? null : token.value;
    case 'numberValue':
      return Number(token.value);
    case 'trueValue':
      return true;
    case 'falseValue':
      return false;
    default:
      return null;
  }
}
