import type {Data} from '../model/data.ts';
import type {Finding} from '../model/verdict.ts';
import type {JobView} from '../../../node/events/view-jobs.ts';
import type {Entry} from '../model/log.ts';
import type {Ui} from '../model/ui.ts';

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
  /** Puts the configuration that was named by hand into a command. */
  steps: (text: string) => string;
  /** Null, or which file is played. */
  replay: string | null;
  /** The clock of notes, monotonic ms: a replay may run faster than the eye. */
  uiNow: number;
};
