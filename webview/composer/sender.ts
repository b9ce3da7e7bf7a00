/** Hands over what is in the composer: one event at once, or a plan that the host carries out over time. */
import { sentEvent } from '../logic/answers';
import { newEventId, withEventId } from '../logic/eventId';
import { compactJson } from '../logic/jsonText';
import { isNow, planOf, type SendWhen } from '../logic/sendPlan';
import { isSequence } from '../logic/sequence';
import type { ComposePlan } from '../composeMessages';
import type { Store } from '../state/store';
import type { OutcomeWatch } from './outcome';

/** What is to be sent. */
export interface ToHandOver {
  text: string;
  as: 'client' | 'server';
  session: string;
  when: SendWhen;
  /** An event of the client that has no id gets one. */
  givesId: boolean;
  /** The text is one event, and has none. */
  lacksId: boolean;
  /** The server's errors name events. */
  namesEvents: boolean;
  /** The text has variables, which are to be filled in. */
  fills: boolean;
  replaces: number | undefined;
  secrets: Readonly<Record<string, string>>;
}

export class Sender {
  /** The run begun from the text as it stands; 0 for none. */
  run = 0;

  constructor(
    private readonly store: Store,
    private readonly outcome: OutcomeWatch,
  ) {}

  /** Sends it; what goes wrong is told as the outcome. */
  async send(given: ToHandOver): Promise<void> {
    const { text, as, when, givesId } = given;
    const to = as === 'client' ? 'server' : 'client';
    // The host knows what variables stand for, and asks for the rest.
    if (isSequence(text) || !isNow(when) || given.fills)
      await this.start(() => planOf({ ...given, to, namesEvents: givesId }));
    else await this.#one(given, to);
  }

  /** Lets the host carry out a plan. */
  async start(plan: () => ComposePlan): Promise<void> {
    this.outcome.clear();
    try {
      this.run = (await this.store.bridge.request('startRun', plan())).run;
    } catch (error) {
      this.#failed(error);
    }
  }

  async #one(given: ToHandOver, to: 'client' | 'server'): Promise<void> {
    const { text, as, session, givesId, lacksId, namesEvents, replaces, secrets } = given;
    const givenId = lacksId && givesId ? newEventId((bytes) => crypto.getRandomValues(bytes)) : '';
    const sent = givenId === '' ? compactJson(text) : withEventId(compactJson(text), givenId);
    try {
      await this.store.send({
        session,
        to,
        text: sent,
        ...(replaces === undefined ? {} : { replaces }),
        ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
      });
      this.outcome.sent({ as, session, text, event: { ...sentEvent(sent), mayGoUnnamed: !namesEvents }, givenId });
    } catch (error) {
      this.#failed(error);
    }
  }
  #failed(error: unknown): void {
    this.outcome.failed(error instanceof Error ? error.message : String(error));
  }
}
