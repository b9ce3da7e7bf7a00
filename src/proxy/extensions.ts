/** What the 101 says of the WebSocket's extensions. */
import { extension } from 'ws';

/**
 * The negotiated parameters of permessage-deflate, numbers as numbers, when it was negotiated; `problem` when messages
 * cannot be decoded: another extension, or a header that makes no sense.
 */
export function extensionsOf(header: string | undefined): {
  deflate?: Record<string, number | boolean>;
  problem?: string;
} {
  if (!header) return {};
  let parsed: ReturnType<typeof extension.parse>;
  try {
    parsed = extension.parse(header);
  } catch {
    return { problem: 'the upstream negotiated its extensions in a header that cannot be read' };
  }
  const other = Object.keys(parsed).find((name) => name !== 'permessage-deflate');
  if (other !== undefined) return { problem: `the extension "${other}" is not known here` };
  const deflate: Record<string, number | boolean> = {};
  for (const [name, value] of Object.entries(parsed['permessage-deflate']?.[0] ?? {})) {
    const one = Array.isArray(value) ? value[0] : value;
    deflate[name] = one === true ? true : Number(one);
    if (name.endsWith('_max_window_bits') && one !== true && !(Number(one) >= 8 && Number(one) <= 15))
      return { problem: `the compression parameter ${name} is out of range` };
  }
  return { deflate };
}
