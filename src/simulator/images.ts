/** Images as input: what is refused, and what they cost. */
import { isObject, refusal } from './wire';

/** A picture in little, and in tiles of 512 pixels on top. Published for image input of other models; not seen on a realtime session. */
const BASE_TOKENS = 65;
const TILE_TOKENS = 129;
const TILE = 512;
/** Taken for a picture whose size is not in its data (a URL, an unknown form), pixels. */
const UNKNOWN = { width: 1024, height: 1024 };

/** Throws a `Refusal` unless it is a data URL of a PNG or JPEG image, or a web address. */
export function checkImage(url: string, path: string): void {
  if (/^https?:\/\/\S+$/i.test(url)) return;
  const data = /^data:image\/(?:png|jpe?g);base64,([A-Za-z0-9+/]+={0,2})$/i.exec(url)?.[1];
  if (data === undefined) throw refusal('imageInvalid', { path }, path);
}

/** Tokens of an `input_image` part; 0 for any other. */
export function imageTokens(part: unknown): number {
  if (!isObject(part) || part['type'] !== 'input_image') return 0;
  if (part['detail'] === 'low') return BASE_TOKENS;
  const { width, height } = sizeOf(String(part['image_url'] ?? ''));
  // The picture is made to fit 2048 pixels, its shorter side then 768.
  const fit = Math.min(1, 2048 / Math.max(width, height));
  const shrink = Math.min(1, 768 / (Math.min(width, height) * fit));
  const tiles = [width, height].map((side) => Math.max(1, Math.ceil((side * fit * shrink) / TILE)));
  return BASE_TOKENS + TILE_TOKENS * (tiles[0] ?? 1) * (tiles[1] ?? 1);
}

function sizeOf(url: string): { width: number; height: number } {
  const data = /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1];
  if (data === undefined) return UNKNOWN;
  const bytes = Buffer.from(data.slice(0, 400_000), 'base64');
  if (bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47) {
    return sized(bytes.readUInt32BE(16), bytes.readUInt32BE(20));
  }
  // JPEG: segments, each with its length, until one that begins a frame.
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return sized(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5));
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return UNKNOWN;
}

function sized(width: number, height: number): { width: number; height: number } {
  return width > 0 && height > 0 ? { width, height } : UNKNOWN;
}
