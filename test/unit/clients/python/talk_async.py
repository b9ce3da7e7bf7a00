"""`AsyncOpenAI`, configured by its environment alone. Arguments: the files with the user's two utterances."""

import asyncio
import json
import traceback

from account import (
    CONVERSATIONS,
    SILENCE_MS,
    WEATHER,
    Account,
    Microphone,
    detecting_turns,
    encoded,
    pieces,
    read_sounds,
    tell,
    user_message,
)
from openai import AsyncOpenAI

client = AsyncOpenAI()
question, interruption = read_sounds()


async def until(connection, account, type_, nth=1):
    """Reads on until the nth event of that type and returns the newest event."""
    while account.count(type_) < nth:
        event = await connection.recv()
        account.take(event)
    return event


async def ask(connection, words):
    await connection.conversation.item.create(item=user_message(words))
    await connection.response.create()


async def text(connection, account):
    await connection.session.update(
        session={"type": "realtime", "output_modalities": ["text"], "instructions": "Be brief."}
    )
    await until(connection, account, "session.updated")
    asked = 0
    await ask(connection, "Good morning, keeper.")
    async for event in connection:
        account.take(event)
        if event.type == "response.done":
            asked += 1
            if asked == 2:
                break
            await ask(connection, "Is the lamp lit?")


async def tools(connection, account):
    await connection.session.update(
        session={
            "type": "realtime",
            "output_modalities": ["text"],
            "tools": [WEATHER],
            "tool_choice": "auto",
        }
    )
    await until(connection, account, "session.updated")
    await ask(connection, "What is the weather in Oslo?")
    done = await until(connection, account, "response.done")
    for item in done.response.output:
        if item.type == "function_call":
            account.calls.append({"name": item.name, "arguments": item.arguments})
            city = json.loads(item.arguments)["city"]
            output = {"type": "function_call_output", "call_id": item.call_id, "output": f"Fog over {city}"}
            await connection.conversation.item.create(item=output)
    await connection.response.create()
    await until(connection, account, "response.done", 2)


async def spoken(connection, account):
    await connection.session.update(
        session={
            "type": "realtime",
            "instructions": "You keep a lighthouse.",
            "audio": {
                "input": {
                    "transcription": {"model": "gpt-4o-transcribe"},
                    "turn_detection": detecting_turns(),
                }
            },
        }
    )
    await until(connection, account, "session.updated")
    microphone = Microphone()
    microphone.say(question)

    async def listen():
        while True:
            for pcm in microphone.due():
                await connection.input_audio_buffer.append(audio=encoded(pcm))
            await asyncio.sleep(0.05)

    listening = asyncio.create_task(listen())
    try:
        async for event in connection:
            account.take(event)
            if event.type == "response.output_audio.delta":
                if account.count("response.output_audio.delta") == 3:
                    microphone.say(interruption)
            elif event.type == "input_audio_buffer.speech_started":
                cut = account.stop_playing()
                if cut is not None:
                    await connection.conversation.item.truncate(**cut)
            elif event.type == "conversation.item.truncated":
                await connection.conversation.item.retrieve(item_id=event.item_id)
            if (
                account.count("response.done") == 2
                and account.count("conversation.item.retrieved") == 1
                and account.count("conversation.item.input_audio_transcription.completed") == 2
            ):
                break
            if listening.done():
                listening.result()
    finally:
        listening.cancel()


async def transcription(connection, account):
    completed = "conversation.item.input_audio_transcription.completed"

    async def append(pcm):
        for piece in pieces(pcm):
            await connection.input_audio_buffer.append(audio=encoded(piece))

    await connection.session.update(
        session={
            "type": "transcription",
            "audio": {
                "input": {
                    "transcription": {"model": "gpt-4o-transcribe", "language": "en"},
                    "turn_detection": detecting_turns(),
                }
            },
        }
    )
    await until(connection, account, "session.updated")
    await append(question + bytes(SILENCE_MS * 2 * 48))
    await until(connection, account, completed)
    await connection.session.update(
        session={
            "type": "transcription",
            "audio": {"input": {"transcription": {"model": "gpt-realtime-whisper"}, "turn_detection": None}},
        }
    )
    await until(connection, account, "session.updated", 2)
    await append(interruption)
    await connection.input_audio_buffer.commit()
    await until(connection, account, completed, 2)


async def hold(name):
    account = Account(name)
    target = {"extra_query": {"intent": "transcription"}} if name == "transcription" else {"model": "gpt-realtime"}
    try:
        async with client.realtime.connect(**target) as connection:
            await until(connection, account, "session.created")
            await globals()[name](connection, account)
        tell(account.told())
    except Exception:
        tell({"conversation": name, "failure": traceback.format_exc()})


async def main():
    await asyncio.gather(*(hold(name) for name in CONVERSATIONS))


asyncio.run(main())
