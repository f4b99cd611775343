import {readRangeState} from '../../peers/chain/plans/range.ts';
import {registerIntent} from '../../peers/chain/flows/intents.ts';
import {readSocket} from '../../peers/chain/flows/socket.ts';
import type {Precondition} from '../../peers/chain/precondition.ts';
import {refreshOpenAttempts} from '../../peers/chain/tx/open-attempts.ts';
import type {Config} from '../../config/config.ts';
import {readHolding} from '../../node/journal/holding.ts';
import {refusePublicAddress} from '../../protocol/known-keys/known-keys.ts';
import {afterSent, createAct, recording} from './act.ts';
import {appointmentsFor} from './appoint.ts';
import {findAgreedAvs, type Avs} from './avs.ts';
import {readMetadata} from './metadata.ts';
import type {RegisterOptions} from './options.ts';
import {requestReport} from './range.ts';
import type {RegisterReport, StepReport} from './report.ts';
import {intentsUnderWay, type Walk} from './sight.ts';
import {checkSteps, runSteps, type Walked} from './steps.ts';
import {stepsOf} from './table.ts';
import {nextOf} from './what-next.ts';
import {watchAgreement} from '../tx/agreement.ts';
import {txReport} from '../tx/report.ts';
import {withTxSession, type TxSession} from '../tx/session.ts';
import {settingOf, type Setting} from '../tx/setting.ts';

/**
 * Everything between a node and its first job, in order: EigenLayer operator, keys of operator sets, AVS with its BLS key, socket,
 * dispatcher, range. What is done is left alone, so it can be run again at any point.
 * @throws AosError CHAIN_* | TX_* | SIGNER_* | KEY_* | JOURNAL_* | CONFIG_INVALID | INTERRUPTED
 */
export function register(config: Config, given: RegisterOptions): Promise<RegisterReport> {
  const {options, explained} = watchAgreement(given);
  return registerBy(config, options).catch((error: unknown) => {
    throw explained(error);
  });
}

async function registerBy(config: Config, options: RegisterOptions): Promise<RegisterReport> {
  const {limits, note} = options;
  refusePublic({chainId: config.chainId}, config, options);
  const readOnly = options.mode !== 'apply';
  return withTxSession(config, {signal: limits.signal, note, readOnly}, async (session) => {
    refusePublic(session.chain, config, options);
    const avs = await findAgreedAvs(session, config, options.flow);
    // What is on its way is decided first: the chain is read after it.
    const open = await refreshOpenAttempts(session.tx, limits);
    const setting = settingOf(config, session.chain.chainId, avs.contracts);
    const {act, sent} = recording(createAct({...options, command: 'register', tx: session.tx, setting}));
    const walk = {...(await walkOf(session, avs, {options, setting})), act, underWay: intentsUnderWay(open)};
    const {onChain, withDispatcher} = stepsOf(walk);
    try {
      const walked = await runSteps([...onChain, ...withDispatcher], walk);
      return await finish(config, walk, walked);
    } catch (error) {
      throw afterSent(error, sent);
    }
  });
}

/** The preconditions of the registration, for `--check`. @throws AosError as {@link register}; nothing is signed */
export function checkRegistration(
  config: Config,
  options: RegisterOptions,
): Promise<{avs: Avs; preconditions: Precondition[]}> {
  const {limits, note} = options;
  refusePublic({chainId: config.chainId}, config, options);
  return withTxSession(config, {signal: limits.signal, note, readOnly: true}, async (session) => {
    refusePublic(session.chain, config, options);
    const avs = await findAgreedAvs(session, config, options.flow);
    const setting = settingOf(config, session.chain.chainId, avs.contracts);
    const walk = await walkOf(session, avs, {options, setting});
    return {avs, preconditions: await checkSteps(stepsOf(walk).onChain, walk)};
  });
}

/** Refuses keys that anyone has, by the chain that the RPC serves. @throws AosError KEY_PUBLIC */
function refusePublic(
  {chainId}: {chainId: number | null},
  {node}: Config,
  {signingKey, setKeys}: RegisterOptions,
): void {
  refusePublicAddress('node.node_id', node.id, chainId);
  const keys = [...(signingKey === null ? [] : [signingKey]), ...setKeys.ecdsa.values()];
  for (const key of keys) refusePublicAddress('--signing-key', key, chainId);
}

/** A walk that sends nothing yet. */
async function walkOf(
  session: TxSession,
  avs: Avs,
  {options, setting}: {options: RegisterOptions; setting: Setting},
): Promise<Walk> {
  const {metadataUrl, newMetadataUrl, limits} = options;
  const {chainId} = session.chain;
  return {
    session,
    avs,
    options,
    act: createAct({...options, mode: 'calldata', command: 'register', tx: session.tx, setting}),
    metadata: await readMetadata(newMetadataUrl ?? metadataUrl, {chainId, signal: limits.signal}),
    underWay: new Set(),
  };
}

async function finish(
  config: Config,
  walk: Walk,
  {steps, unmet: preconditions, sight}: Walked,
): Promise<RegisterReport> {
  const {session, avs, options, metadata} = walk;
  const {contracts, flow, operator} = avs;
  const {rangeContract, registry, serviceManager} = contracts;
  const {place, state} = sight;
  const {chain} = place;
  const [range, socket, appointments] = await Promise.all([
    rangeContract === null ? null : readRangeState(chain, rangeContract, operator),
    state.known === true ? readSocket(place, state.operatorId) : null,
    options.mode === 'calldata' ? appointmentsFor(chain, avs, steps) : [],
  ]);
  const avsStep = steps.find(({id}) => id === 'avs');
  const past = session.tx.journal.list(PAST).find(({intent, state: at, chain: of}) => {
    const isOurs =
      intent === registerIntent(registry, operator) && of.genesis === session.tx.node.chain.genesis;
    return isOurs && at === 'mined';
  });
  const sent = avsStep?.tx ?? (past === undefined || state.known !== true ? null : txReport(past));
  const known = socket?.state === 'known' ? socket.value : null;
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
    socket: known ?? (state.takesSocket && isGiven(avsStep) ? options.socket : null),
    range: range?.range ?? null,
    rangeMax: range?.max ?? null,
    rangeRequest:
      range === null || range.request === null ? null : {...requestReport(range.request), owner: range.owner},
    appointments,
    metadata,
    next: nextOf({steps}, options.mode, readHolding(config.store.dir)),
  };
}

function isGiven(avs: StepReport | undefined): boolean {
  return avs?.outcome === 'done' || avs?.outcome === 'planned' || avs?.outcome === 'pending';
}

/** Transactions among which an earlier registration is looked for. */
const PAST = 1_000;
