/** One entry of the conversation: pictures of data, no state. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ConversationEntry } from '../../src/analysis/conversation/model';
import type { Playback, Turn } from '../../src/analysis/model';
import { formatBytes, formatCount, formatDuration, formatPosition } from '../logic/format';
import { heardText } from '../logic/heardText';
import { indentJson } from '../logic/jsonText';
import { costWords } from '../logic/money';
import { answerExplained, answerLatency } from '../logic/turnTable';
import type { Answerable } from '../logic/prefilled';

/** What an entry is drawn from. */
export interface EntryLook {
  entry: ConversationEntry;
  playback: Playback | undefined;
  /** Set where a turn begins with this entry. */
  begins: Turn | undefined;
  /** The turn it belongs to. */
  turn: Turn | undefined;
  /** Heights of a waveform, 0 to 1; undefined while it is not known. */
  wave: readonly number[] | undefined;
  /** Answers that the open session still waits for. */
  answers: readonly Answerable[];
  onSelect(row: number): void;
  onPlay(): void;
  onAnswer(answer: Answerable): void;
}

const cutWords: Readonly<Record<Playback['cutBy'], string>> = {
  truncate: 'by the app’s truncation',
  server: 'by the server’s truncation',
  interruption: 'when it was interrupted (an estimate)',
  close: 'when the app closed its connection (an estimate)',
  none: '',
};

const icons: Readonly<Record<ConversationEntry['kind'], string>> = {
  message: 'comment',
  call: 'symbol-method',
  output: 'reply',
  mcpCall: 'plug',
  mcpTools: 'list-unordered',
  approvalRequest: 'question',
  approvalAnswer: 'verified',
  response: 'check',
  other: 'circle-outline',
};

/** Sound longer than nothing that the user did not hear, ms; less is how any player ends. */
const unheardFrom = 60;

export function entryIcon({ kind, role, status }: ConversationEntry): string {
  if (kind === 'message') return role === 'user' ? 'account' : role === 'system' ? 'gear' : 'hubot';
  if (kind !== 'response') return icons[kind];
  if (status === 'completed') return 'check';
  if (status === 'cancelled') return 'circle-slash';
  return status === 'in_progress' ? 'ellipsis' : status === 'failed' || status === 'refused' ? 'error' : 'warning';
}

/** Who speaks or what it is, in words. */
export function entryTitle({ kind, role, name, server }: ConversationEntry): string {
  switch (kind) {
    case 'message':
      return role === 'user' ? 'User' : role === 'system' ? 'System' : role === 'assistant' ? 'Assistant' : 'Message';
    case 'call':
      return `Calls ${name || 'a function'}`;
    case 'output':
      return `Output of ${name || 'a call'}`;
    case 'mcpCall':
      return `MCP call ${[server, name].filter(Boolean).join(' / ')}`;
    case 'mcpTools':
      return `MCP tools of ${server || 'a server'}`;
    case 'approvalRequest':
      return `Asks for approval: ${[server, name].filter(Boolean).join(' / ')}`;
    case 'approvalAnswer':
      return 'Approval';
    case 'response':
      return 'Response';
    case 'other':
      return 'Item';
  }
}

/** A turn's header: what to know of it at a glance. */
export function turnHeader(turn: Turn): TemplateResult {
  const wait = answerLatency(turn);
  return html`<div class="turn num" role="heading" aria-level="2">
    <b>Turn ${turn.number}</b>
    ${wait === undefined ? nothing : html`<span title=${answerExplained}>${formatDuration(wait.ms)} to answer</span>`}
    ${turn.usage === null ? nothing : html`<span>${formatCount(turn.usage.totalTokens)} tokens</span>`}
    ${turn.usage === null ? nothing : html`<span title=${turn.cost?.source ?? ''}>${costWords(turn.cost)}</span>`}
  </div>`;
}

/** The inside of an entry's article. */
export function entryBody(look: EntryLook): TemplateResult {
  const { entry } = look;
  if (entry.kind === 'response') return responseLine(look);
  return html`<vscode-icon name=${entryIcon(entry)}></vscode-icon>
    <div class="who">
      <b>${entryTitle(entry)}</b>
      <span class="num">${formatPosition(entry.t)}</span>
      ${entry.aside ? html`<span class="chip">outside the conversation</span>` : nothing}
      ${entry.deleted ? html`<span class="chip">deleted</span>` : nothing} ${status(entry)}
    </div>
    <div class="body">${entry.kind === 'message' ? message(look) : tool(look)}</div>`;
}

function status({ status: told, detail, kind }: ConversationEntry) {
  const words = detail === '' ? '' : `: ${detail}`;
  if (told === 'refused' || told === 'failed')
    return html`<span class="error"><vscode-icon name="error"></vscode-icon>${told}${words}</span>`;
  if (told === 'incomplete')
    return html`<span class="warn"><vscode-icon name="warning"></vscode-icon>incomplete${words}</span>`;
  if (told === 'speaking') return html`<span class="chip">speaking…</span>`;
  if (told === 'sent') return html`<span class="chip">sent, not yet answered</span>`;
  if (told === 'in_progress' && kind !== 'mcpTools') return html`<span class="chip">in progress…</span>`;
  return detail === '' ? nothing : html`<span class="note">${detail}</span>`;
}

function message(look: EntryLook) {
  const { entry, playback } = look;
  const { parts, transcript } = entry;
  const generated = playback?.generatedMs ?? 0;
  const heard = playback?.heardMs ?? 0;
  const isCut = playback !== undefined && playback.cutBy !== 'none' && generated - heard > unheardFrom;
  const texts = parts.filter(({ kind }) => kind === 'text' || kind === 'audio');
  return html`${texts.map((part) => {
      if (part.text === '') return nothing;
      const split =
        isCut && part.kind === 'audio' ? heardText(part.text, heard, generated) : { heard: part.text, unheard: '' };
      return html`<div class="bubble">
        <span class="text">${split.heard}</span>${
          split.unheard === ''
            ? nothing
            : html`<span class="unseen"> (not heard:) </span
                ><span
                  class="text unheard"
                  title="Said by the model, not heard by the user. Where the words were cut is an estimate."
                  >${split.unheard}</span
                >`
        }${part.cut > 0 ? html`<span class="note"> … ${formatCount(part.cut)} more characters in the event</span>` : nothing}
      </div>`;
    })}
    ${transcript === null ? nothing : speakers(entry)}
    <div class="chips">
      ${parts.some(({ kind }) => kind === 'audio') ? audioChip(look, isCut ? heard / generated : 1) : nothing}
      ${
        isCut
          ? html`<span class="chip wrap"
              >heard ${formatDuration(heard)} of ${formatDuration(generated)}, cut ${cutWords[playback.cutBy]}</span
            >`
          : nothing
      }
      ${parts
        .filter(({ kind }) => kind === 'image')
        .map(
          ({ bytes }) =>
            html`<span class="chip"
              ><vscode-icon name="file-media" size="12"></vscode-icon> image${
                bytes > 0 ? ` ${formatBytes(bytes)}` : ', by address'
              }</span
            >`,
        )}
      ${transcript === null ? nothing : transcriptNote(look)}
    </div>`;
}

/** Who said what, where the transcription tells. */
function speakers({ transcript }: ConversationEntry) {
  const told = transcript?.segments.filter(({ speaker }) => speaker !== '') ?? [];
  if (told.length === 0) return nothing;
  return html`<div class="bubble">
    ${told.map(({ speaker, text }) => html`<div><b>${speaker}:</b> ${text}</div>`)}
  </div>`;
}

function transcriptNote({ entry }: EntryLook) {
  const { transcript } = entry;
  switch (transcript?.state) {
    case 'pending':
      return html`<span class="note">transcript on its way…</span>`;
    case 'off':
      return html`<span class="note">not transcribed (transcription is off)</span>`;
    case 'failed':
      return html`<span class="error"
        ><vscode-icon name="error"></vscode-icon>no transcript: ${transcript.message || 'it failed'}</span
      >`;
    case 'done':
      return transcript.lateMs === null
        ? nothing
        : html`<span class="note num" title="From the commit of the audio to its transcript"
            >transcript ${formatDuration(transcript.lateMs)} late</span
          >`;
    case undefined:
      return nothing;
  }
}

function audioChip({ entry, playback, wave, onPlay }: EntryLook, share: number) {
  // What the server took, as in the player: between the events that tell of it lies its own patience too.
  const ms = entry.role === 'user' ? (entry.inputMs ?? 0) : (playback?.generatedMs ?? 0);
  if (entry.role === 'assistant' && ms === 0) return nothing;
  const label = `Play ${entry.role === 'user' ? 'what the user said' : 'the answer'}`;
  return html`<button
    class="audio num"
    title=${label}
    aria-label=${`${label}${ms > 0 ? `, ${formatDuration(ms)}` : ''}`}
    @click=${(event: Event) => {
      event.stopPropagation();
      onPlay();
    }}
  >
    <vscode-icon name="play" size="14"></vscode-icon>
    ${wave === undefined ? nothing : thumb(wave, share)}${ms > 0 ? html`<span>${formatDuration(ms)}</span>` : nothing}
  </button>`;
}

/** A waveform of a few bars; those that were not heard are outlines only. */
function thumb(wave: readonly number[], share: number) {
  const bars = wave.map((height, at) => {
    const h = Math.max(1, Math.round(height * 16));
    const isCut = (at + 0.5) / wave.length > share;
    return svg`<rect class=${isCut ? 'cut' : ''} x=${at * 2} y=${(16 - h) / 2} width="1.4" height=${h}
      fill=${isCut ? 'none' : 'currentColor'} stroke=${isCut ? 'currentColor' : 'none'} stroke-width="0.5" />`;
  });
  return html`<svg viewBox="0 0 ${wave.length * 2} 16" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>`;
}

function tool({ entry, answers, onSelect, onAnswer }: EntryLook) {
  const { kind, output } = entry;
  return html`${entry.arguments === '' ? nothing : html`<pre class="code mono">${readable(entry.arguments)}</pre>`}
    ${
      output === ''
        ? nothing
        : html`${kind === 'mcpCall' ? html`<div class="note">output</div>` : nothing}
            <pre class="code mono">${readable(output)}</pre>`
    }
    <div class="chips">
      ${roundTrip(entry, onSelect)}
      ${answers.map(
        (answer) =>
          html`<button
            class="link"
            title="Opens the composer with the answer ready to be completed"
            @click=${(event: Event) => {
              event.stopPropagation();
              onAnswer(answer);
            }}
          >
            ${answers.length > 1 ? answer.label : 'Answer…'}
          </button>`,
      )}
    </div>`;
}

function roundTrip(
  { kind, roundMs, otherRow, status: told, deleted }: ConversationEntry,
  onSelect: (row: number) => void,
) {
  if (kind === 'call') {
    if (roundMs === null || otherRow === null)
      return told === 'completed' && !deleted
        ? html`<span class="warn"><vscode-icon name="warning"></vscode-icon>no output was sent</span>`
        : nothing;
    return html`<button
      class="link note num"
      @click=${(event: Event) => {
        event.stopPropagation();
        onSelect(otherRow);
      }}
    >
      output after ${formatDuration(roundMs)}
    </button>`;
  }
  if (kind === 'output' && otherRow !== null)
    return html`<button
      class="link note num"
      @click=${(event: Event) => {
        event.stopPropagation();
        onSelect(otherRow);
      }}
    >
      ${roundMs === null ? 'its call' : `${formatDuration(roundMs)} after its call`}
    </button>`;
  if (kind === 'output') return html`<span class="note">of a call that is not in this trace</span>`;
  return roundMs === null || kind !== 'mcpCall'
    ? nothing
    : html`<span class="note num">took ${formatDuration(roundMs)}</span>`;
}

function responseLine({ entry, turn }: EntryLook) {
  const isPlain = entry.status === 'completed' && entry.detail === '';
  const ms = entry.end === null ? null : entry.end - entry.t;
  const cost = turn !== undefined && turn.responses.length === 1 && entry.tokens !== null ? turn.cost : undefined;
  const isRefused = entry.status === 'refused';
  const kind =
    entry.status === 'failed' || isRefused ? 'error' : isPlain || entry.status === 'in_progress' ? '' : 'warn';
  return html`<vscode-icon name=${entryIcon(entry)} size="14"></vscode-icon>
    <div class="line num">
      <span class=${kind}
        >${entry.status === 'in_progress' ? 'answering…' : isRefused ? 'response.create refused' : entry.status}${entry.detail === '' ? '' : `: ${entry.detail}`}</span
      >
      ${entry.aside ? html`<span class="chip">outside the conversation</span>` : nothing}
      ${ms === null ? nothing : html`<span title="From response.created to response.done">${formatDuration(ms)}</span>`}
      ${entry.tokens === null ? nothing : html`<span>${formatCount(entry.tokens)} tokens</span>`}
      ${cost === undefined ? nothing : html`<span title=${cost?.source ?? ''}>${costWords(cost)}</span>`}
    </div>`;
}

/** Longest JSON that is laid out over lines. */
const mostLaidOut = 4000;

function readable(text: string): string {
  return text.length <= mostLaidOut ? indentJson(text) : text;
}
