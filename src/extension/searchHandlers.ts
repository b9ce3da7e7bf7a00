/** Searches of a page: each under the number the page gave it, ended when the page says so or is gone. */
import type { Handlers } from './bridge';
import type { TraceModel } from './traceModel';

export function searchHandlers(model: Pick<TraceModel, 'document'>): Pick<Handlers, 'search' | 'stopSearch'> {
  const running = new Map<number, AbortController>();
  return {
    search: async ({ search, ...query }, { found, gone }) => {
      const own = new AbortController();
      running.set(search, own);
      try {
        const document = await model.document();
        const signal = AbortSignal.any([own.signal, gone]);
        return await document.search(query, (rows) => found({ ...rows, search }), signal);
      } finally {
        if (running.get(search) === own) running.delete(search);
      }
    },
    stopSearch: ({ search }) => {
      running.get(search)?.abort();
      return Promise.resolve({ stopped: true });
    },
  };
}
