/** What a trace is compared by: its steps, and what can be read of them again. */
import type { JsonObject } from '../analysis/json';
import type { AudioFormat } from '../audio/format';
import type { ComparedEvent, ComparedSession, ComparedTrace } from './model';
import type { SoundPrint } from './sound';

/** A step with what is compared of it. */
export interface Step extends ComparedEvent {
  /** What it is, whatever it holds: two steps with other keys are never a pair. */
  key: string;
  /**
   * Steps of one lane keep their order; between lanes it is chance. `whole` ones belong to the session, not to a turn.
   */
  lane: string;
  whole: boolean;
  /** Hash of all it holds, ids and moments left out. */
  digest: string;
  /** Its ids, in the order of its normalised fields. */
  ids: string[];
  response: string;
  item: string;
  call: string;
  /** Where its line lies; undefined for what was folded, or is no event. */
  place: { offset: number; bytes: number } | undefined;
  /** What it holds where that is not read from the file: the words of a stream, a handshake. */
  content: JsonObject | undefined;
  /** Words that one end said. */
  said: { by: 'user' | 'model'; text: string; finished: boolean } | undefined;
  /** Hash of the sound alone; '' without. */
  sound: string;
  /** Where its sound lies, in the order of the pieces; undefined without. */
  pieces: SoundPieces | undefined;
  /** A call of a tool that is complete, or what the app answers to one. */
  called: { name: string; arguments: string } | { output: string } | undefined;
}

/** The lines that hold a sound, and its format; a format of another beginning is in force from that piece on. */
export interface SoundPieces {
  offsets: number[];
  bytes: number[];
  field: 'audio' | 'delta';
  formats: { from: number; format: AudioFormat }[];
}

/** A session of a trace. */
export interface SessionSteps extends ComparedSession {
  steps: Step[];
}

/** A trace, read once. */
export interface TraceSteps {
  trace: ComparedTrace;
  sessions: SessionSteps[];
  /** Answers the parsed bodies of steps that have a place, undefined where they cannot be read again. */
  bodies(steps: readonly Step[]): Promise<(JsonObject | undefined)[]>;
  /** Reads the sound of a step again: its print. */
  soundOf(pieces: SoundPieces): Promise<SoundPrint>;
  close(): Promise<void>;
}
