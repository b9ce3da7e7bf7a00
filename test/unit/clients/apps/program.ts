/** What the programs for Node have in common: conversations by name, all at once, each told as a line of JSON. */
import { readFile } from 'node:fs/promises';
import { CONVERSATIONS, type Account, type ConversationName, type Failure, type Sounds } from '../account';

/** Arguments of a program after its own: the files with the user's two utterances. */
export async function soundsOf([question = '', interruption = '']: string[]): Promise<Sounds> {
  return { question: await readFile(question), interruption: await readFile(interruption) };
}

export async function tellAll(converse: (name: ConversationName) => Promise<Account>): Promise<void> {
  await Promise.all(
    CONVERSATIONS.map(async (conversation) => {
      const told: Account | Failure = await converse(conversation).catch((cause: unknown) => ({
        conversation,
        failure: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      }));
      process.stdout.write(`${JSON.stringify(told)}\n`);
    }),
  );
}
