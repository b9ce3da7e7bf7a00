/** What `share` found and did, in words. */
import { formatBytes } from '../analysis/format';
import { MASKS } from './mask';
import type { ShareReport } from './share';

/** Longest line with several examples in it, characters. */
const WIDTH = 100;

/** A report of `share` for people. */
export function formatShare({ found, masked, opaque, stays, suspects, suspectCount }: ShareReport): string {
  const lines = ['What is in it:'];
  for (const mask of MASKS) {
    const { values, size } = found[mask];
    if (values === 0) continue;
    const amount = mask === 'audio' ? formatBytes(size) : `${size} characters`;
    lines.push(`  ${masked.includes(mask) ? 'masked' : 'STAYS '}  ${mask}: ${values} values, ${amount}`);
  }
  if (opaque > 0)
    lines.push(
      `  ${masked.length > 0 ? 'masked' : 'STAYS '}  ${opaque} messages that are no JSON${masked.length > 0 ? ' (whole)' : ''}`,
    );
  lines.push('What stays:');
  lines.push('  times, sizes, ids, types and the order of all messages');
  for (const { what, count, examples } of stays) {
    const more = count > examples.length ? `, and ${count - examples.length} more` : '';
    const line = `  ${what}: ${examples.join(' | ')}${more}`;
    if (line.length <= WIDTH) lines.push(line);
    // What has to be judged must not run off the screen.
    else lines.push(`  ${what}${more}:`, ...examples.map((example) => `    ${example}`));
  }
  if (suspectCount === 0) lines.push('Nothing in it has the shape of a key, an address or a number to call.');
  else {
    lines.push(`LOOK AT THESE: ${suspectCount} ${suspectCount === 1 ? 'place has' : 'places have'} the shape of`);
    for (const { line, seq, shape } of suspects)
      lines.push(`  ${shape} (line ${line}${seq === undefined ? '' : `, message #${seq}`})`);
    if (suspectCount > suspects.length) lines.push(`  and ${suspectCount - suspects.length} more`);
  }
  return `${lines.join('\n')}\n`;
}
