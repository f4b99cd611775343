import type {FlowName} from '../../peers/chain/flows/list.ts';
import type {AvsState, CoolDown, FlowPlace, WayBack} from '../../peers/chain/flows/flow.ts';
import {readPostExitState, type PostExitState} from '../../peers/chain/flows/post-exit-state.ts';
import type {TxLimits} from '../../peers/chain/tx/deps.ts';
import {refreshOpenAttempts} from '../../peers/chain/tx/open-attempts.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {refusePublicAddress} from '../../protocol/known-keys/known-keys.ts';
import type {Config} from '../../config/config.ts';
import type {TxReport} from '../tx/report.ts';
import type {Confirm, ConfirmSigning} from '../tx/confirm.ts';
import {watchAgreement} from '../tx/agreement.ts';
import {withTxSession, type TxSession} from '../tx/session.ts';
import {settingOf} from '../tx/setting.ts';
import {afterSent, createAct, type Mode} from './act.ts';
import {appointmentsFor} from './appoint.ts';
import {findAgreedAvs, type Avs} from './avs.ts';
import type {CallReport} from './call.ts';
import {leaveWarnings} from './leave-warnings.ts';
import {openChallenges, refuseOpenJobs} from './open-work.ts';
import {step, type StepReport} from './report.ts';

export type DeregisterOptions = {
  mode: Mode;
  flow: FlowName | null;
  /** Null: all that the operator is in. */
  quorums: readonly number[] | null;
  /** Although jobs are open. */
  force: boolean;
  limits: TxLimits;
  confirm: Confirm;
  /** Asked before a call is given by `--calldata` whose contract only the RPC names. */
  confirmSigning: ConfirmSigning;
  note: (line: string) => void;
  /** Says what has to be read before the answer, also with `--quiet`. */
  warn: (message: string) => void;
};

/** What `aos deregister` answers. */
export type DeregisterReport = {
  flow: FlowName;
  registry: string;
  /** Quorums or operator sets that are left, and those that the operator stays in. */
  left: readonly number[];
  remaining: readonly number[];
  /** Whether the service manager takes the address again after this; `open` where nothing is left. */
  wayBack: WayBack;
  /** How long what is left may still slash and does not take the operator back; null without such a time. */
  coolDown: CoolDown | null;
  /** Challenges that are open now; they name no operator. */
  openChallenges: readonly number[];
  steps: readonly StepReport[];
  /** With `--calldata`: what an admin sends so that this address may send the call itself. */
  appointments: readonly CallReport[];
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
export function deregister(config: Config, given: DeregisterOptions): Promise<DeregisterReport> {
  const {options, explained} = watchAgreement(given);
  return deregisterBy(config, options).catch((error: unknown) => {
    throw explained(error);
  });
}

function deregisterBy(config: Config, options: DeregisterOptions): Promise<DeregisterReport> {
  const {limits, note, mode, quorums} = options;
  return withTxSession(config, {signal: limits.signal, note, readOnly: mode !== 'apply'}, async (session) => {
    if (mode === 'apply') refusePublicSender(config.node.id, session.chain.chainId);
    const avs = await findAgreedAvs(session, config, options.flow);
    await refreshOpenAttempts(session.tx, limits);
    const chain = await session.refresh();
    const {contracts, flow, operator} = avs;
    const place = {chain, contracts, operator};
    const state = await flow.readState(place, null);
    const {groups} = state;
    const left = quorums === null ? groups : groups.filter((id) => quorums.includes(id));
    const remaining = groups.filter((id) => !left.includes(id));
    const idle = nothingToLeave(avs, state, left, quorums);
    const exit = {config, session, avs, options, place, left, remaining};
    const {steps, ...follows} = idle === null ? await leave(exit) : {...NOTHING_LEFT, steps: [idle]};
    const tx = steps[0]?.tx ?? null;
    const [stays, appointments] = await afterwards(exit, steps).catch((error: unknown) => {
      throw afterSent(error, tx === null ? [] : [tx]);
    });
    return {
      flow: flow.name,
      registry: contracts.registry,
      left,
      remaining,
      ...follows,
      steps,
      appointments: mode === 'calldata' ? appointments : [],
      ...fieldsOf(tx),
      stays,
    };
  });
}

/** Refuses to sign with a key that anyone has; the way out of the AVS stays open. @throws AosError KEY_PUBLIC */
function refusePublicSender(id: string, chainId: number): void {
  try {
    refusePublicAddress('node.node_id', id, chainId);
  } catch (error) {
    if (!isAosError(error, 'KEY_PUBLIC')) throw error;
    const {message, details} = error;
    throw new AosError('KEY_PUBLIC', message, {
      details,
      next: run('deregister', ['--calldata'], 'To leave all the same, send the call from a wallet'),
    });
  }
}

type Exit = {
  config: Config;
  session: TxSession;
  avs: Avs;
  options: DeregisterOptions;
  place: FlowPlace;
  left: readonly number[];
  remaining: readonly number[];
};

type Left = Pick<DeregisterReport, 'steps' | 'wayBack' | 'coolDown' | 'openChallenges'>;
const NOTHING_LEFT: Omit<Left, 'steps'> = {wayBack: 'open', coolDown: null, openChallenges: []};

async function leave({config, session, avs, options, place, left, remaining}: Exit): Promise<Left> {
  const {mode, force, warn} = options;
  const {flow, contracts} = avs;
  // A job may come while a person reads the question: so it is looked for once more before it is signed.
  const isFree = async (): Promise<boolean> => {
    if (mode === 'apply' && !force) await refuseOpenJobs(config);
    return true;
  };
  await isFree();
  const [wayBack, coolDown, challenges] = await Promise.all([
    flow.readWayBack(place, remaining),
    flow.readCoolDown(place),
    openChallenges(place.chain, contracts.challengeManager),
  ]);
  const follows = {wayBack, coolDown, openChallenges: challenges};
  for (const {message} of leaveWarnings(follows)) warn(message);
  const plan = flow.planExit(place, left);
  const act = createAct({
    ...options,
    command: 'deregister',
    tx: session.tx,
    setting: settingOf(config, place.chain.chainId, contracts),
  });
  const report = await act('avs', {intent: plan.intent, plan: () => Promise.resolve(plan)}, isFree);
  return {steps: [report], ...follows};
}

/** What stays, and the appointments that the call needs, at the newest block. */
async function afterwards(
  {session, avs, left, remaining}: Exit,
  steps: readonly StepReport[],
): Promise<[PostExitState, CallReport[]]> {
  const {contracts, flow, operator} = avs;
  const chain = await session.refresh();
  const [stays, appointments] = await Promise.all([
    readPostExitState(flow, {chain, contracts, operator}, left),
    appointmentsFor(chain, avs, steps),
  ]);
  // The service manager refuses a member as it refuses a former one; an operator that stays in a quorum can join the others again.
  const canReregister = remaining.length > 0 && stays.canReregister === false ? null : stays.canReregister;
  return [{...stays, canReregister}, appointments];
}

function fieldsOf(tx: TxReport | null): Pick<DeregisterReport, 'txHash' | 'block' | 'gasUsed' | 'feeWei'> {
  const {txHash = null, block = null, gasUsed = null, feeWei = null} = tx ?? {};
  return {txHash, block, gasUsed, feeWei};
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
