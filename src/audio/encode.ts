/** ITU-T G.711 from 16-bit samples: a sign, three bits of exponent, four of mantissa. */

/** A mu-law byte: a bias of 132, and all bits turned over. */
export function toMuLaw(sample: number): number {
  const size = Math.min(32_635, Math.abs(sample)) + 132;
  const exponent = Math.max(0, 24 - Math.clz32(size));
  const mantissa = (size >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

/** An A-law byte: every other bit turned over, and a linear lowest segment. */
export function toALaw(sample: number): number {
  const size = Math.min(32_767, sample < 0 ? -sample - 1 : sample);
  const exponent = Math.max(0, 24 - Math.clz32(size));
  const mantissa = (size >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55;
}
