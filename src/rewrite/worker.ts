/** Bundle `rewriteWorker`: one piece of work on traces, off its owner's thread. */
import { split, trim } from './cut';
import { extent } from './extent';
import type { Jobs } from './jobs';
import { merge } from './merge';
import { partName } from './partName';
import { recover } from './recover';
import { share } from './share';
import { serveThread, type JobOptions } from './thread';

const handlers: { [N in keyof Jobs]: (params: Jobs[N]['params'], options: JobOptions) => Promise<Jobs[N]['result']> } =
  {
    extent: ({ file }, options) => extent(file, options),
    trim: ({ file, out, over = false, range }, options) => trim(file, out, range, { ...options, over }),
    split: ({ file, stem, by }, options) => split(file, (part) => partName(stem, part), by, options),
    merge: ({ files, out, over = false }, options) => merge(files, out, { ...options, over }),
    recover: ({ file, out, over = false }, options) => recover(file, out, { ...options, over }),
    share: ({ file, out, over = false, masks }, options) => share(file, out, { ...options, over, masks }),
  };
serveThread('rewriteWorker', handlers);
