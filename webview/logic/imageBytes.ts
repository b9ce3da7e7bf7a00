/** Pictures in events: what their bytes say they are, whatever the event calls them. */

export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';

/** Bytes decoded at most; a larger picture is told of, not shown. */
const mostBytes = 20_000_000;

const starts = (bytes: Uint8Array, at: number, ...values: number[]) =>
  values.every((value, n) => bytes[at + n] === value);

/** The type by the first bytes; undefined for anything else, SVG included: that one can hold scripts and links. */
export function imageType(bytes: Uint8Array): ImageType | undefined {
  if (starts(bytes, 0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  if (starts(bytes, 0, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (starts(bytes, 0, 0x47, 0x49, 0x46, 0x38)) return 'image/gif';
  if (starts(bytes, 0, 0x52, 0x49, 0x46, 0x46) && starts(bytes, 8, 0x57, 0x45, 0x42, 0x50)) return 'image/webp';
  return undefined;
}

/** The base64 of a `data:` URL (`said` is the type it names) or of bare base64; undefined for any other text. */
export function imageBase64(text: string): { base64: string; said: string } | undefined {
  const match = /^data:([a-z0-9.+/-]*)((?:;[^,;]*)*),/i.exec(text.slice(0, 256));
  if (match !== null)
    return /;base64$/i.test(match[2] ?? '') ? { base64: text.slice(match[0].length), said: match[1] ?? '' } : undefined;
  return /^[A-Za-z0-9+/]{64}/.test(text) ? { base64: text, said: '' } : undefined;
}

/** True for a text that by its beginning is a picture this page shows. */
export function looksLikeImage(text: string): boolean {
  const found = imageBase64(text);
  if (found === undefined) return false;
  const head = decode(found.base64.slice(0, 32));
  return head !== undefined && imageType(head) !== undefined;
}

/** The picture's bytes and true type; undefined when it is none, is broken, or is too large. */
export function readImage(text: string): { bytes: Uint8Array<ArrayBuffer>; type: ImageType } | undefined {
  const found = imageBase64(text);
  if (found === undefined || found.base64.length > (mostBytes / 3) * 4) return undefined;
  const bytes = decode(found.base64);
  const type = bytes === undefined ? undefined : imageType(bytes);
  return bytes === undefined || type === undefined ? undefined : { bytes, type };
}

function decode(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
