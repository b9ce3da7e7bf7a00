/**
 * A scenario: what the model of a simulated session says and does. A file may hold one (`docs/simulator.md`), and one can
 * be made from a recorded session. Everything is optional; an empty scenario is the default conversation.
 */
import type { FailureName } from './texts';
import type { Json } from './wire';

export interface Scenario {
  /** Remark for people; nothing reads it. */
  description?: string;
  /** `azure` repeats a content part as `content`; `legacy` speaks with the retired event names beside the new ones. */
  dialect?: 'ga' | 'azure' | 'legacy';
  /** Laid over the defaults that `session.created` shows. */
  session?: Json;
  /** False for a connection that joins a call: no `session.created`. */
  greets?: boolean;
  /** Right after the handshake: this error, and the connection ends. */
  turnsAway?: { error: Json };
  /** `accept` takes fields and values nobody has heard of and shows them again, as newer servers do with newer ones. */
  unknownFields?: 'refuse' | 'accept';
  /** False leaves the random `obfuscation` beside deltas out. */
  obfuscation?: boolean;
  /** A connection without any key is turned away. */
  requireKey?: boolean;
  /** Life of the session in ms, 3600000 unless given. */
  expiresAfterMs?: number;
  /** The socket is dropped without a word after so many ms. */
  dropAfterMs?: number;
  /** What responses hold; the first that matches is taken, and the default conversation where none does. */
  turns?: Turn[];
  /** Input transcriptions, in the order in which user audio became items; null for none at all. */
  transcripts?: (Transcript | null)[];
  /** How late turn detection tells what it hears, in the order of speeches; the last one for all further ones. */
  speech?: SpeechTiming[];
  /** By type, how long its client events take until they are dealt with, one after another, ms; the last one for all further ones. */
  takesMs?: Record<string, number[]>;
  /** Client events that are answered with an error and otherwise ignored. */
  refusals?: ScriptedRefusal[];
  /** What the caller does on a call whose media does not pass here. */
  caller?: CallerMove[];
  /** Scripted MCP servers by `server_label`. */
  mcp?: Record<string, McpScript>;
  /** Stored prompts by id. Where any is given, an id not among them is refused. */
  prompts?: Record<string, StoredPrompt>;
}

/** Fields of a session that a stored prompt brings along. */
export interface StoredPrompt {
  /** With `{{name}}` for each of its variables. */
  instructions?: string;
  tools?: Json[];
  /** The only version there is; any is taken unless given. */
  version?: string;
}

/** Each is as early as it can be unless given, and never earlier. */
export interface SpeechTiming {
  /** From the moment when the sound at `audio_start_ms` was captured to `speech_started`, ms. */
  startedAfterMs?: number;
  /** From the moment when the sound at `audio_end_ms` was captured to `speech_stopped`, ms. */
  stoppedAfterMs?: number;
  /** From `speech_stopped` to `input_audio_buffer.committed`, ms. */
  committedAfterMs?: number;
  /** From there to the beginning of the response, ms. */
  answeredAfterMs?: number;
}

export interface Turn {
  /** All that is given must hold; left out, the turn always matches. */
  when?: Condition;
  /** One answer, or several that are given one after another; the last one again and again. */
  answer: Answer | Answer[];
}

export interface Condition {
  /**
   * In the newest user message: words (upper and lower case alike) or `/a regular expression/flags`. Never where the newest
   * input is the output of a tool or the answer to a request for approval.
   */
  text?: string;
  /** In the instructions of the response, likewise. */
  instructions?: string;
  /** Number of the response in the session, from 1. */
  turn?: number;
  /** Length of the newest user message's audio, ms, both ends included. Never after the output of a tool, likewise. */
  audioMs?: { min?: number; max?: number };
  /** The newest input is the output of that function or MCP tool, alone or among others. */
  afterCall?: string;
}

/** Plain words are a message of them. */
export type Answer =
  | string
  | {
      /** Between `response.created` and the first item, ms. */
      delayMs?: number;
      output?: ScriptedItem[];
      /** The order of steps when items overlap: `open 0`, `say 0 x3` (three pieces), `wait 20` (ms), `close 0`. */
      order?: string[];
      /** How it ends. `held` goes on until it is cancelled. */
      status?: 'completed' | 'held' | 'incomplete' | 'failed';
      /** Why it is incomplete or has failed, as in `status_details`. */
      reason?: string;
      /** Ends it as failed. */
      error?: FailureName | Json;
      /** No response at all: an `error` event with these fields. */
      refuse?: Json;
      usage?: Json | null;
      /** Limits told after it; false for none. */
      rateLimits?: Json[] | false;
      /** How long after it, ms; 43 unless given. */
      limitsAfterMs?: number;
      /** Types of the closing events sent when it is cut short; all of them unless given. */
      closing?: string[];
      /** How long it goes on when someone speaks over it, ms. */
      cutAfterMs?: number;
      /** What the connection does afterwards. */
      then?: 'drop' | 'expire';
    };

/** Words, or ms of sound, or a wait in ms, or sound itself (base64 PCM16, 24 kHz). */
export type Piece = string | number | { wait: number } | { audio: string };

/** An item of a response. */
export type ScriptedItem = SayItem | CallItem | McpItem | { parrot: true };

export interface SayItem {
  say: string;
  /** How it comes, piece by piece; made up when left out. */
  pieces?: Piece[];
  /** Its sound when the response is spoken: a WAV file beside the scenario, or the built-in voice (`ms` long). */
  audio?: {
    file?: string;
    /** What the file holds: base64 of PCM16, 24 kHz. */
    pcm?: string;
    voice?: string;
    ms?: number;
  };
  phase?: string;
}

export interface CallItem {
  call: string;
  /** An object, or JSON text; made up from the tool's schema when left out. */
  arguments?: string | Json;
  pieces?: Piece[];
  phase?: string;
}

export interface McpItem {
  mcpCall: string;
  server: string;
  arguments?: string | Json;
  output?: string;
  /** The call fails with this. */
  error?: string | Json;
  /** Id of the request that allowed it. */
  approvedBy?: string;
  /** Asks for approval instead. */
  approval?: boolean;
  /** How long the tool runs, ms; 120 unless given. */
  takesMs?: number;
  pieces?: Piece[];
}

export interface Transcript {
  transcript: string;
  /** Words, and waits between them; with a wait the script has its own pace. */
  pieces?: Piece[];
  /** How many of the words come while the user still speaks. */
  early?: number;
  /** From `speech_started` to the first of those, ms. */
  earlyAfterMs?: number;
  /** From `input_audio_buffer.committed` to the first of the others, ms; 150 unless given. */
  afterMs?: number;
  /** `usage` of the completed event. */
  usage?: Json;
  /** The transcription fails with this. */
  error?: Json;
  /** It goes on and is never completed. */
  open?: boolean;
  /** Who said what, for models that tell speakers apart. */
  segments?: { speaker: string; text: string; start: number; end: number }[];
}

export interface ScriptedRefusal {
  /** Type of the client event. */
  on: string;
  /** Which one of that type, from 1; left out: every one. */
  nth?: number;
  /** Fields of the error: `type`, `code`, `message`, `param`. */
  error: Json;
  /** It comes so many ms later, as errors of a busy live service do; at once unless given. */
  afterMs?: number;
}

/** Speaks for so many ms, or presses a key of the telephone. Times count from the session's beginning. */
export type CallerMove = { atMs: number; speaksMs: number } | { atMs: number; presses: string };

export interface McpScript {
  tools?: { name: string; description?: string; inputSchema?: Json; output?: string; error?: string }[];
  /** How long that list takes, ms; 150 unless given. */
  takesMs?: number;
  /** Listing its tools fails. */
  fails?: boolean;
}
