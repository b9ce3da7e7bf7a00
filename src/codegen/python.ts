/** Programs in Python, by the `openai` package. */
import type { CodeStep, RecordedRow, SessionTarget } from './recorded';
import { pythonString } from './strings';
import { literalOf, PYTHON } from './values';

const needs = (variables: Iterable<string>) => {
  const names = [...variables];
  return names.length === 0 ? '' : `# ${names.join(', ')}: not recorded, read from the environment.\n`;
};

/** A program that does the steps. */
export function pythonProgram(steps: readonly CodeStep[], { model, intent }: SessionTarget): string {
  const variables = new Set<string>();
  const lines = steps.map((step) => {
    if (step.kind === 'wait') return `        await until(connection, ${pythonString(step.type)})\n`;
    if (step.kind === 'delay') return `        await asyncio.sleep(${step.delayMs / 1000})\n`;
    const literal = literalOf(step.text, PYTHON, 2, 30);
    for (const name of literal.variables) variables.add(name);
    return `        await connection.send(${literal.code})\n`;
  });
  const target =
    intent === undefined ? `model=${pythonString(model)}` : `extra_query={"intent": ${pythonString(intent)}}`;
  return `# pip install "openai[realtime]"
# OPENAI_API_KEY is the key; OPENAI_BASE_URL, where it is set, is the server (or a proxy) to go to.
${needs(variables)}import asyncio
${variables.size === 0 ? '' : 'import os\n'}
from openai import AsyncOpenAI


async def until(connection, type_, seconds=30):
    """Reads on to the next event of that type; raises what the server refuses meanwhile."""
    while True:
        event = await asyncio.wait_for(connection.recv(), seconds)
        print(event.type)
        if event.type == type_:
            return event
        if event.type == "error":
            raise RuntimeError(event.error.message)


async def main():
    async with AsyncOpenAI().realtime.connect(${target}) as connection:
        await until(connection, "session.created")
${lines.join('')}

asyncio.run(main())
`;
}

/** REST calls by the package's own client. */
export function pythonCalls(calls: readonly Extract<RecordedRow, { kind: 'http' }>[]): string {
  const variables = new Set<string>();
  const lines = calls.map(({ path, body }) => {
    if (body === '') return `print(client.post(${pythonString(path)}, cast_to=object))\n`;
    const literal = literalOf(body, PYTHON, 2, 13);
    for (const name of literal.variables) variables.add(name);
    return `print(\n    client.post(\n        ${pythonString(path)},\n        body=${literal.code},\n        cast_to=object,\n    )\n)\n`;
  });
  return `# pip install openai
# OPENAI_API_KEY is the key; OPENAI_BASE_URL, where it is set, is the server (or a proxy) to go to.
${needs(variables)}${variables.size === 0 ? '' : 'import os\n\n'}from openai import OpenAI

client = OpenAI()
${lines.join('')}`;
}
