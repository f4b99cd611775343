import {run, say} from '../../foundation/next-step/next-step.ts';
import {readOperatorStatus} from '../../peers/chain/status/operator-status.ts';
import type {VrfKeySource} from '../../config/config.ts';
import {readVrfKey} from '../../config/vrf-key.ts';
import {readMute} from '../../node/alerts/mute.ts';
import {connectHere} from '../../node/presence/here.ts';
import {CODES} from '../../foundation/errors/table.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {createDispatcherRest} from '../../peers/dispatcher/rest.ts';
import type {DispatcherOperator} from '../../peers/dispatcher/rest-rows.ts';
import {dispatcherHttpUrl} from '../../config/dispatcher-http-url.ts';
import {openSigner, signerPlaces, type SignerPlace} from '../../peers/signer/open.ts';
import {parseSignerUrl} from '../../peers/signer/url.ts';
import {type JournalFacts, type RunningFacts, type SignerFacts, type StatusFacts} from './facts.ts';
import {proxyUses} from '../../foundation/system/proxy-choice.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {loadVrf} from '../../protocol/vrf/ecvrf.ts';
import {alertPeers} from '../alert/peers.ts';
import {factWithin} from './fact-within.ts';
import {readJournalFacts} from './journal-facts.ts';
import type {LocalNode, StatusTarget} from './target.ts';
import type {RpcWatch} from '../../peers/chain/rpc/watch.ts';
import {known, unknown, type Fact} from '../../foundation/fact.ts';

/** How long each source may take; one that takes longer is unknown and the others do not wait for it. */
const DEADLINES_MS = {signer: 5_000, chain: 30_000, control: 2_000, row: 3_000} as const;
/** For a source that does not answer at all. */
const ADVICE = {
  // Something listens there: nothing to start.
  signer: run('signer check'),
  chain: CODES.CHAIN_UNREACHABLE.next,
  control: say('Read the operator’s log.'),
  row: CODES.DISPATCHER_UNREACHABLE.next,
} as const;
/** `eth_accounts` needs no key backend; what explains its silence takes as long again, within the limit of the signer. */
const ACCOUNTS_TIMEOUT_MS = 2_000;
/** One request to the RPC, of the six steps that the chain takes. */
const RPC_TIMEOUT_MS = 6_000;
const HELLO_MS = 1_500;
const NOT_HERE = unknown('not this machine');
const OFFLINE = unknown('not asked: --offline', run('status'));
const HARMLESS = Buffer.from('AOS status, not a transaction');

export type GatherOptions = {
  offline: boolean;
  signal: AbortSignal;
  /** The user's limit for all sources; undefined for that of each. */
  timeoutMs?: number | undefined;
  /** Sees what is waited for at the chain. */
  watch?: RpcWatch;
};

/**
 * Everything that can be found out about an operator, from all sources at once, each with a time limit of its own.
 * @throws the signal's reason
 */
export async function gatherStatus(
  target: StatusTarget,
  {offline, signal, timeoutMs, watch}: GatherOptions,
): Promise<StatusFacts> {
  const {local, nodeId, network, rules} = target;
  const [signer, chain, asked, journal, row] = await Promise.all([
    signerFact(target, {offline, signal}),
    offline
      ? OFFLINE
      : readFact({source: 'chain', timeoutMs}, signal, (end) =>
          readOperatorStatus({
            rpcUrls: target.rpcUrls,
            chainId: target.chainId,
            timeoutMs: RPC_TIMEOUT_MS,
            signal: end,
            now: systemTime.now,
            configured: target,
            operator: nodeId,
            ...(watch === undefined ? {} : {watch}),
          }),
        ),
    local === null ? NOT_HERE : readFact('control', signal, (end) => readOperator(target, local, end)),
    local === null ? NOT_HERE : readJournal(local.storeDir),
    rowFact(target, {offline, signal}),
  ]);
  signal.throwIfAborted();
  const operator: Fact<RunningFacts | null> =
    asked.state === 'known' ? known(asked.value.facts, asked.at) : asked;
  const running = operator.state === 'known' ? operator.value : null;
  const vrfPublicKey =
    running?.view.node?.vrfPublicKey ?? (local?.vrfKey ? await publicVrfKey(local.vrfKey) : null);
  const isElsewhere = local === null;
  return {
    now: systemTime.now(),
    nodeId,
    isElsewhere,
    network,
    rules,
    vrfPublicKey,
    signer,
    chain,
    operator,
    absence: asked.state === 'known' ? asked.value.absence : null,
    journal,
    row,
    mutedUntil: local === null ? null : (readMute(local.storeDir, systemTime.now())?.until ?? null),
    proxies: proxyUses(
      [
        ...target.rpcUrls.map((url) => ({name: `RPC ${new URL(url).host}`, url})),
        ...(local === null ? [] : alertPeers(local.alerts.channels, local.alerts.watchdog)),
      ],
      process.env,
    ),
  };
}

/** The same facts. @throws AosError STATUS_NOTHING_READ when every source is unknown, with all the reasons */
export function requireSomething(facts: StatusFacts): StatusFacts {
  const {signer, chain, operator, journal} = facts;
  const reasons = Object.entries({chain, signer, operator, journal}).flatMap(([name, fact]) =>
    fact.state === 'known' ? [] : [`${name}: ${fact.reason}`],
  );
  if (reasons.length === 4) {
    const next = chain.state === 'unknown' ? chain.next : null;
    throw new AosError('STATUS_NOTHING_READ', reasons.join('; '), next === null ? {} : {next});
  }
  return facts;
}

function readFact<T>(
  of: keyof typeof DEADLINES_MS | {source: keyof typeof DEADLINES_MS; timeoutMs: number | undefined},
  signal: AbortSignal,
  read: (signal: AbortSignal) => Promise<T>,
): Promise<Fact<T>> {
  const {source, timeoutMs} = typeof of === 'string' ? {source: of, timeoutMs: undefined} : of;
  return factWithin({ms: timeoutMs ?? DEADLINES_MS[source], advice: ADVICE[source]}, signal, read);
}

function signerFact(
  {local, nodeId}: StatusTarget,
  {offline, signal}: {offline: boolean; signal: AbortSignal},
): Fact<SignerFacts> | Promise<Fact<SignerFacts>> {
  if (local === null) return NOT_HERE;
  const {signerUrl, otherSigners, signerTls} = local;
  if (signerUrl === null)
    return unknown('no configuration names it', say('Name the configuration of this node: -c FILE'));
  return offline
    ? OFFLINE
    : readFact('signer', signal, (end) =>
        readSigners(signerPlaces({signerUrl, otherSigners, signerTls}), nodeId, end),
      );
}

/** The row only adds to what the chain says, so a dispatcher that does not answer is no fault of the node. */
function rowFact(
  {local, nodeId}: StatusTarget,
  {offline, signal}: {offline: boolean; signal: AbortSignal},
): Fact<DispatcherOperator | null> | Promise<Fact<DispatcherOperator | null>> {
  const url = local?.dispatcherUrl ?? null;
  if (url === null) return NOT_HERE;
  if (offline) return OFFLINE;
  const rest = createDispatcherRest(dispatcherHttpUrl(null, url), {timeoutMs: DEADLINES_MS.row});
  return readFact('row', signal, (end) => rest.operatorInfo(nodeId, end));
}

/** The first signer that signs, in their order; what the first says when none does. */
async function readSigners(
  [first, ...others]: readonly [SignerPlace, ...SignerPlace[]],
  address: string,
  signal: AbortSignal,
): Promise<SignerFacts> {
  const own = await readSigner(first, address, signal);
  if (own.state === 'ok') return own;
  let message = own.message;
  for (const place of others) {
    const other = await readSigner(place, address, signal);
    if (other.state === 'ok')
      return {
        ...other,
        insteadOf: {
          message: `it signs because ${own.host} does not: ${own.message} (${own.code})`,
          next: own.next,
        },
      };
    message += `; ${other.host} does not sign either${other.code === own.code ? '' : ` (${other.code})`}`;
  }
  return {...own, message};
}

/** Its accounts and one signature, as `aos signer check` would see them. */
async function readSigner(place: SignerPlace, address: string, signal: AbortSignal): Promise<SignerFacts> {
  const {host} = new URL(parseSignerUrl(place.url).origin);
  const signer = openSigner(place, {address, timeoutMs: 2 * DEADLINES_MS.signer});
  const quick = openSigner(place, {address, timeoutMs: ACCOUNTS_TIMEOUT_MS});
  try {
    const accounts = await quick.accounts(signal);
    if (!accounts.includes(signer.address))
      throw new AosError('SIGNER_UNKNOWN_ACCOUNT', `${host} does not hold the key of ${signer.address}`);
    const started = systemTime.monotonic();
    await signer.sign(HARMLESS, signal);
    return {
      state: 'ok',
      host,
      accounts: accounts.length,
      signMs: Math.round(systemTime.monotonic() - started),
    };
  } catch (error) {
    if (signal.aborted || !isAosError(error)) throw error;
    const isLate = error.details['reason'] === 'UND_ERR_HEADERS_TIMEOUT';
    return {state: 'fail', host, code: error.code, message: error.message, next: error.next, isLate};
  } finally {
    await Promise.all([signer.close(), quick.close()]);
  }
}

/** `absence`: what is known of one that does not run. */
type Running = {facts: RunningFacts | null; absence: string | null};

async function readOperator(
  {network, nodeId}: StatusTarget,
  {storeDir, isDirKnown}: LocalNode,
  signal: AbortSignal,
): Promise<Running> {
  try {
    const client = await connectHere(
      {network, nodeId, storeDir: isDirKnown ? storeDir : null},
      {
        env: process.env,
        uid: process.getuid?.() ?? 0,
        // Several places are asked within the limit of all.
        timeoutMs: HELLO_MS,
        time: systemTime,
        signal,
      },
    );
    client.close();
    const {pid, host, version} = client.hello;
    return {facts: {pid, host, version, view: client.snapshot}, absence: null};
  } catch (error) {
    if (isAosError(error, 'CONTROL_ABSENT')) return {facts: null, absence: error.message};
    throw error;
  }
}

async function readJournal(dir: string): Promise<Fact<JournalFacts>> {
  try {
    return known(await readJournalFacts(dir), systemTime.now());
  } catch (error) {
    return unknown(errorText(error), isAosError(error) ? error.next : null);
  }
}

/** Of the key file; null when it cannot be read: `aos run` says why. */
async function publicVrfKey(source: VrfKeySource): Promise<string | null> {
  try {
    const seed = readVrfKey(source);
    const {publicKey} = (await loadVrf()).prover(seed);
    seed.fill(0);
    return publicKey;
  } catch {
    return null;
  }
}
