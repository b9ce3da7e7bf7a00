/** A microphone for apps that have none: never silent on the wire, and as fast as the clock. */
const PIECE_MS = 100;
const BYTES_PER_MS = 48;

export class Microphone {
  #said: Uint8Array[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `heard` gets 100 ms of PCM16 (24 kHz) every 100 ms: what is being said, else silence. */
  constructor(private readonly heard: (pcm: Uint8Array<ArrayBuffer>) => void) {}

  open(): void {
    const startMs = performance.now();
    let pieces = 0;
    // A timer that comes late has more to send: sound does not wait for it.
    const catchUp = (): void => {
      for (; pieces * PIECE_MS <= performance.now() - startMs; pieces += 1) this.heard(this.#next());
    };
    this.#timer = setInterval(catchUp, PIECE_MS);
    catchUp();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Someone speaks, after whatever is being said already. */
  say(pcm: Uint8Array): void {
    for (let at = 0; at < pcm.length; at += PIECE_MS * BYTES_PER_MS) {
      this.#said.push(pcm.subarray(at, at + PIECE_MS * BYTES_PER_MS));
    }
  }

  #next(): Uint8Array<ArrayBuffer> {
    const piece = new Uint8Array(PIECE_MS * BYTES_PER_MS);
    piece.set(this.#said.shift() ?? []);
    return piece;
  }
}

/** Base64 without Node's help, for the browser. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
