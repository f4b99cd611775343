import type {Data} from '../model/data.ts';
import type {Finding} from '../model/verdict.ts';
import type {JobView} from '../../../node/events/view-jobs.ts';
import type {Entry} from '../model/log.ts';
import type {Ui} from '../model/ui.ts';
import type {RenderNext} from '../../../foundation/next-step/next-step.ts';

/** All that a frame is drawn from; nothing else decides what is on the screen. */
export type Scene = {
  /** Unix ms; of a replay the recorded time. */
  now: number;
  data: Data;
  ui: Ui;
  /** Filtered, in the order of the table. */
  jobs: readonly JobView[];
  /** Filtered, oldest first. */
  log: readonly Entry[];
  findings: readonly Finding[];
  /** A next step as text, with the configuration that was named by hand. */
  next: RenderNext;
  /** Null, or which file is played. */
  replay: string | null;
  /** The clock of notes, monotonic ms: a replay may run faster than the eye. */
  uiNow: number;
};
