/** What an editor of messages looks like while it has the focus, in the composer and in the queue of held messages. */
import { css } from 'lit';

export const editorStyles = css`
  /* Over the text, as the margin with the numbers has a ground of its own. */
  .editor {
    position: relative;
  }
  .editor:focus-within::after {
    border: 1px solid var(--vscode-focusBorder);
    content: '';
    inset: 0;
    pointer-events: none;
    position: absolute;
    z-index: 300;
  }
`;
