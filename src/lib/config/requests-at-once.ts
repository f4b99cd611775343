import type {WorkerKind} from '../protocol/wire/messages.ts';

/** What limits the requests at a time beside the configuration. */
export const AT_ONCE: Readonly<Record<WorkerKind, string>> = {
  opml: '; the published one gets one at a time, whatever this says',
  tee: '; never more than it says that it takes, which is one for the published one',
  zkml: '; a zkml worker gets one at a time, whatever this says',
};
