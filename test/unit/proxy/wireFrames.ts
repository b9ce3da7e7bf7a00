/** Frames made by ws's own Sender, for tests that need them on no socket. */
import { Sender } from 'ws';

/** One frame as bytes. A client's is masked, as RFC 6455 5.3 demands. */
export function frame(
  payload: Buffer | string,
  options: { opcode?: number; fin?: boolean; rsv1?: boolean; mask?: boolean } = {},
): Buffer {
  return Buffer.concat(
    Sender.frame(Buffer.from(payload), {
      opcode: options.opcode ?? 1,
      fin: options.fin ?? true,
      rsv1: options.rsv1 ?? false,
      mask: options.mask ?? false,
      readOnly: true,
    }),
  );
}

/** The bytes cut into pieces of every size from 1 to `most`, over and over. */
export function* pieces(bytes: Buffer, most: number): Generator<Buffer> {
  let size = 1;
  for (let at = 0; at < bytes.length; at += size, size = (size % most) + 1) yield bytes.subarray(at, at + size);
}
