/**
 * The smallest event: listeners in the order they came, one that throws does not keep the others from hearing. Kept
 * free of `vscode`, so that everything built on it runs in plain Node under test.
 */
export class Signal<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Adds a listener; the answer takes it away again. */
  on(listener: (value: T) => void): { dispose(): void } {
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  }

  fire(value: T): void {
    for (const listener of [...this.#listeners])
      try {
        listener(value);
      } catch (error) {
        // Reported by the host's own handler instead of stopping traffic to the other listeners.
        queueMicrotask(() => {
          throw error;
        });
      }
  }
}

/** What an error says to people. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
