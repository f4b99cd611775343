import type {ListStyle} from '../../cli/check-list.ts';
import type {Config} from '../../config/config.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {EXIT} from '../../foundation/errors/table.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {count} from '../../foundation/text/words.ts';
import {accountPreconditions, readAccount} from '../../peers/chain/flows/account.ts';
import type {CoolDown, FlowPlace, WayBack} from '../../peers/chain/flows/flow.ts';
import type {FlowName} from '../../peers/chain/flows/list.ts';
import {planAppointments} from '../../peers/chain/plans/appointments.ts';
import {done, fail, ok, readiness, REGISTRATION, unknown, warn} from '../../peers/chain/precondition.ts';
import type {Precondition} from '../../peers/chain/precondition.ts';
import type {TxLimits} from '../../peers/chain/tx/deps.ts';
import type {TxPlan} from '../../peers/chain/tx/plan.ts';
import {prepare} from '../../peers/chain/tx/transact.ts';
import {withTxSession, type TxSession} from '../tx/session.ts';
import {findAgreedAvs, type Avs} from './avs.ts';
import type {DeregisterOptions} from './deregister.ts';
import {leaveWarnings} from './leave-warnings.ts';
import {openChallenges, openJobs} from './open-work.ts';
import {preconditionLines} from './report.ts';

/** `left`: there is nothing to leave. The others are as `aos register --check` has them. */
export type LeaveState = 'ready' | 'left' | 'pending' | 'fail' | 'unknown';

/** What `aos deregister --check` answers. */
export type LeaveCheck = {
  state: LeaveState;
  flow: FlowName;
  /** Quorums or operator sets that would be left, and those that the operator would stay in. */
  leaves: readonly number[];
  remaining: readonly number[];
  /** Whether the service manager takes the address again afterwards; `open` where nothing is left. */
  wayBack: WayBack;
  preconditions: readonly Precondition[];
};

/** Exit code of each state. */
export const LEAVE_EXIT: Readonly<Record<LeaveState, number>> = {
  ready: EXIT.ok,
  left: EXIT.ok,
  pending: EXIT.pending,
  fail: EXIT.negative,
  unknown: EXIT.negative,
};

/**
 * Looks at everything that `aos deregister` would refuse for or warn of; nothing is signed or sent.
 * @throws AosError CHAIN_* | CONFIG_INVALID | USAGE | JOURNAL_* | INTERRUPTED
 */
export function checkLeaving(
  config: Config,
  {flow: wanted, quorums, force, limits, note}: DeregisterOptions,
): Promise<LeaveCheck> {
  return withTxSession(config, {signal: limits.signal, note, readOnly: true}, async (session) => {
    const avs = await findAgreedAvs(session, config, wanted);
    const {flow, contracts, operator} = avs;
    const place = {chain: session.chain, contracts, operator};
    const {known, groups} = await flow.readState(place, null);
    const leaves = quorums === null ? groups : groups.filter((id) => quorums.includes(id));
    const remaining = groups.filter((id) => !leaves.includes(id));
    const found = {flow: flow.name, leaves, remaining};
    const needed = 'in the AVS';
    if (known === null)
      return {
        ...found,
        state: 'unknown',
        wayBack: 'unknown',
        preconditions: [
          unknown(
            REGISTRATION,
            `${contracts.registry} does not answer as a registry of ${flow.name}`,
            needed,
          ),
        ],
      };
    const isNotIn = flow.words.isChosen && quorums !== null && leaves.length === 0;
    if (!known || isNotIn) {
      const words = known ? `not in ${quorums?.join(', ') ?? 'any'}` : 'not registered';
      return {...found, state: 'left', wayBack: 'open', preconditions: [done(REGISTRATION, words, needed)]};
    }
    const {one, many} = flow.words.group;
    const inside = ok(
      REGISTRATION,
      groups.length === 0 ? 'registered' : `in ${groups.length === 1 ? one : many} ${groups.join(', ')}`,
      needed,
    );
    const [jobs, wayBack, coolDown, challenges, sender] = await Promise.all([
      openJobs(config),
      flow.readWayBack(place, remaining),
      flow.readCoolDown(place),
      openChallenges(place.chain, contracts.challengeManager),
      senderChecks(session, {avs, place, leaves, limits}),
    ]);
    const preconditions = [
      inside,
      jobsCheck(jobs, force),
      wayBackCheck(wayBack),
      ...coolDownCheck(coolDown),
      challengesCheck(challenges),
      ...sender,
    ];
    const state = readiness(preconditions);
    return {...found, state: state === 'registered' ? 'left' : state, wayBack, preconditions};
  });
}

/** The account that sends the call, and the call itself. */
async function senderChecks(
  {chain, tx}: TxSession,
  {avs, place, leaves, limits}: {avs: Avs; place: FlowPlace; leaves: readonly number[]; limits: TxLimits},
): Promise<Precondition[]> {
  const {contracts, flow, operator} = avs;
  const plan = flow.planExit(place, leaves);
  const [account, missing] = await Promise.all([
    readAccount(chain, contracts, operator),
    planAppointments(chain, contracts, operator, [plan]),
  ]);
  const calldata = run('deregister', ['--calldata'], 'Make the call data, and have it sent');
  const own = accountPreconditions(account)
    .filter(({id}) => id === 'operator-account' || id === 'gas-balance')
    .map((one) => (one.id === 'operator-account' && one.state === 'fail' ? {...one, next: calldata} : one));
  const [permission, may] = ['exit-permission', 'the operator may leave by itself'];
  return [
    ...own,
    missing.length === 0
      ? ok(permission, may, may)
      : fail(permission, 'no: it has other admins', may, calldata),
    await callCheck(tx, plan, limits),
  ];
}

/** What a sending would refuse for. */
const NOT_READY = [
  'CHAIN_REVERTED',
  'TX_FEE_TOO_HIGH',
  'TX_TIP_TOO_HIGH',
  'TX_COST_TOO_HIGH',
  'TX_INSUFFICIENT_FUNDS',
] as const;

/** Runs the call that leaves, without sending it. */
async function callCheck(tx: TxSession['tx'], plan: TxPlan, limits: TxLimits): Promise<Precondition> {
  const [id, needed] = ['exit-call', 'the registry takes the call'];
  try {
    await prepare(tx, plan, limits);
    return ok(id, needed, needed);
  } catch (error) {
    if (!isAosError(error, ...NOT_READY)) throw error;
    return fail(id, error.message, needed, error.next);
  }
}

function jobsCheck(jobs: number, isForced: boolean): Precondition {
  const [id, needed] = ['open-jobs', 'every job of this node is answered'];
  if (jobs === 0) return ok(id, 'none open', needed);
  const next = run('drain', ['--wait'], 'Let the operator finish them, or leave all the same with --force');
  return (isForced ? warn : fail)(id, `${count(jobs, 'job')} open`, needed, next);
}

function wayBackCheck(wayBack: WayBack): Precondition {
  const [id, needed] = ['way-back', 'the address can register again'];
  const [warning] = leaveWarnings({wayBack, coolDown: null, openChallenges: []});
  if (warning === undefined) return ok(id, needed, needed);
  return warn(id, warning.message, needed, say('Leave only if this address is not to serve this AVS again.'));
}

/** None in a flow that takes an address back at once. */
function coolDownCheck(coolDown: CoolDown | null): Precondition[] {
  const [warning] = leaveWarnings({wayBack: 'open', coolDown, openChallenges: []});
  if (warning === undefined) return [];
  const [id, needed] = ['slashable-afterwards', 'the stake is free at once'];
  return [warn(id, warning.message, needed, say('Keep the node in order until then.'))];
}

function challengesCheck(challenges: readonly number[]): Precondition {
  const [id, needed] = ['challenges', 'no challenge is open'];
  const [warning] = leaveWarnings({wayBack: 'open', coolDown: null, openChallenges: challenges});
  if (warning === undefined) return ok(id, 'none open', needed);
  return warn(
    id,
    warning.message,
    needed,
    run('challenge list', [], 'See whether one is about a job of this node'),
  );
}

/** The answer of `aos deregister --check` for people. */
export function leaveCheckText({preconditions, flow, state}: LeaveCheck, style: ListStyle): string {
  return [...preconditionLines(preconditions, style), '', `flow ${flow}: ${state}`].join('\n');
}
