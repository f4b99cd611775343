import {randomBytes} from 'node:crypto';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {messageInvalid, objectAt, optionalText} from '../../lib/protocol/wire/fields.ts';
import {jsonOf, parseJson, writeJson} from '../../lib/protocol/wire/json.ts';
import type {Time} from '../../lib/foundation/time/time.ts';
import type {JobKey} from '../../lib/protocol/wire/messages.ts';
import {addWork, type Book} from './book.ts';
import type {DispatcherEventBody} from './events.ts';
import type {DispatcherFaults, Occasions} from './faults.ts';
import type {Frames} from './frames.ts';
import type {SelectionCheck} from './selection.ts';
import {clockFromWire} from '../../lib/protocol/wire/clock-field.ts';

/** What connections and the HTTP API of one dispatcher share. */
export type Hub = {
  readonly book: Book;
  readonly frames: Frames;
  readonly redeliver: boolean;
  /** Null: results are accepted without a check of their VRF. */
  readonly checkSelection: SelectionCheck | null;
  readonly occasions: Occasions;
  /** May be replaced at any time. */
  faults: DispatcherFaults;
  readonly time: Time;
  /** The connected operators' connections, by address in lower case. */
  readonly operators: Map<string, Connected>;
  emit(event: DispatcherEventBody): void;
};

export type Connected = {
  /** As the operator wrote itself. */
  readonly operator: string;
  /** Sends what it has not been sent. */
  pump(): void;
  /** Hangs up with a closing handshake. */
  end(reason: string): void;
  /** Hangs up without one. */
  drop(): void;
};

/** A job to dispatch. What is left out has the value in brackets. */
export type Submission = {
  prompt?: string;
  /** ['tiny'] */
  model?: string;
  /** ['opml'] */
  kind?: string;
  /** `job.params` as raw JSON [temperature 1.0, top_p 0.5, max_tokens 64] */
  params?: string;
  /** The whole `job` as raw JSON, in place of the four above; numbers keep their spelling. */
  job?: string;
  /** 64 hex digits [random]. */
  user?: string;
  /** ['' normal] */
  tag?: string;
  /** [''] */
  position?: string;
  /** [32 random bytes, hex] */
  jobId?: string;
  /** On the wire's form [the dispatcher's own clock, advanced by one]. */
  clock?: Readonly<Record<string, string>>;
};

const DEFAULT_PARAMS = '{"temperature":1.0,"top_p":0.5,"max_tokens":64}';

/**
 * Takes a job and sends it to every connected operator; without one it waits for the next. A (job_id, tag, position)
 * that is there already is left as it is.
 * @throws AosError MESSAGE_INVALID | FRAME_* | CLOCK_INVALID | CLOCK_OVERFLOW
 */
export function submitJob(hub: Hub, submission: Submission): JobKey {
  const job = readJob(submission.job ?? defaultJob(submission));
  const key: JobKey = {
    jobId: submission.jobId ?? randomBytes(32).toString('hex'),
    tag: submission.tag ?? '',
    position: submission.position ?? '',
  };
  const before = hub.book.works.length;
  const work = addWork(hub.book, {
    key,
    user: submission.user ?? randomBytes(32).toString('hex'),
    ...job,
    clock: submission.clock === undefined ? null : clockFromWire(jsonOf(submission.clock)),
    submittedAt: Date.now(),
  });
  if (work.seq >= before) {
    hub.emit({type: 'job_submitted', key: work.key});
    for (const connected of hub.operators.values()) connected.pump();
  }
  return work.key;
}

/**
 * Sends a job again as a re-check of its user's earlier jobs: (`malicious`, `before`), docs/protocol.md#dispatched-job.
 * The network's own rule for when to do so is not public; asking is enough here.
 * @throws AosError MESSAGE_INVALID for an unknown job, or one of another user
 */
export function verifyJob(hub: Hub, user: string, jobId: string): JobKey {
  const first = hub.book.byJob.get(jobId)?.[0];
  if (first === undefined) throw messageInvalid('job_id', 'the id of a job of this dispatcher');
  if (first.user !== user) throw messageInvalid('user', 'the user of that job');
  return submitJob(hub, {jobId, user, job: first.job, tag: 'malicious', position: 'before'});
}

/** `job` of a submission that names its parts, raw JSON. */
export function defaultJob({
  prompt = '',
  model = 'tiny',
  kind = 'opml',
  params = DEFAULT_PARAMS,
}: Submission): string {
  const text = JSON.stringify;
  return `{"tag":${text(kind)},"prompt":${text(prompt)},"model":${text(model)},"params":${params}}`;
}

/** The job, compact, and what the dispatcher itself has to know of it. */
function readJob(text: string): {job: string; prompt: string; kind: string} {
  const job = objectAt(parseJson(Buffer.from(text)).value, 'job');
  return {
    job: writeJson(job),
    prompt: optionalText(job, 'job', 'prompt'),
    kind: optionalText(job, 'job', 'tag'),
  };
}

/** The error of everything that is asked of a dispatcher which was closed. */
export function closedError(): AosError {
  return new AosError('DEVNET_FAILED', 'the dispatcher was closed');
}
