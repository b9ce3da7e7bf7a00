/** The small mark before a type, in the colour of its family of events. */
import { css } from 'lit';

export const familyPipStyles = css`
  .pip {
    align-self: center;
    border-radius: 1px;
    display: inline-block;
    flex: none;
    height: 10px;
    width: 3px;
  }
  .pip.session {
    background: var(--vscode-charts-foreground, var(--vscode-foreground));
  }
  .pip.input {
    background: var(--vscode-charts-green);
  }
  .pip.conversation {
    background: var(--vscode-charts-purple);
  }
  .pip.response {
    background: var(--vscode-charts-blue);
  }
  .pip.limits {
    background: var(--vscode-charts-yellow);
  }
  .pip.error {
    background: var(--vscode-charts-red);
  }
  .pip.other {
    background: var(--vscode-descriptionForeground);
  }
`;
