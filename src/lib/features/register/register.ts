import {readAccount} from '../../peers/chain/flows/account.ts';
import type {AvsState} from '../../peers/chain/flows/flow.ts';
import {registerIntent} from '../../peers/chain/flows/intents.ts';
import type {FlowName} from '../../peers/chain/flows/list.ts';
import {readPreconditions} from '../../peers/chain/flows/preconditions.ts';
import {readSocket} from '../../peers/chain/flows/socket.ts';
import type {Chain} from '../../peers/chain/open.ts';
import {asOperatorIntent, planAsOperator} from '../../peers/chain/plans/as-operator.ts';
import {readRangeState} from '../../peers/chain/plans/range.ts';
import {readiness, type Precondition} from '../../peers/chain/precondition.ts';
import {refreshOpenAttempts} from '../../peers/chain/tx/open-attempts.ts';
import type {TxLimits} from '../../peers/chain/tx/deps.ts';
import type {PreparedTx} from '../../peers/chain/tx/transact.ts';
import type {ProgressLine} from '../../cli/progress-line.ts';
import type {Config} from '../../config/config.ts';
import {afterSent, createAct, goesOn, recording, type Act, type Mode} from './act.ts';
import {findAvs, placeOf, registrationErrand, setKeyRequests, type Avs, type Registering} from './avs.ts';
import {registerWithDispatcher} from './dispatcher.ts';
import type {BlsKey, Hex} from './key.ts';
import {lookAtRange, rangeStep, requestReport, type RangeContext} from './range.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {step, type RegisterReport, type StepReport} from './report.ts';
import {txReport} from '../tx/report.ts';
import {withTxSession, type TxSession} from '../tx/session.ts';

export type RegisterOptions = {
  mode: Mode;
  /** Where to find the metadata of a new EigenLayer operator; null: do not become one. */
  metadataUrl: string | null;
  flow: FlowName | null;
  quorums: readonly number[] | null;
  socket: string | null;
  signingKey: Hex | null;
  blsKey: BlsKey | null;
  expiryMs: number;
  /** Base URL of the dispatcher's HTTP API. */
  dispatcherUrl: string;
  limits: TxLimits;
  confirm: (prepared: PreparedTx) => Promise<boolean>;
  note: (line: string) => void;
  /** Shows how long the dispatcher takes. */
  progress: ProgressLine;
};

/** What to type to become an EigenLayer operator. */
const AS_OPERATOR = run('register', ['--as-operator', '--metadata-url', 'URL']);

/**
 * Everything between a node and its first job, in order: EigenLayer operator, BLS key, keys of operator sets, AVS,
 * dispatcher, range. What is done is left alone, so it can be run again at any point.
 * @throws AosError CHAIN_* | TX_* | SIGNER_* | KEY_* | JOURNAL_* | CONFIG_INVALID | INTERRUPTED
 */
export function register(config: Config, options: RegisterOptions): Promise<RegisterReport> {
  const {limits, note} = options;
  return withTxSession(config, {signal: limits.signal, note}, async (session) => {
    const avs = await findAvs(session.chain, config, options.flow);
    // What is on its way is decided first: the chain is read after it.
    await refreshOpenAttempts(session.tx, limits);
    const {act, sent} = recording(createAct({...options, tx: session.tx}));
    try {
      return await walk({session, avs, options, act});
    } catch (error) {
      throw afterSent(error, sent);
    }
  });
}

/** The preconditions of the registration, for `--check`. */
export function checkRegistration(
  config: Config,
  options: Pick<RegisterOptions, 'flow' | 'quorums' | 'blsKey' | 'signingKey' | 'limits' | 'note'>,
): Promise<{avs: Avs; preconditions: Precondition[]}> {
  const {limits, note} = options;
  return withTxSession(config, {signal: limits.signal, note}, async ({chain}) => {
    const avs = await findAvs(chain, config, options.flow);
    return {avs, preconditions: await preconditionsOf(chain, avs, options)};
  });
}

function preconditionsOf(
  chain: Chain,
  avs: Avs,
  {quorums, blsKey, signingKey}: Pick<RegisterOptions, 'quorums' | 'blsKey' | 'signingKey'>,
): Promise<Precondition[]> {
  const blsKeyId = blsKey?.id ?? null;
  return readPreconditions(avs.flow, placeOf(chain, avs), {quorums, blsKeyId, signingKey});
}

type Walk = {session: TxSession; avs: Avs; options: RegisterOptions; act: Act};

async function walk(given: Walk): Promise<RegisterReport> {
  const {session, avs, options} = given;
  const steps = [await asOperator(session.chain, given)];
  const more = async (make: (chain: Chain) => Promise<StepReport[]>): Promise<void> => {
    if (steps.every(goesOn)) steps.push(...(await make(await session.refresh())));
  };
  let unmet: Precondition[] = [];
  await more(async (chain) => {
    const state = await avs.flow.readState(placeOf(chain, avs), options.quorums);
    unmet = state.registered ? [] : await unmetPreconditions(chain, given, steps);
    if (unmet.length > 0) return [step('avs', 'missing', 'something has to be done first, see below')];
    return avsSteps(chain, given, state);
  });
  if (!steps.every(goesOn)) return finish(await session.refresh(), given, {steps, unmet, range: null});
  const {report, before} = await dispatcherStep(given);
  const range = {dispatcher: report.outcome, before};
  return finish(await session.refresh(), given, {steps: [...steps, report], unmet, range});
}

function dispatcherStep({
  session,
  avs: {contracts, operator},
  options,
}: Walk): ReturnType<typeof registerWithDispatcher> {
  const {signer, tx} = session;
  const {rangeContract} = contracts;
  const {limits, note, progress} = options;
  return registerWithDispatcher({
    url: options.dispatcherUrl,
    operator: signer.address,
    sign: options.mode === 'apply' ? (message, signal) => signer.sign(message, signal) : null,
    look: (signal) => lookAtRange(session, rangeContract, operator, signal),
    time: tx.time,
    note,
    progress,
    signal: limits.signal,
  });
}

async function asOperator(chain: Chain, {avs, options, act}: Walk): Promise<StepReport> {
  const {contracts, operator} = avs;
  const {delegationManager} = contracts;
  const {isOperator} = await readAccount(chain, contracts, operator);
  if (isOperator === true) return step('eigenlayer-operator', 'already', operator);
  // Becoming one is for good: never on a guess.
  if (isOperator === null)
    return step(
      'eigenlayer-operator',
      'missing',
      `unknown: ${delegationManager} does not answer as DelegationManager`,
      {next: say('Check chain.contracts.delegation_manager, or use another RPC.')},
    );
  const {metadataUrl} = options;
  if (metadataUrl === null)
    return step('eigenlayer-operator', 'missing', `${operator} is not an operator of EigenLayer`, {
      next: AS_OPERATOR,
    });
  return act('eigenlayer-operator', {
    intent: asOperatorIntent({delegationManager, operator}),
    plan: () => Promise.resolve(planAsOperator({delegationManager, operator, metadataUrl})),
  });
}

/**
 * Returns what has to be done before the registration. Where becoming an operator is only planned, its own precondition, and the
 * stake that comes after it, do not count.
 */
async function unmetPreconditions(
  chain: Chain,
  {avs, options}: Walk,
  steps: readonly StepReport[],
): Promise<Precondition[]> {
  const isPlanned = steps.some(({outcome}) => outcome === 'planned');
  const all = await preconditionsOf(chain, avs, options);
  const list = all.filter(({id}) => !(isPlanned && id === 'eigenlayer-operator'));
  const state = readiness(list);
  return state === 'fail' || state === 'pending'
    ? list.filter((one) => one.state === 'fail' || one.state === 'pending')
    : [];
}

async function avsSteps(
  chain: Chain,
  {session, avs, options, act}: Walk,
  state: AvsState,
): Promise<StepReport[]> {
  const {socket, signingKey, blsKey, expiryMs} = options;
  const given: Registering = {session, avs, state, socket, signingKey, blsKey, expiryMs};
  const steps: StepReport[] = [];
  for (const request of setKeyRequests(chain, given)) {
    steps.push(await act('operator-set-key', request));
    if (!steps.every(goesOn)) return steps;
  }
  if (state.registered)
    return [...blsStep(state, null, blsKey), ...steps, step('avs', 'already', joined(avs, state))];
  // Keys of operator sets may have taken blocks: the expiry of the signature counts from now.
  const done = await act(
    'avs',
    registrationErrand(steps.length === 0 ? chain : await session.refresh(), given),
  );
  return [...blsStep(state, done, blsKey), ...steps, await checkJoined(done, {session, avs, options})];
}

/** The transaction may be an earlier one, which was found on its way and named other quorums. */
async function checkJoined(
  done: StepReport,
  {session, avs, options: {quorums}}: Pick<Walk, 'session' | 'avs' | 'options'>,
): Promise<StepReport> {
  if (done.outcome !== 'done' || quorums === null) return done;
  const {groups, joining} = await avs.flow.readState(placeOf(await session.refresh(), avs), quorums);
  if (joining.length === 0) return done;
  const found = `registered for ${groups.join(', ')}; what was sent before did not name ${joining.join(', ')}`;
  const next = say('Run the command again: it registers for these too.');
  return step(done.id, 'pending', found, {tx: done.tx, call: done.call, next});
}

/** The BLS key goes with the registration, in the same transaction. */
function blsStep(
  {takesBlsKey, blsKeyId}: AvsState,
  avs: StepReport | null,
  key: BlsKey | null,
): StepReport[] {
  if (!takesBlsKey) return [];
  if (blsKeyId !== null) return [step('bls-key', 'already', blsKeyId)];
  return avs === null ? [] : [step('bls-key', avs.outcome, `${key?.id ?? ''}, with the registration`)];
}

function joined({flow: {words}}: Avs, {groups}: AvsState): string {
  if (groups.length === 0) return 'registered';
  return `${words.group.many} ${groups.join(', ')}`;
}

async function finish(
  chain: Chain,
  {session, avs, options}: Walk,
  done: {steps: StepReport[]; unmet: readonly Precondition[]; range: RangeContext | null},
): Promise<RegisterReport> {
  const {steps, unmet: preconditions} = done;
  const {contracts, flow, operator} = avs;
  const {rangeContract, registry, serviceManager} = contracts;
  const [state, range] = await Promise.all([
    flow.readState(placeOf(chain, avs), options.quorums),
    rangeContract === null ? null : readRangeState(chain, rangeContract, operator),
  ]);
  const socket = state.known ? await readSocket(chain, contracts, operator, state.operatorId) : null;
  if (range !== null && done.range !== null) steps.push(rangeStep(range, done.range));
  const avsStep = steps.find(({id}) => id === 'avs');
  const past = session.tx.journal.list(PAST).find(({intent, state: at, chain: of}) => {
    const isOurs =
      intent === registerIntent(registry, operator) && of.genesis === session.tx.node.chain.genesis;
    return isOurs && at === 'mined';
  });
  const sent = avsStep?.tx ?? (past === undefined || !state.known ? null : txReport(past));
  return {
    flow: flow.name,
    registry,
    serviceManager,
    steps,
    preconditions,
    txHash: sent?.txHash ?? null,
    block: sent?.block ?? null,
    gasUsed: sent?.gasUsed ?? null,
    feeWei: sent?.feeWei ?? null,
    operatorId: state.operatorId ?? (state.takesBlsKey ? (options.blsKey?.id ?? null) : null),
    quorums: state.groups,
    // A registry that stores no socket has it only in an event; what this run gave is known all the same.
    socket: socket ?? (state.takesSocket && isGiven(avsStep) ? options.socket : null),
    range: range?.range ?? null,
    rangeMax: range?.max ?? null,
    rangeRequest:
      range === null || range.request === null ? null : {...requestReport(range.request), owner: range.owner},
  };
}

function isGiven(avs: StepReport | undefined): boolean {
  return avs?.outcome === 'done' || avs?.outcome === 'planned' || avs?.outcome === 'pending';
}

/** Transactions among which an earlier registration is looked for. */
const PAST = 1_000;
