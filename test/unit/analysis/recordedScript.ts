import type { TracedEvent } from '../../../src/analysis/model';
import type { Json, ServerEvent } from '../../../src/simulator/wire';
import { Script } from '../simulator/script';
import { Said, traced } from './wire';
import { Analysis } from '../../../src/analysis/analysis';

/** A session of the simulator, with both sides of it as the document would hand them over. */
export class RecordedScript extends Script {
  readonly events: TracedEvent[] = [];
  #read = 0;

  override send(event: Json | string | Uint8Array): ServerEvent[] {
    // What the server has said by itself came before this.
    this.#catchUp();
    if (!(event instanceof Uint8Array)) {
      this.#record('client', this.nowMs, typeof event === 'string' ? (JSON.parse(event) as Json) : event);
    }
    const answers = super.send(event);
    this.#catchUp();
    return answers;
  }

  override wait(ms: number): ServerEvent[] {
    const events = super.wait(ms);
    this.#catchUp();
    return events;
  }

  /** The analysis of all of it. */
  analysed(): { analysis: Analysis; said: Said } {
    this.#catchUp();
    const analysis = new Analysis();
    const said = new Said();
    for (const event of this.events) analysis.event(event);
    said.add(analysis.take());
    return { analysis, said };
  }

  #catchUp(): void {
    for (const { atMs, event } of this.all.slice(this.#read)) this.#record('server', atMs, event);
    this.#read = this.all.length;
  }

  #record(from: 'client' | 'server', t: number, event: Json): void {
    const audio = from === 'client' ? event.audio : event.type === 'response.output_audio.delta' ? event.delta : '';
    const audioMs = typeof audio === 'string' ? Buffer.from(audio, 'base64').length / 48 : 0;
    const at = Math.max(t, this.events.at(-1)?.t ?? 0);
    this.events.push(traced(this.events.length, at, from, event, { audioMs }));
  }
}
