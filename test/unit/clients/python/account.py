"""What a program tells of a conversation, and a microphone's pace. See account.ts."""

import base64
import json
import sys
import time

CONVERSATIONS = ["text", "spoken", "tools", "transcription"]
PIECE_MS = 100
BYTES_PER_MS = 48
SILENCE_MS = 500

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


def detecting_turns():
    return {"type": "server_vad", "silence_duration_ms": SILENCE_MS}


def user_message(text):
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def encoded(pcm):
    return base64.b64encode(pcm).decode("ascii")


def pieces(pcm):
    size = PIECE_MS * BYTES_PER_MS
    return [pcm[at : at + size].ljust(size, b"\0") for at in range(0, len(pcm), size)]


class Account:
    def __init__(self, conversation):
        self.conversation = conversation
        self.received = []
        self.answers = {}
        self.heard_ms = {}
        self.calls = []
        self.transcripts = {}
        self.cut = None
        self._playing = None

    def take(self, event):
        """Notes an event of the SDK's, by its own types."""
        if event.type == "error":
            raise RuntimeError(f"{event.error.code}: {event.error.message}")
        self.received.append(event.to_dict(mode="json"))
        if event.type == "response.created":
            self.answers[event.response.id] = ""
            self.heard_ms[event.response.id] = 0
        elif event.type in ("response.output_text.delta", "response.output_audio_transcript.delta"):
            self.answers[event.response_id] += event.delta
        elif event.type == "response.output_audio.delta":
            ms = len(base64.b64decode(event.delta)) / BYTES_PER_MS
            self.heard_ms[event.response_id] += ms
            if self._playing is None or self._playing["item_id"] != event.item_id:
                self._playing = {
                    "item_id": event.item_id,
                    "content_index": event.content_index,
                    "since": time.monotonic(),
                    "have_ms": 0,
                }
            self._playing["have_ms"] += ms
        elif event.type == "conversation.item.input_audio_transcription.delta":
            said = self.transcripts.get(event.item_id, "")
            self.transcripts[event.item_id] = said + event.delta

    def count(self, type_):
        return sum(1 for event in self.received if event["type"] == type_)

    def stop_playing(self):
        """The user speaks: what to truncate, or None when nothing plays."""
        if self._playing is None:
            return None
        playing, self._playing = self._playing, None
        played_ms = int(min((time.monotonic() - playing["since"]) * 1000, playing["have_ms"]))
        self.cut = {"itemId": playing["item_id"], "playedMs": played_ms}
        return {
            "item_id": playing["item_id"],
            "content_index": playing["content_index"],
            "audio_end_ms": played_ms,
        }

    def told(self):
        cut = {} if self.cut is None else {"cut": self.cut}
        return {
            "conversation": self.conversation,
            "received": self.received,
            "answers": list(self.answers.values()),
            "heardMs": list(self.heard_ms.values()),
            "calls": self.calls,
            "transcripts": list(self.transcripts.values()),
            **cut,
        }


class Microphone:
    """Someone speaks, then is silent; `due` gives the pieces whose time has come."""

    def __init__(self):
        self._said = []
        self._start = time.monotonic()
        self._sent = 0

    def say(self, pcm):
        self._said.extend(pieces(pcm))

    def due(self):
        while self._sent * PIECE_MS / 1000 <= time.monotonic() - self._start:
            self._sent += 1
            yield self._said.pop(0) if self._said else bytes(PIECE_MS * BYTES_PER_MS)


def read_sounds():
    with open(sys.argv[1], "rb") as question, open(sys.argv[2], "rb") as interruption:
        return question.read(), interruption.read()


def tell(told):
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
