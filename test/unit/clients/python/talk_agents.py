"""`openai-agents`, with its session's own ways of speaking, interrupting, remembering and calling tools.

Arguments: the files with the user's two utterances. REALTIME_URL is where to connect.
"""

import asyncio
import json
import os
import traceback

from account import CONVERSATIONS, SILENCE_MS, Account, Microphone, pieces, read_sounds, tell
from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeModelSendInterrupt, RealtimeRunner

question, interruption = read_sounds()
COMPLETED = "conversation.item.input_audio_transcription.completed"
MODEL = {"model_name": "gpt-realtime"}
WRITTEN = {**MODEL, "output_modalities": ["text"]}
SETTINGS = {
    "text": WRITTEN,
    "tools": WRITTEN,
    "spoken": MODEL,
    # It has no transcription sessions: there the user is only written down, and nobody answers.
    "transcription": {
        **MODEL,
        "input_audio_transcription": {"model": "gpt-4o-transcribe"},
        "turn_detection": {"type": "server_vad", "silence_duration_ms": SILENCE_MS, "create_response": False},
    },
}


class Event:
    """A raw server event, read as the account reads those of `openai`."""

    def __init__(self, fields):
        self._fields = fields

    def __getattr__(self, name):
        value = self._fields[name]
        return Event(value) if isinstance(value, dict) else value

    def to_dict(self, mode):
        return self._fields


class Talk:
    def __init__(self, name):
        self.account = Account(name)
        self.changed = asyncio.Condition()
        self.interrupted = 0
        self.heard_ms = 0
        self.history = []
        self.trouble = None

        @function_tool
        def get_weather(city: str) -> str:
            """Weather in a city."""
            arguments = json.dumps({"city": city}, separators=(",", ":"))
            self.account.calls.append({"name": "get_weather", "arguments": arguments})
            return f"Fog over {city}"

        agent = RealtimeAgent(
            name="Keeper",
            instructions="You keep a lighthouse." if name == "spoken" else "Be brief.",
            tools=[get_weather] if name == "tools" else [],
        )
        self.runner = RealtimeRunner(agent, config={"model_settings": SETTINGS[name]})

    async def hold(self):
        name = self.account.conversation
        try:
            async with await self.runner.run(model_config={"url": os.environ["REALTIME_URL"]}) as session:
                listening = asyncio.create_task(self.listen(session))
                await self.until("session.updated")
                await getattr(self, name)(session)
                listening.cancel()
            told = self.account.told()
            told.pop("cut", None)
            tell({**told, "history": [line_of(item) for item in self.history]})
        except Exception:
            tell({"conversation": name, "failure": traceback.format_exc()})

    async def listen(self, session):
        try:
            async for event in session:
                if event.type == "raw_model_event" and event.data.type == "raw_server_event":
                    self.account.take(Event(event.data.data))
                elif event.type == "audio":
                    self.heard_ms += len(event.audio.data) / 48
                elif event.type == "audio_interrupted":
                    self.interrupted += 1
                elif event.type == "history_updated":
                    self.history = event.history
                elif event.type == "error":
                    raise RuntimeError(f"the session reports {event.error}")
                async with self.changed:
                    self.changed.notify_all()
        except Exception as cause:
            self.trouble = cause
            async with self.changed:
                self.changed.notify_all()

    async def until(self, type_, nth=1):
        async with self.changed:
            await self.changed.wait_for(lambda: self.trouble or self.account.count(type_) >= nth)
        if self.trouble:
            raise self.trouble

    async def text(self, session):
        await session.send_message("Good morning, keeper.")
        await self.until("response.done")
        await session.send_message("Is the lamp lit?")
        await self.until("response.done", 2)
        await self.until("rate_limits.updated", 2)

    async def tools(self, session):
        await session.send_message("What is the weather in Oslo?")
        await self.until("response.done", 2)
        await self.until("rate_limits.updated", 2)

    async def spoken(self, session):
        microphone = Microphone()

        async def speak():
            while True:
                for pcm in microphone.due():
                    await session.send_audio(pcm)
                await asyncio.sleep(0.05)

        speaking = asyncio.create_task(speak())
        try:
            microphone.say(question)
            await self.until("response.output_audio.delta", 3)
            microphone.say(interruption)
            await self.until("conversation.item.truncated")
            await self.until("conversation.item.retrieved")
            await self.until("response.done", 2)
            await self.until(COMPLETED, 2)
        finally:
            speaking.cancel()
        # And by a button instead of the voice.
        await session.send_message("Tell me of every lamp.")
        await self.until("response.created", 3)
        sounded = self.account.count("response.output_audio.delta")
        await self.until("response.output_audio.delta", sounded + 3)
        # The session's own `interrupt` leaves the cancelling to a server that interrupts by itself.
        await session.model.send_event(RealtimeModelSendInterrupt(force_response_cancel=True))
        await self.until("response.done", 3)
        await self.until("conversation.item.truncated", 2)
        await self.until("conversation.item.retrieved", 4)
        if self.interrupted < 2:
            raise RuntimeError(f"The player was told to stop {self.interrupted} times.")
        if self.heard_ms == 0:
            raise RuntimeError("The session handed out no sound.")

    async def transcription(self, session):
        for nth, pcm in enumerate((question, interruption), 1):
            for piece in pieces(pcm + bytes(2 * SILENCE_MS * 48)):
                await session.send_audio(piece)
            await self.until(COMPLETED, nth)


def line_of(item):
    """An item of the session's own history as people would write it down."""
    if item.type == "function_call":
        return f"{item.name}({item.arguments}) = {item.output or ''}"
    said = [getattr(part, "text", None) or getattr(part, "transcript", None) or "" for part in item.content]
    return f"{item.role}: {' '.join(said)}"


async def main():
    await asyncio.gather(*(Talk(name).hold() for name in CONVERSATIONS))


asyncio.run(main())
