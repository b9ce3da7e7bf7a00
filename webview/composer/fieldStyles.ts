/** Looks of input fields in the composer's panels. */
import { css } from 'lit';

export const fieldStyles = css`
  input,
  textarea {
    background: var(--vscode-input-background);
    border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
    border-radius: 4px;
    color: var(--vscode-input-foreground);
    font: inherit;
    min-width: 0;
    padding: 2px 6px;
  }
  input:not([type='checkbox'], [type='radio'], [type='file'], [type='range']) {
    height: 24px;
  }
  input::placeholder,
  textarea::placeholder {
    color: var(--vscode-input-placeholderForeground);
  }
  input:invalid,
  .invalid {
    border-color: var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
  }
  textarea {
    resize: vertical;
  }
`;
