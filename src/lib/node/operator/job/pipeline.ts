import {createSequencer} from '../../../foundation/async/sequencer.ts';
import type {Session} from '../session.ts';
import {createDeliver} from './deliver.ts';
import {createDuplicates, type Duplicates} from './duplicates.ts';
import {createGiveUp} from './give-up.ts';
import {inBudget} from './heavy-jobs.ts';
import type {Steps} from './job.ts';
import type {Clocked, Delivery, Recording, Sampling, Workers} from './parts.ts';
import {createResultCheck, type RestoredNode} from './result-check.ts';
import {readAgain} from './read-again.ts';
import {createReceive, type Receive} from './receive.ts';
import {createSample} from './sample.ts';
import {createSampler} from './sampler.ts';
import type {Scheduler} from './scheduling.ts';
import {createWork} from './work.ts';

/** The way of a job: how it comes in, and the steps that the scheduler takes it through. */
export function createPipeline(
  deps: Recording &
    Clocked &
    Workers &
    Sampling &
    Omit<Delivery, 'sequencer'> & {scheduler: Scheduler; session: Session} & RestoredNode,
): {receive: Receive; steps: Steps; duplicates: Duplicates} {
  const {scheduler} = deps;
  const duplicates = createDuplicates(deps);
  const check = createResultCheck(deps);
  const jobs = {...deps, check, sampler: createSampler(deps), load: scheduler, duplicates};
  return {
    duplicates,
    receive: createReceive(jobs),
    steps: readAgain(
      {
        sample: inBudget(check.before(createSample(jobs)), deps),
        work: inBudget(createWork(jobs), deps),
        giveUp: createGiveUp(jobs),
        deliver: inBudget(createDeliver({...deps, sequencer: createSequencer()}), deps),
      },
      deps,
    ),
  };
}
