"""`OpenAI` and its blocking connection, configured by its environment alone. Arguments: the user's two utterances."""

import json
import threading
import time
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
from openai import OpenAI

client = OpenAI()
question, interruption = read_sounds()


def until(connection, account, type_, nth=1):
    """Reads on until the nth event of that type and returns the newest event."""
    while account.count(type_) < nth:
        event = connection.recv()
        account.take(event)
    return event


def ask(connection, words):
    connection.conversation.item.create(item=user_message(words))
    connection.response.create()


def text(connection, account):
    connection.session.update(
        session={"type": "realtime", "output_modalities": ["text"], "instructions": "Be brief."}
    )
    until(connection, account, "session.updated")
    asked = 0
    ask(connection, "Good morning, keeper.")
    for event in connection:
        account.take(event)
        if event.type == "response.done":
            asked += 1
            if asked == 2:
                break
            ask(connection, "Is the lamp lit?")


def tools(connection, account):
    connection.session.update(
        session={
            "type": "realtime",
            "output_modalities": ["text"],
            "tools": [WEATHER],
            "tool_choice": "auto",
        }
    )
    until(connection, account, "session.updated")
    ask(connection, "What is the weather in Oslo?")
    done = until(connection, account, "response.done")
    for item in done.response.output:
        if item.type == "function_call":
            account.calls.append({"name": item.name, "arguments": item.arguments})
            city = json.loads(item.arguments)["city"]
            output = {"type": "function_call_output", "call_id": item.call_id, "output": f"Fog over {city}"}
            connection.conversation.item.create(item=output)
    connection.response.create()
    until(connection, account, "response.done", 2)


def spoken(connection, account):
    """The microphone has a thread of its own; everything else happens in the handlers that the SDK calls."""
    microphone = Microphone()
    over = threading.Event()

    def listen():
        while not over.is_set():
            for pcm in microphone.due():
                connection.input_audio_buffer.append(audio=encoded(pcm))
            time.sleep(0.05)

    listening = threading.Thread(target=listen, daemon=True)

    @connection.on("event")
    def _(event):
        account.take(event)
        if (
            account.count("response.done") == 2
            and account.count("conversation.item.retrieved") == 1
            and account.count("conversation.item.input_audio_transcription.completed") == 2
            and not over.is_set()
        ):
            over.set()
            listening.join()
            connection.close()

    @connection.on("session.updated")
    def _(_event):
        microphone.say(question)
        listening.start()

    @connection.on("response.output_audio.delta")
    def _(_event):
        # Handlers of one type come before those of every event, so two have been noted.
        if account.count("response.output_audio.delta") == 2:
            microphone.say(interruption)

    @connection.on("input_audio_buffer.speech_started")
    def _(_event):
        cut = account.stop_playing()
        if cut is not None:
            connection.conversation.item.truncate(**cut)

    @connection.on("conversation.item.truncated")
    def _(event):
        connection.conversation.item.retrieve(item_id=event.item_id)

    connection.session.update(
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
    try:
        connection.dispatch_events()
    finally:
        over.set()


def transcription(connection, account):
    completed = "conversation.item.input_audio_transcription.completed"

    def append(pcm):
        for piece in pieces(pcm):
            connection.input_audio_buffer.append(audio=encoded(piece))

    connection.session.update(
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
    until(connection, account, "session.updated")
    append(question + bytes(SILENCE_MS * 2 * 48))
    until(connection, account, completed)
    connection.session.update(
        session={
            "type": "transcription",
            "audio": {"input": {"transcription": {"model": "gpt-realtime-whisper"}, "turn_detection": None}},
        }
    )
    until(connection, account, "session.updated", 2)
    append(interruption)
    connection.input_audio_buffer.commit()
    until(connection, account, completed, 2)


def hold(name):
    account = Account(name)
    target = {"extra_query": {"intent": "transcription"}} if name == "transcription" else {"model": "gpt-realtime"}
    try:
        with client.realtime.connect(**target) as connection:
            until(connection, account, "session.created")
            globals()[name](connection, account)
        tell(account.told())
    except Exception:
        tell({"conversation": name, "failure": traceback.format_exc()})


threads = [threading.Thread(target=hold, args=(name,)) for name in CONVERSATIONS]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
