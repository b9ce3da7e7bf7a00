/** Parts of `ws` that its types leave out; checked against ws 8.23. */
import { Writable } from 'node:stream';
import 'ws';

declare module 'ws' {
  export class PerMessageDeflate {
    constructor(options?: { isServer?: boolean; maxPayload?: number; serverNoContextTakeover?: boolean });
    /** The negotiated parameters; set directly, because a tap negotiates nothing. */
    params: Record<string, number | boolean> | null;
    cleanup(): void;
  }
  export class Receiver extends Writable {
    constructor(options: {
      isServer: boolean;
      extensions?: Record<string, PerMessageDeflate>;
      maxPayload: number;
      skipUTF8Validation: boolean;
      allowSynchronousEvents: boolean;
      binaryType: 'nodebuffer';
    });
  }
  export class Sender {
    static frame(
      data: Buffer,
      options: { fin: boolean; opcode: number; mask: boolean; rsv1: boolean; readOnly: boolean },
    ): Buffer[];
  }
  export const extension: { parse(header: string): Record<string, Record<string, string | true>[]> };
}
