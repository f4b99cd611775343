import type {UsableConfig} from '../../config/usable.ts';
import type {FoundConfig} from '../../config/file.ts';
import type {Env} from '../../config/user-path.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {DoctorLimits} from './limits.ts';
import type {JournalReading} from './journal-reading.ts';
import type {RowReading} from './row-reading.ts';
import type {RunningFacts} from '../status/facts.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

/** Free and whole of a file system, in bytes and files. */
export type DiskFacts = {freeBytes: number; bytes: number; freeFiles: number; files: number};

/** What the checks work with; everything from outside comes in here. */
export type DoctorContext = {
  config: UsableConfig;
  /** Null: no file is named, and none is in the usual places. */
  found: FoundConfig | null;
  env: Env;
  cwd: string;
  /** Of the user who runs the command. */
  uid: number;
  /** Of this aos. */
  version: string;
  /** Of Node and its parts. */
  node: string;
  time: Time;
  limits: DoctorLimits;
  disk: (path: string) => Promise<DiskFacts>;
  /** The script of the thread that checks proofs [that of the build]. */
  proofThread?: URL | undefined;
  /** The operator that runs for the node; asked once. */
  running: () => Promise<RunningReading>;
  /** What the journal says; read once. */
  journal: () => Promise<JournalReading>;
  /** The dispatcher's row of the node; asked for once. */
  row: () => Promise<RowReading>;
};

/** What the control socket says of the node’s operator on this machine. */
export type RunningReading =
  | {state: 'running'; facts: RunningFacts}
  | {state: 'absent'; message: string}
  | {state: 'broken'; message: string; next: NextStep}
  | {state: 'unknown'};
