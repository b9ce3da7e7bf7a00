import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp } from '../fidelity/bed';
import { replay } from './running';
import { linesOf, sentBy } from './taped';

const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const recorded = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
/** Their sound is cut to 32 bytes, so no turn detection hears anything. */
const SPOKEN = /server_vad/;

afterEach(cleanUp);

describe.runIf(recorded.length > 0)('a session recorded from a live service, replayed to the simulator', () => {
  it.each(recorded.filter((name) => !SPOKEN.test(name)))('%s is sent whole, in its order', async (name) => {
    const file = path.join(folder, name);
    const result = await replay(file, { gateTimeoutMs: 4000 });
    expect(result).toMatchObject({ ending: { kind: 'completed' }, skipped: [] });
    const recordedEvents = linesOf(file).flatMap((line) => {
      const { direction, event } = line as unknown as { direction: string; event: { type: string } };
      return direction === 'client' ? [event.type] : [];
    });
    expect(sentBy(result.trace)).toEqual(recordedEvents);
    const header = linesOf(result.trace)[0] as unknown as { replayOf: object };
    expect(header.replayOf).toMatchObject({ session: expect.any(String) as string });
  });

  it.each(recorded.filter((name) => SPOKEN.test(name)))('%s says what never came', async (name) => {
    const result = await replay(path.join(folder, name), { gateTimeoutMs: 1500 });
    expect(result.ending).toMatchObject({ kind: 'stalled', frame: 'The end' });
    expect(result.message).toMatch(/waited for what did not come: speech 1: started/);
  });
});
