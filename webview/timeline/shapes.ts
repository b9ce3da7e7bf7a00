/** What a layout is made of and a drawing draws: plain data in CSS pixels, colours by name. */
export type ColorName =
  | 'background'
  | 'foreground'
  | 'dim'
  | 'grid'
  | 'selection'
  | 'focus'
  | 'error'
  | 'warning'
  | 'info'
  | 'session'
  | 'input'
  | 'conversation'
  | 'response'
  | 'limits'
  | 'other'
  | 'client'
  | 'server'
  | 'band';

export type Glyph = 'check' | 'cross' | 'stop' | 'running' | 'bang' | 'incomplete' | 'triangle' | 'info' | 'flag';

export type Shape =
  | { kind: 'rect'; x: number; y: number; w: number; h: number; color: ColorName; alpha?: number }
  | {
      kind: 'frame';
      x: number;
      y: number;
      w: number;
      h: number;
      color: ColorName;
      dashed?: boolean;
      width?: number;
    }
  | { kind: 'hatch'; x: number; y: number; w: number; h: number; color: ColorName }
  | { kind: 'line'; x1: number; y1: number; x2: number; y2: number; color: ColorName; width?: number; alpha?: number }
  | {
      kind: 'text';
      x: number;
      y: number;
      text: string;
      color: ColorName;
      /** Cut to this width. */
      most: number;
      align?: 'left' | 'center' | 'right';
      clip?: true;
    }
  | { kind: 'glyph'; x: number; y: number; size: number; glyph: Glyph; color: ColorName }
  /** An area under steps: at `x[n]` it becomes `h[n]` high, until the next one; the last goes to `right`. */
  | { kind: 'steps'; bottom: number; x: Float32Array; h: Float32Array; right: number; color: ColorName; alpha: number }
  /** A curve from cause to effect, with its head at the effect. */
  | { kind: 'arrow'; x1: number; y1: number; x2: number; y2: number; color: ColorName; alpha: number; left: number }
  | {
      kind: 'wave';
      /** Pixel of the first bucket, and pixels per bucket. */
      x: number;
      step: number;
      /** Centre and half height. */
      y: number;
      half: number;
      min: Int16Array;
      max: Int16Array;
      color: ColorName;
      /** Pixels outside are not drawn. */
      left: number;
      right: number;
    };

/** The family of an event type decides its colour. */
export function familyColor(type: string): ColorName {
  if (type === 'error') return 'error';
  if (type.startsWith('session.') || type.startsWith('transcription_session.')) return 'session';
  if (type.startsWith('input_audio_buffer.')) return 'input';
  if (type.startsWith('conversation.')) return 'conversation';
  if (type.startsWith('response.') || type.startsWith('output_audio_buffer.')) return 'response';
  if (type.startsWith('rate_limits.')) return 'limits';
  return 'other';
}
