import type {Signing} from '../dispatcher/frames.ts';
import type {Fields} from './body.ts';
import type {JobRow, ResultRow, Store, UserRow} from './store.ts';
import type {Frame} from './wire.ts';

/** What differs between the two published versions of the dispatcher. */
export type Version = {
  readonly signing: Signing;
  /** False: the frame is passed over in silence. */
  admits(frame: Frame): boolean;
  /** Under which key the connection of an operator takes jobs; a later one with the same key takes its place. */
  channelKey(operator: string, socket: string): string;
  /** `user` of a dispatched job. */
  userOf(job: JobRow): string;
  /** The jobs that a suspected user's job brings again, as `before`. */
  earlierJobs(store: Store, user: string): JobRow[];
  /** What a suspected user is after one more of its jobs. */
  afterJob(user: UserRow): UserRow;
  /** A result of the HTTP API, raw JSON. */
  resultJson(row: ResultRow): string;
  /** `/api/job/verify`: its body, and the results that it gives. */
  readonly verify: {
    readonly body: Fields;
    rows(store: Store, text: (name: string) => string): readonly ResultRow[];
  };
};
