/** Bundle `rewriteWorker`: one piece of work on traces, off its owner's thread. */
import { split, trim } from './cut';
import type { Jobs } from './jobs';
import { merge } from './merge';
import { partName } from './partName';
import { recover } from './recover';
import { share } from './share';
import { serveThread, type JobOptions } from './thread';

const handlers: { [N in keyof Jobs]: (params: Jobs[N]['params'], options: JobOptions) => Promise<Jobs[N]['result']> } =
  {
    trim: ({ file, out, range }, options) => trim(file, out, range, options),
    split: ({ file, stem, by }, options) => split(file, (part) => partName(stem, part), by, options),
    merge: ({ files, out }, options) => merge(files, out, options),
    recover: ({ file, out }, options) => recover(file, out, options),
    share: ({ file, out, masks }, options) => share(file, out, { ...options, masks }),
  };
serveThread('rewriteWorker', handlers);
