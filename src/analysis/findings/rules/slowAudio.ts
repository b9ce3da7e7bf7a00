/** Answers whose first sound comes late: beyond about two seconds people think the line is dead and speak again. */
import { formatMs } from '../../format';
import { dig } from '../../json';
import type { SessionFacts } from '../facts';
import type { Rule, Seen } from '../rule';
import { seconds } from '../text';

/** 95% of the turns should be below it, ms from the arrival of speech_stopped to the first audio. */
const SLOW_MS = 2000;
/** With fewer turns a percentile says nothing. */
const ENOUGH = 5;
/** A silence as long as this is told of each time, and is a warning, ms: people ask whether anybody is there. */
const SILENCE_MS = 3000;
/** Turns that are remembered. */
const MOST = 500;
/** Silences that are kept one by one. */
const KEPT = 50;

const FIRST_SOUND = new Set(['response.output_audio.delta', 'response.audio.delta']);

interface Wait extends Seen {
  ms: number;
  /** What the most of it went by with, and what to do about that. */
  cause: { explanation: string; advice: string };
}

export const slowAudio: Rule = {
  rule: 'slow-first-audio',
  looksFor:
    'first audio later than three seconds after the end of speech, or than two seconds at the 95th percentile of five or more turns',
  create(facts, report) {
    let stopped: { row: number; t: number } | undefined;
    let slowTurns = 0;
    const turns: Wait[] = [];
    /** The longest first. */
    const silences: Wait[] = [];
    let silenceCount = 0;

    const tell = (): void => {
      const isMany = turns.length >= ENOUGH;
      const sorted = isMany ? turns.map(({ ms }) => ms).sort((a, b) => a - b) : [];
      const at = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
      const of = isMany
        ? ` Of ${turns.length} spoken turns, half had their first audio within ${formatMs(at(0.5))} of speech_stopped and 95% within ${formatMs(at(0.95))}.`
        : '';
      const [longest, ...others] = silences;
      if (longest) {
        const { ms, cause } = longest;
        report.put(
          '',
          [longest, ...others],
          {
            severity: 'warning',
            title: `First audio took ${formatMs(ms)}`,
            explanation: `For ${formatMs(ms)} after speech_stopped nothing was heard. After about two seconds people think the line is dead; from three on they ask whether anybody is there, and interrupt the answer with it. ${cause.explanation}${of}`,
            advice: cause.advice,
          },
          silenceCount,
        );
        return;
      }
      // The 95th percentile is slow as soon as more than the last twentieth is.
      if (!isMany || slowTurns <= turns.length - Math.ceil(turns.length * 0.95)) return report.withdraw('');
      const slow = turns.filter(({ ms }) => ms > SLOW_MS).sort((a, b) => b.ms - a.ms);
      const [slowest, ...rest] = slow;
      if (!slowest) return;
      const [p95, count] = [at(0.95), slow.length];
      report.put(
        '',
        [slowest, ...rest.slice(0, KEPT)],
        {
          severity: 'info',
          title: () => `First audio takes ${formatMs(p95)} at the 95th percentile`,
          explanation: `${of.trim()} ${count === 1 ? 'One' : count} took longer than ${formatMs(SLOW_MS)}, the slowest ${formatMs(slowest.ms)}. ${slowest.cause.explanation}`,
          advice: slowest.cause.advice,
        },
        count,
      );
    };

    return {
      event({ type, from, row, t }) {
        if (from === 'server' && type === 'input_audio_buffer.speech_stopped') stopped = { row, t };
        // Speaking on, or a tool in between, is no slowness of the answer.
        else if (type === 'input_audio_buffer.speech_started') stopped = undefined;
        else if (type === 'response.function_call_arguments.done') stopped = undefined;
      },
      delta({ type, from, row, t, audioMs, response }) {
        if (!stopped || from !== 'server' || audioMs <= 0 || !FIRST_SOUND.has(type)) return;
        const ms = t - stopped.t;
        const begun = facts.responses.get(response);
        const rows = begun && begun.row > stopped.row ? [stopped.row, begun.row, row] : [stopped.row, row];
        const isSilence = ms >= SILENCE_MS;
        const wait = { t: stopped.t, rows, ms, cause: causeOf(facts, stopped, t, response) };
        stopped = undefined;
        turns.push(wait);
        if (ms > SLOW_MS) slowTurns++;
        if (turns.length > MOST && (turns.shift()?.ms ?? 0) > SLOW_MS) slowTurns--;
        if (isSilence) {
          silenceCount++;
          const place = silences.findIndex((one) => one.ms < ms);
          silences.splice(place < 0 ? silences.length : place, 0, wait);
          if (silences.length > KEPT) silences.pop();
        }
        // Sorting can wait until there is something to tell, or to take back.
        if (silenceCount > 0 || slowTurns > 0 || turns.length === ENOUGH) tell();
      },
    };
  },
};

/** Who the silence went by with: the inspector that held the request, the app that asks late, the server that begins late, or the model. */
function causeOf(
  facts: SessionFacts,
  stopped: { row: number; t: number },
  heard: number,
  response: string,
): Wait['cause'] {
  const begun = facts.responses.get(response);
  const silence = dig(facts.turnDetection(), 'silence_duration_ms');
  const before =
    typeof silence === 'number' ? ` Before it turn detection had waited for ${silence} ms of silence already.` : '';
  if (!begun || begun.row < stopped.row)
    return {
      explanation: `Nothing tells when its response began.${before}`,
      advice: MODEL,
    };
  const [toBegin, toSound] = [begun.t - stopped.t, heard - begun.t];
  if (toSound >= toBegin)
    return {
      explanation: `The time is the model’s: response.created came ${formatMs(toBegin)} after speech_stopped, and the first audio ${formatMs(toSound)} after that.${before}`,
      advice: MODEL,
    };
  const parts = `response.created came ${formatMs(toBegin)} after speech_stopped, the first audio only ${seconds(toSound)} after that`;
  if (begun.heldMs >= toBegin / 2)
    return {
      explanation: `The inspector held the request: response.create waited ${formatMs(begun.heldMs)} at a breakpoint or a rule; ${parts}.${before}`,
      advice:
        'This says nothing of the app or the service: let the request go sooner, or take the breakpoint or rule away.',
    };
  return begun.askedRow === undefined
    ? {
        explanation: `The time went by before the response began, not in the model: ${parts}.${before}`,
        advice:
          'Look at what came between speech_stopped and response.created: a response that still ran, or an answer cancelled before. If nothing did, the service was slow to begin; keep the time for its support.',
      }
    : {
        explanation: `The app asked late: ${parts}, and the app had to ask for it.${before}`,
        advice:
          'Send response.create as soon as input_audio_buffer.committed comes, before other work; or let turn detection begin the answer (turn_detection.create_response).',
      };
}

const MODEL =
  'Shorten instructions, tools and the conversation, which the model reads before it speaks, and lower the reasoning effort; compare with a nearer region or a smaller model. Settings of turn detection do not shorten this.';
