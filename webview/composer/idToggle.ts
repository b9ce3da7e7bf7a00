/** Whether an event is sent with an id: an error that names the event it refuses tells for sure what it is about. */
import { html } from 'lit';

/** @param canGive The event has no id of its own. @param isOn What the user chose. */
export function idToggle(canGive: boolean, isOn: boolean, choose: (isOn: boolean) => void) {
  const title = canGive
    ? 'Sends the event with an event_id, by which an error can name it. Off: nothing is added to what you wrote.'
    : 'The text has an event_id of its own, or is no event: nothing is added to what you wrote.';
  return html`<label class="give" title=${title}>
    <input
      type="checkbox"
      .checked=${isOn && canGive}
      ?disabled=${!canGive}
      @change=${(event: Event) => choose((event.target as HTMLInputElement).checked)}
    />
    Give it an event_id
  </label>`;
}
