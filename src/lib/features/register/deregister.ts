import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {ListStyle} from '../../cli/check-list.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {wrap} from '../../foundation/text/cells.ts';
import type {AvsState} from '../../peers/chain/flows/flow.ts';
import {flowNamed, type FlowName} from '../../peers/chain/flows/list.ts';
import {readPostExitState, type PostExitState} from '../../peers/chain/flows/post-exit-state.ts';
import type {Chain} from '../../peers/chain/open.ts';
import {readOpenChallenges} from '../../peers/chain/plans/open-challenges.ts';
import type {TxLimits} from '../../peers/chain/tx/deps.ts';
import {refreshOpenAttempts} from '../../peers/chain/tx/open-attempts.ts';
import type {PreparedTx} from '../../peers/chain/tx/transact.ts';
import type {Config} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {JOURNAL_FILE, openJournal} from '../../node/journal/sqlite.ts';
import type {OutputWarning} from '../../cli/envelope.ts';
import {afterSent, createAct, type Mode} from './act.ts';
import {findAvs, placeOf, type Avs} from './avs.ts';
import {step, stepLines, type StepReport} from './report.ts';
import {withTxSession} from '../tx/session.ts';

export type DeregisterOptions = {
  mode: Mode;
  flow: FlowName | null;
  /** Null: all that the operator is in. */
  quorums: readonly number[] | null;
  /** Although jobs or challenges are open. */
  force: boolean;
  limits: TxLimits;
  confirm: (prepared: PreparedTx) => Promise<boolean>;
  note: (line: string) => void;
  /** Says what has to be read before the answer, also with `--quiet`. */
  warn: (message: string) => void;
};

/** What leaving means at AOS as published. */
const NO_WAY_BACK = 'the AOS service manager as published never lets an address back in after it has left';

/** What `aos deregister` answers. */
export type DeregisterReport = {
  flow: FlowName;
  registry: string;
  /** Quorums or operator sets that are left. */
  left: readonly number[];
  steps: readonly StepReport[];
  txHash: string | null;
  block: bigint | null;
  gasUsed: bigint | null;
  feeWei: bigint | null;
  stays: PostExitState;
};

/**
 * Takes the operator out of the AVS, and says what stays behind.
 * @throws AosError OPEN_WORK | CHAIN_* | TX_* | SIGNER_* | JOURNAL_* | INTERRUPTED
 */
export function deregister(config: Config, options: DeregisterOptions): Promise<DeregisterReport> {
  const {limits, note, mode} = options;
  return withTxSession(config, {signal: limits.signal, note}, async (session) => {
    const avs = await findAvs(session.chain, config, options.flow);
    await refreshOpenAttempts(session.tx, limits);
    const chain = await session.refresh();
    const {contracts, flow} = avs;
    const {registry} = contracts;
    const state = await flow.readState(placeOf(chain, avs), null);
    const {groups} = state;
    const left = options.quorums === null ? groups : groups.filter((id) => options.quorums?.includes(id));
    const steps = [nothingToLeave(avs, state, left, options.quorums)].filter((one) => one !== null);
    if (steps.length === 0) {
      if (mode === 'apply' && !options.force) await refuseOpenWork(chain, config, avs);
      options.warn(NO_WAY_BACK);
      const plan = flow.planExit(placeOf(chain, avs), left);
      const act = createAct({...options, tx: session.tx});
      steps.push(await act('avs', {intent: plan.intent, plan: () => Promise.resolve(plan)}));
    }
    const tx = steps[0]?.tx ?? null;
    const stays = await session
      .refresh()
      .then((now) => readPostExitState(flow, placeOf(now, avs), left))
      .catch((error: unknown) => {
        throw afterSent(error, tx === null ? [] : [tx]);
      });
    const {txHash = null, block = null, gasUsed = null, feeWei = null} = tx ?? {};
    return {flow: flow.name, registry, left, steps, txHash, block, gasUsed, feeWei, stays};
  });
}

/** Why nothing is to be sent; null when there is something to leave. */
function nothingToLeave(
  {contracts: {registry}, flow}: Avs,
  {known}: AvsState,
  left: readonly number[],
  wanted: readonly number[] | null,
): StepReport | null {
  // Never `already` on a guess: the operator may still be in, and slashable.
  if (known === null)
    return step(
      'avs',
      'missing',
      `unknown: ${registry} does not answer as a registry of the flow ${flow.name}`,
      {
        next: say('Check chain.contracts.registry and --flow, or use another RPC.'),
      },
    );
  if (!known) return step('avs', 'already', 'not registered');
  if (!flow.words.isChosen || left.length > 0 || wanted === null) return null;
  return step('avs', 'already', `not in ${wanted.join(', ')}`);
}

/** @throws AosError OPEN_WORK with what is open */
async function refuseOpenWork(chain: Chain, config: Config, {contracts}: Avs): Promise<void> {
  const {challengeManager} = contracts;
  const [jobs, challenges] = await Promise.all([
    openJobs(config),
    challengeManager === null ? [] : readOpenChallenges(chain, challengeManager),
  ]);
  const open = [
    ...(jobs === 0 ? [] : [`${jobs} job${jobs === 1 ? '' : 's'} of this node`]),
    ...(challenges.length === 0
      ? []
      : [`challenge${challenges.length === 1 ? '' : 's'} ${challenges.join(', ')}`]),
  ];
  if (open.length === 0) return;
  throw new AosError('OPEN_WORK', `still open: ${open.join(' and ')}`, {
    details: {jobs, challenges: challenges.length},
  });
}

/** Jobs in the journal that are not over; 0 where no journal has been made yet. */
async function openJobs({store, node}: Config): Promise<number> {
  if (!existsSync(join(store.dir, JOURNAL_FILE))) return 0;
  const journal = await openJournal({dir: store.dir, clockId: node.clockId ?? 1n, readOnly: true});
  try {
    const {received, selected, concluded, signed} = journal.counts();
    return received + selected + concluded + signed;
  } finally {
    await journal.close();
  }
}

/** The warnings of the answer: where something was or would be sent, that it is for good. */
export function deregisterWarnings({steps}: DeregisterReport): OutputWarning[] {
  const isIdle = steps.every(({outcome}) => outcome === 'already' || outcome === 'missing');
  return isIdle ? [] : [{code: 'NO_WAY_BACK', message: NO_WAY_BACK}];
}

/** The answer for people. */
export function deregisterText({flow, steps, stays}: DeregisterReport, style: ListStyle): string {
  const {range, canReregister, slashableUntil} = stays;
  const lines = [
    ...(range === null
      ? []
      : [`the sampling range ${range.start} to ${range.end}; only its owner can take it away`]),
    ...(canReregister === false
      ? ['the address on the service manager’s list, so that it cannot register there again']
      : []),
    ...(slashableUntil === null
      ? []
      : [`stake allocated to the sets, slashable until block ${slashableUntil}`]),
    flowNamed(flow).words.stays,
  ];
  const rest = lines.flatMap((line) => wrap(`  ${line}`, style.width));
  return [...stepLines(steps, style), 'stays:', ...rest].join('\n');
}
