import fc from 'fast-check';
import type {OperatorEvent} from '../../src/lib/node/events/events.ts';

/** What happens around an operator in a few runs, one after the other. All that is left to chance is in here. */
export type Plan = {
  concurrency: number;
  /** How often a worker may take a job and not answer, and how long one waits: with few and short, jobs end unanswered. */
  attempts: number;
  deadlineMs: number;
  /** Whether a worker is asked about every job, or about those the VRF selects. */
  all: boolean;
  /** What waits are jittered by. */
  jitter: number;
  runs: {steps: Step[]; end: 'stop' | 'crash'; maxAccepted: number | null}[];
  faults: Faults;
};

export type Step =
  | {do: 'submit'; count: number}
  | {do: 'cut'; from: 'dispatcher' | 'signer'}
  | {do: 'worker'; status: 'idle' | 'busy' | 'away'}
  /** So many turns of the event loop. */
  | {do: 'turns'; count: number}
  /** The rig's time. */
  | {do: 'wait'; ms: number}
  /** Until the next event of that type, or not for long; while it is being told, something is cut. */
  | {do: 'until'; type: OperatorEvent['type']; cut: 'dispatcher' | 'signer' | null};

/** What goes wrong at the first, second … occasion of each kind; after the last one, and in the calm, nothing does. */
export type Faults = {
  connect: ('accept' | 'refuse' | 'ignore' | 'close' | 'accept-then-close')[];
  dispatch: ('once' | 'twice' | 'same again' | 'late and again' | 'garbled' | 'unsigned' | 'lost')[];
  result: ('judge' | 'fail' | 'ignore' | 'mute' | 'close')[];
  journal: JournalFault[];
  question: WorkerDoes[];
  /** When the next timer fires: null, once all is quiet; else after so many turns of the event loop. */
  clock: (number | null)[];
};

/** A write that the disk refuses, or whose end is heard of so many turns of the event loop later. */
export type JournalFault = {refused: boolean; turns: number};

/** What a worker replies to a question, and when it posts which answers. */
export type WorkerDoes = {
  /** 'died': it hangs up, and is away for a while. */
  status: 200 | 400 | 500 | 503 | 'died';
  answers: WorkerAnswers[];
};

/** `afterMs`: of the rig's time after the reply; null: before it. */
export type WorkerAnswers = {
  afterMs: number | null;
  id: 'its own' | 'another';
  text: 'an answer' | 'nothing';
};

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({do: fc.constant('submit' as const), count: fc.integer({min: 1, max: 4})}),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      from: fc.constantFrom('dispatcher' as const, 'signer' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('worker' as const),
      status: fc.constantFrom('idle' as const, 'busy' as const, 'away' as const),
    }),
  },
  {weight: 3, arbitrary: fc.record({do: fc.constant('turns' as const), count: fc.integer({min: 1, max: 8})})},
  {weight: 2, arbitrary: fc.record({do: fc.constant('wait' as const), ms: fc.nat({max: 2_000})})},
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('until' as const),
      type: fc.constantFrom(
        'connected' as const,
        'job_received' as const,
        'job_asked' as const,
        'job_concluded' as const,
        'result_sent' as const,
        'result_accepted' as const,
      ),
      cut: fc.constantFrom(null, null, 'dispatcher' as const, 'signer' as const, 'signer' as const),
    }),
  },
);

const run = fc.record({
  steps: fc.array(step, {minLength: 2, maxLength: 12, size: 'max'}),
  end: fc.constantFrom('stop' as const, 'crash' as const),
  maxAccepted: fc.option(fc.integer({min: 1, max: 6}), {freq: 3}),
});

/** A list of occasions most of which are as they should be. */
function occasions<T>(well: T, faulty: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> {
  const one = fc.oneof({weight: 3, arbitrary: fc.constant(well)}, {weight: 2, arbitrary: faulty});
  return fc.array(one, {maxLength, size: 'max'});
}

const workerAnswers: fc.Arbitrary<WorkerAnswers> = fc.record({
  text: fc.oneof(
    {weight: 5, arbitrary: fc.constant('an answer' as const)},
    {weight: 1, arbitrary: fc.constant('nothing' as const)},
  ),
  // The question is put again after 20 s.
  afterMs: fc.oneof(fc.constant(null), fc.constant(0), fc.nat({max: 30_000})),
  id: fc.oneof(
    {weight: 4, arbitrary: fc.constant('its own' as const)},
    {weight: 1, arbitrary: fc.constant('another' as const)},
  ),
});

/** What a worker does that does well. */
export const ANSWERS: WorkerDoes = {status: 200, answers: [{afterMs: 0, id: 'its own', text: 'an answer'}]};

const faults: fc.Arbitrary<Faults> = fc.record({
  connect: occasions('accept', fc.constantFrom('refuse', 'ignore', 'close', 'accept-then-close'), 6),
  dispatch: occasions(
    'once',
    fc.constantFrom('twice', 'same again', 'late and again', 'garbled', 'unsigned', 'lost'),
    30,
  ),
  result: occasions('judge', fc.constantFrom('fail', 'ignore', 'mute', 'close'), 30),
  journal: occasions(
    {refused: false, turns: 0},
    fc.record({refused: fc.boolean(), turns: fc.nat({max: 12})}),
    100,
  ),
  question: occasions(
    ANSWERS,
    fc.record({
      status: fc.constantFrom(
        200 as const,
        200 as const,
        400 as const,
        500 as const,
        503 as const,
        'died' as const,
      ),
      answers: fc.array(workerAnswers, {maxLength: 3}),
    }),
    30,
  ),
  clock: occasions<number | null>(null, fc.nat({max: 12}), 100),
});

export const plan: fc.Arbitrary<Plan> = fc.record({
  concurrency: fc.integer({min: 1, max: 4}),
  attempts: fc.constantFrom(1, 2, 50),
  deadlineMs: fc.constantFrom(5_000, 60_000, 6_600_000),
  all: fc.boolean(),
  jitter: fc.double({min: 0, max: 0.999, noNaN: true}),
  runs: fc.array(run, {minLength: 1, maxLength: 3}),
  faults,
});
