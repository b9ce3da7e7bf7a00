"""Ephemeral keys and calls by `OpenAI`, then by `AsyncOpenAI`. Prints a line of JSON for each with what was seen."""

import asyncio
import json

from openai import AsyncOpenAI, NotFoundError, OpenAI

OFFER = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
SESSION = {"type": "realtime", "model": "gpt-realtime", "instructions": "Answer in rhymes."}
UPDATE = {"type": "realtime", "instructions": "Answer in prose."}
TARGET = "tel:+14155550123"


def call_id_of(answer):
    return answer.response.headers["location"].rsplit("/", 1)[1]


def blocking():
    client = OpenAI()
    secret = client.realtime.client_secrets.create(session=SESSION, expires_after={"anchor": "created_at", "seconds": 60})
    with OpenAI(api_key=secret.value).realtime.connect(model="gpt-realtime") as connection:
        greeting = connection.recv()
    answer = client.realtime.calls.create(sdp=OFFER, session=SESSION)
    call_id = call_id_of(answer)
    client.realtime.calls.accept(call_id, type="realtime", instructions="You are on the phone.")
    with client.realtime.connect(call_id=call_id) as side:
        side.session.update(session=UPDATE)
        updated = side.recv()
        client.realtime.calls.hangup(call_id)
        rest = [event.type for event in side]
    rejected = call_id_of(client.realtime.calls.create(sdp=OFFER, session=SESSION))
    client.realtime.calls.reject(rejected, status_code=486)
    referred = call_id_of(client.realtime.calls.create(sdp=OFFER, session=SESSION))
    client.realtime.calls.refer(referred, target_uri=TARGET)
    refusals = []
    for ended in (call_id, rejected, referred):
        try:
            client.realtime.calls.hangup(ended)
        except NotFoundError as error:
            refusals.append(error.code)
    return seen(secret, greeting, answer, updated, rest, refusals)


async def awaiting():
    client = AsyncOpenAI()
    secret = await client.realtime.client_secrets.create(
        session=SESSION, expires_after={"anchor": "created_at", "seconds": 60}
    )
    async with AsyncOpenAI(api_key=secret.value).realtime.connect(model="gpt-realtime") as connection:
        greeting = await connection.recv()
    answer = await client.realtime.calls.create(sdp=OFFER, session=SESSION)
    call_id = call_id_of(answer)
    await client.realtime.calls.accept(call_id, type="realtime", instructions="You are on the phone.")
    async with client.realtime.connect(call_id=call_id) as side:
        await side.session.update(session=UPDATE)
        updated = await side.recv()
        await client.realtime.calls.hangup(call_id)
        rest = [event.type async for event in side]
    rejected = call_id_of(await client.realtime.calls.create(sdp=OFFER, session=SESSION))
    await client.realtime.calls.reject(rejected, status_code=486)
    referred = call_id_of(await client.realtime.calls.create(sdp=OFFER, session=SESSION))
    await client.realtime.calls.refer(referred, target_uri=TARGET)
    refusals = []
    for ended in (call_id, rejected, referred):
        try:
            await client.realtime.calls.hangup(ended)
        except NotFoundError as error:
            refusals.append(error.code)
    return seen(secret, greeting, answer, updated, rest, refusals)


def seen(secret, greeting, answer, updated, rest, refusals):
    return {
        "secret": secret.value,
        "secretExpires": secret.expires_at,
        "secretInstructions": secret.session.instructions,
        "greeting": greeting.to_dict(mode="json"),
        "sdp": answer.text,
        "updated": updated.to_dict(mode="json"),
        "rest": rest,
        "refusals": refusals,
    }


print(json.dumps(blocking()))
print(json.dumps(asyncio.run(awaiting())))
