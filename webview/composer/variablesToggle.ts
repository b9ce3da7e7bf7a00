/** Whether the variables in an event are filled in when it is sent. */
import { html } from 'lit';

export function variablesToggle(isOn: boolean, choose: (isOn: boolean) => void) {
  const title = isOn
    ? 'Variables like ${lastItemId} get their values when the event is sent. Off: the text goes out as it stands.'
    : 'The text goes out as it stands, with ${ and all. On: variables like ${lastItemId} get their values.';
  return html`<label class="give" title=${title}>
    <input
      type="checkbox"
      .checked=${isOn}
      @change=${(event: Event) => choose((event.target as HTMLInputElement).checked)}
    />
    Fill in variables
  </label>`;
}
