/** All rules. A new one is a file in rules/ and a line here. */
import type { Rule } from './rule';
import { abnormalClose } from './rules/abnormalClose';
import { badTruncate } from './rules/badTruncate';
import { benignError } from './rules/benignError';
import { betaInterface } from './rules/betaInterface';
import { bothModalities } from './rules/bothModalities';
import { cancelBurst } from './rules/cancelBurst';
import { echo } from './rules/echo';
import { endlessSpeech } from './rules/endlessSpeech';
import { failedResponse } from './rules/failedResponse';
import { inputCodec } from './rules/inputCodec';
import { inputRate } from './rules/inputRate';
import { lateTranscript } from './rules/lateTranscript';
import { missingTruncate } from './rules/missingTruncate';
import { orphanCalls } from './rules/orphanCalls';
import { rateLimit } from './rules/rateLimit';
import { refusedEvent } from './rules/refusedEvent';
import { refusedHandshake } from './rules/refusedHandshake';
import { refusedUpdate } from './rules/refusedUpdate';
import { responseCollision } from './rules/responseCollision';
import { sessionExpiry } from './rules/sessionExpiry';
import { sessionType } from './rules/sessionType';
import { silentAfterTool } from './rules/silentAfterTool';
import { slowAudio } from './rules/slowAudio';
import { smallCommit } from './rules/smallCommit';
import { toolLoop } from './rules/toolLoop';
import { transcription } from './rules/transcription';
import { unknownCall } from './rules/unknownCall';
import { voiceLocked } from './rules/voiceLocked';

export const RULES: readonly Rule[] = [
  refusedHandshake,
  betaInterface,
  refusedUpdate,
  sessionType,
  voiceLocked,
  bothModalities,
  responseCollision,
  orphanCalls,
  silentAfterTool,
  unknownCall,
  toolLoop,
  failedResponse,
  endlessSpeech,
  echo,
  inputRate,
  inputCodec,
  smallCommit,
  missingTruncate,
  badTruncate,
  cancelBurst,
  transcription,
  lateTranscript,
  slowAudio,
  rateLimit,
  sessionExpiry,
  refusedEvent,
  benignError,
  abnormalClose,
];
