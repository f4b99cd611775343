import type {Precondition} from '../../peers/chain/precondition.ts';
import type {TxRequest} from '../../peers/chain/tx/transact.ts';
import {goesOn, planOf, type Mode} from './act.ts';
import {step, type StepId, type StepReport} from './report.ts';
import {lookAt, type Sight, type Walk} from './sight.ts';

/** Sends one transaction of a step, in the mode of the command. */
type Send = (request: TxRequest) => Promise<StepReport>;

/** One step between a node and its first job. Each method gets the newest block. */
export type Step = {
  id: StepId;
  /** Nothing takes it back: what must hold for the steps after it must hold before it is sent. */
  isFinal: boolean;
  /** What is found where nothing is left to do; null where something is. */
  isDone(sight: Sight, before: readonly StepReport[]): Promise<readonly StepReport[] | null>;
  /** Everything that has to hold before it is sent, also what holds. */
  blockers(sight: Sight): Promise<readonly Precondition[]>;
  /** Why it waits, where the preconditions alone do not say it; null: they do. */
  missing(sight: Sight): StepReport | null;
  /** Its transactions, in order. */
  requests(sight: Sight): readonly TxRequest[];
  act(sight: Sight, send: Send): Promise<readonly StepReport[]>;
};

type Taken = {steps: readonly StepReport[]; unmet: readonly Precondition[]};

/** What a run of the steps came to: the reports, what has to be done first where there is something, and the chain after it. */
export type Walked = Taken & {sight: Sight};

/**
 * Takes the steps in order and leaves out what is done. A step that is blocked ends the run. Before anything is sent the chain is
 * looked at again, since a person may have thought about the question for an hour.
 * @throws AosError CHAIN_* | TX_* | SIGNER_* | KEY_* | JOURNAL_* | INTERRUPTED
 */
export async function runSteps(table: readonly Step[], walk: Walk): Promise<Walked> {
  const steps: StepReport[] = [];
  let sight = await lookAt(walk);
  for (const [index, one] of table.entries()) {
    const done = await one.isDone(sight, steps);
    if (done !== null) {
      steps.push(...done);
      continue;
    }
    const taken = await take(one, {walk, sight, before: steps, later: table.slice(index + 1)});
    steps.push(...taken.steps);
    // What was sent has changed the chain.
    sight = await lookAt(walk);
    if (taken.unmet.length > 0 || !taken.steps.every(goesOn)) return {steps, unmet: taken.unmet, sight};
  }
  return {steps, unmet: [], sight};
}

/** Every precondition of the steps, once each, for `--check`. @throws AosError CHAIN_* | SIGNER_* */
export async function checkSteps(table: readonly Step[], walk: Walk): Promise<Precondition[]> {
  const sight = await lookAt(walk);
  const all: Precondition[] = [];
  for (const {blockers} of [...table].reverse())
    for (const one of await blockers(sight)) if (all.every(({id}) => id !== one.id)) all.push(one);
  return all;
}

type Turn = {walk: Walk; sight: Sight; before: readonly StepReport[]; later: readonly Step[]};

async function take(one: Step, {walk, sight, before, later}: Turn): Promise<Taken> {
  const {mode} = walk.options;
  const isPlanned = before.some(({outcome}) => outcome === 'planned');
  const unmetAt = async (at: Sight): Promise<Precondition[]> =>
    unmetOf(await one.blockers(at), {mode, isPlanned, isFinal: one.isFinal});
  const blocked = (at: Sight): StepReport =>
    one.missing(at) ?? step(one.id, 'missing', 'something has to be done first, see below');

  const isUnderWay = one.requests(sight).some(({intent}) => walk.underWay.has(intent));
  const unmet = isUnderWay ? [] : await unmetAt(sight);
  if (unmet.length > 0) return {steps: [blocked(sight)], unmet};
  if (one.isFinal && mode === 'apply') await rehearse([one, ...later], sight);

  const late: {sight: Sight; unmet: readonly Precondition[]} = {sight, unmet: []};
  const stillHolds = async (): Promise<boolean> => {
    late.sight = await lookAt(walk);
    late.unmet = await unmetAt(late.sight);
    return late.unmet.length === 0;
  };
  const steps = await one.act(sight, async (request) => {
    const report = await walk.act(one.id, request, stillHolds);
    return late.unmet.length === 0 ? report : blocked(late.sight);
  });
  return {steps, unmet: late.unmet};
}

/** Preconditions of the sender: with `--calldata` another account sends. */
const OF_THE_SENDER: ReadonlySet<string> = new Set([
  'operator-account',
  'gas-balance',
  'permission',
  'key-permission',
  'metadata-permission',
]);

/**
 * Those that keep a step from being sent. What is not known keeps back only what nothing takes back: the other steps are
 * simulated as a whole.
 */
function unmetOf(
  list: readonly Precondition[],
  {mode, isPlanned, isFinal}: {mode: Mode; isPlanned: boolean; isFinal: boolean},
): Precondition[] {
  return list.filter(({id, state, needsOperator}) => {
    if (mode === 'calldata' && OF_THE_SENDER.has(id)) return false;
    if (isPlanned && needsOperator === true) return false;
    return state === 'fail' || state === 'pending' || (isFinal && state === 'unknown');
  });
}

/**
 * Plans a step that nothing takes back and all after it, opens their keys, and drops the plans: a key that does not open, or a
 * signer that does not have an account, is found before that step is sent. Nothing is signed.
 */
async function rehearse(steps: readonly Step[], sight: Sight): Promise<void> {
  for (const one of steps)
    for (const request of one.requests(sight)) await (await planOf(request)).signing?.ready();
}

/** Sends the transactions of a step one after the other, until one does not let the next one follow. */
export async function sendAll(requests: readonly TxRequest[], send: Send): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  for (const request of requests) {
    const report = await send(request);
    reports.push(report);
    if (!goesOn(report)) break;
  }
  return reports;
}
