import type {Data} from '../model/data.ts';
import type {Finding} from '../model/finding.ts';
import type {JobView} from '../../../node/events/view-jobs.ts';
import type {Entry} from '../model/log.ts';
import type {Ui} from '../model/ui.ts';
import type {RenderNext} from '../../../foundation/next-step/next-step.ts';

/** Everything that a frame depends on. */
export type Scene = {
  /** Unix ms; in a replay the recorded time. */
  now: number;
  data: Data;
  ui: Ui;
  /** Filtered jobs, in the order of the table. */
  jobs: readonly JobView[];
  /** Filtered entries, oldest first. */
  log: readonly Entry[];
  findings: readonly Finding[];
  /** Renders a next step, with the `--config` of the user. */
  next: RenderNext;
  /** The name of the replayed file; null for a running operator. */
  replay: string | null;
  /** The clock of the notes, monotonic ms, which a fast replay does not change. */
  uiNow: number;
};
