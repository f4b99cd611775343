import type {BlockFacts, ClockFacts, LivenessFacts, OperatorEvent, SignerStats, WorkFacts} from './events.ts';
import type {Verdict} from './links.ts';
import type {StandingFacts} from './standing.ts';
import {cut} from './cut-text.ts';
import {workersNow, type WorkerView} from './worker-view.ts';

/** The parts of the view that are measured now and then, each with the time of it (Unix ms). */
export type MeasuredView = {
  liveness: (LivenessFacts & {at: number}) | null;
  work: (WorkFacts & {at: number}) | null;
  clock: (ClockFacts & {at: number}) | null;
  signer: (SignerStats & {at: number}) | null;
  block: (BlockFacts & {at: number}) | null;
  /** What the chain says of this operator; null: it was not read yet. `at`: when it last changed, or a try failed. */
  standing: (StandingFacts & {at: number}) | null;
  /** What is known of the workers, by kind; empty until they were asked. */
  workers: readonly WorkerView[];
  /** As it was last reported (links.ts, judge); `found`: what the broken link says. */
  verdict: (Verdict & {found: string | null; at: number}) | null;
};

type MeasuredType =
  | 'clock'
  | 'signer_stats'
  | 'block'
  | 'liveness'
  | 'work'
  | 'standing'
  | 'standing_read'
  | 'workers'
  | 'verdict';
export type Measured = Extract<OperatorEvent, {type: MeasuredType}>;

/** What was last measured of a part, with the time of it. */
export function measured(
  view: Pick<MeasuredView, 'standing' | 'workers'>,
  {seq: _seq, ...event}: Measured,
): Partial<MeasuredView> {
  switch (event.type) {
    case 'clock': {
      const {type: _type, ...clock} = event;
      return {clock: {...clock, merged: clock.merged && {...clock.merged, jobId: cut(clock.merged.jobId)}}};
    }
    case 'signer_stats': {
      const {type: _type, ...signer} = event;
      return {signer};
    }
    case 'block': {
      const {type: _type, ...block} = event;
      return {block};
    }
    case 'liveness': {
      const {type: _type, ...liveness} = event;
      return {liveness};
    }
    case 'work': {
      const {type: _type, ...work} = event;
      return {work};
    }
    case 'standing': {
      const {type: _type, ...standing} = event;
      return {standing};
    }
    case 'standing_read':
      return {standing: readAgain(view.standing ?? NOT_READ, event)};
    case 'workers':
      return {workers: workersNow(view.workers, event)};
    case 'verdict': {
      const {type: _type, ...verdict} = event;
      return {verdict: {...verdict, found: verdict.found === null ? null : cut(verdict.found)}};
    }
  }
}

const NOT_READ: StandingFacts = {readAt: null, failure: null, links: [], figures: null, costs: []};

/** What was read before, as it still is. */
function readAgain(
  before: StandingFacts,
  {readAt, block, failure, at}: Omit<Extract<Measured, {type: 'standing_read'}>, 'seq'>,
): MeasuredView['standing'] {
  const {figures} = before;
  const fresh =
    figures === null || block === null ? figures : {...figures, block: block.number, blockAt: block.blockAt};
  // A failed try leaves the links as they were; their age says how old they are.
  const links =
    failure === null && readAt !== null ? before.links.map((link) => ({...link, at: readAt})) : before.links;
  return {...before, readAt, failure, figures: fresh, links, at};
}
