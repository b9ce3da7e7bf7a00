/** Looks of the player. */
import { css } from 'lit';

export const playerStyles = css`
  :host {
    align-items: center;
    display: flex;
    gap: 6px;
    height: 36px;
    min-width: 0;
    padding: 0 8px;
  }
  canvas {
    cursor: pointer;
    flex: 1 1 120px;
    height: 28px;
    min-width: 40px;
    touch-action: none;
  }
  .time {
    min-width: 92px;
    text-align: right;
  }
  select.what {
    flex: 0 1 auto;
    max-width: 55%;
    min-width: 70px;
    text-overflow: ellipsis;
  }
  .none {
    flex: 1;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .problem {
    color: var(--error-text);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  @media (max-width: 560px) {
    .save,
    .speed {
      display: none;
    }
    .time {
      min-width: 40px;
    }
    .total {
      display: none;
    }
  }
`;
