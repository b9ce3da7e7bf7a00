/** `openai` for Node, configured by its environment alone. Arguments: `ws` or `native`, and the two sounds. */
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { soundsOf, tellAll } from './program';
import { hold } from './voiceApp';

const [transport, ...files] = process.argv.slice(2);
const sounds = await soundsOf(files);

await tellAll((name) => {
  const target = name === 'transcription' ? ({ intent: 'transcription' } as const) : { model: 'gpt-realtime' };
  const rt = transport === 'ws' ? new OpenAIRealtimeWS(target) : new OpenAIRealtimeWebSocket(target);
  return hold(name, rt, sounds);
});
