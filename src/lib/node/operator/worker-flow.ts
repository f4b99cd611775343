/** Jobs for workers, counted by minutes: what came, what was answered, and what waits. */
export type WorkerFlow = {
  came(): void;
  answered(): void;
  /** It waits no more, and was not answered. */
  left(): void;
  /** The next minute begins. */
  nextMinute(): void;
  /** Of the last ten minutes, the present one among them. */
  total(): Counts;
  /**
   * Whether more comes than is answered: `growing` when it does in both halves of the time, since a burst is no pile; `calm`
   * when few wait, or as many are answered as come.
   */
  state(): 'growing' | 'calm' | 'undecided';
  /** Jobs in front of the workers. */
  waiting(): number;
};

type Counts = {came: number; answered: number};

const MINUTE_MS = 60_000;
const MINUTES = 10;
/** What {@link WorkerFlow.total} spans. */
export const FLOW_WINDOW_MS = MINUTES * MINUTE_MS;
/** Fewer jobs than this in front of the workers are no pile. */
const PILE = 10;

/** @param selected jobs that waited for workers when the run began */
export function createWorkerFlow(selected: number): WorkerFlow {
  let waiting = selected;
  /** The minutes before this one, and this one. */
  let earlier: readonly Counts[] = [];
  let present: Counts = {came: 0, answered: 0};

  return {
    came() {
      waiting += 1;
      present.came += 1;
    },
    answered() {
      waiting = Math.max(0, waiting - 1);
      present.answered += 1;
    },
    left() {
      waiting = Math.max(0, waiting - 1);
    },
    nextMinute() {
      earlier = [...earlier, present].slice(-(MINUTES - 1));
      present = {came: 0, answered: 0};
    },
    total: () => sumOf([...earlier, present]),
    state() {
      const half = MINUTES / 2;
      const all = [...earlier, present];
      const [before, now] = [sumOf(all.slice(-MINUTES, -half)), sumOf(all.slice(-half))];
      if (waiting < PILE || now.came <= now.answered) return 'calm';
      return before.came > before.answered ? 'growing' : 'undecided';
    },
    waiting: () => waiting,
  };
}

function sumOf(minutes: readonly Counts[]): Counts {
  return minutes.reduce(
    (sum, {came, answered}) => ({came: sum.came + came, answered: sum.answered + answered}),
    {came: 0, answered: 0},
  );
}
