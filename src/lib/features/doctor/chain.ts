import {run} from '../../foundation/next-step/next-step.ts';
import {duration} from '../../foundation/time/duration.ts';
import {openChain, withChain, type Chain} from '../../peers/chain/open.ts';
import {readOperatorStatus} from '../../peers/chain/status/operator-status.ts';
import {resolveContracts} from '../../peers/chain/contracts.ts';
import type {FailureKind} from '../../peers/chain/rpc/failure-kind.ts';
import {unwatched, type RpcWatch} from '../../peers/chain/rpc/watch.ts';
import {endpointName} from '../../peers/chain/failure.ts';
import {blocked, fail, notApplicable, ok, unclear, warn, type Finding} from './check.ts';
import {isDevelopmentChain} from '../../protocol/development-chain.ts';
import type {CheckId} from './registry.ts';
import type {Probe} from './run.ts';
import {linkedAbort} from '../../foundation/async/abort.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {judgeAvs, judgeChallenges, judgeOperator, judgeRange, judgeSlashed} from '../status/chain-links.ts';
import {type StatusFacts} from '../status/facts.ts';
import type {Judgement} from '../status/link.ts';
import {judgeGas} from '../status/stake-links.ts';
import {count} from '../../foundation/text/words.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import type {DoctorContext} from './context.ts';
import {noAnswerFrom} from './answer-time.ts';
import type {DoctorLimits} from './limits.ts';
import {rowFact} from './row-reading.ts';
import {known, unknown} from '../../foundation/fact.ts';
import type {ChainFacts} from '../../peers/chain/status/operator-facts.ts';
import {rulesOf} from './rules.ts';

const REQUEST_MS = 2_500;
/** In which a check names what the chain was waited for. */
const SPARE_MS = 500;
/** Without a block for so long a chain is late, or the RPC is behind. */
const LATE_MS = 120_000;
const STOPPED_MS = 900_000;
/** What an RPC that answers may want to be waited for. */
const WANTS_PAUSE: ReadonlySet<FailureKind> = new Set(['busy', 'behind', 'gateway']);

const REGISTRY_IDS = [
  'registry.operator',
  'registry.avs',
  'registry.range',
  'registry.challenges',
  'registry.slashed',
] as const satisfies CheckId[];

const JUDGES: Readonly<Record<(typeof REGISTRY_IDS)[number], (facts: StatusFacts) => Judgement>> = {
  'registry.operator': judgeOperator,
  'registry.avs': judgeAvs,
  'registry.range': judgeRange,
  'registry.challenges': judgeChallenges,
  'registry.slashed': judgeSlashed,
};

export function chainProbes(context: DoctorContext): Probe[] {
  const {config, time, limits} = context;
  const limitMs = Math.max(limits.checkMs, limits.chainMs + SPARE_MS);
  const opened: Chain[] = [];
  const good = (): string[] =>
    config.rpcUrls.filter((url) => opened.some(({endpoint}) => endpoint === endpointName(url)));

  return [
    {
      checks: ['chain.rpc'],
      limitMs,
      run: async (report, signal) => {
        if (config.rpcUrls.length === 0) {
          report('chain.rpc', blocked('config.valid', 'chain.chain_rpc_url is not known'));
          return;
        }
        const probes = await Promise.all(config.rpcUrls.map((url) => probeRpc(url, context, signal)));
        for (const one of probes) if ('chain' in one) opened.push(one.chain);
        report('chain.rpc', judgeRpc(probes));
      },
    },
    {
      checks: ['chain.fresh'],
      run: (report) => {
        report('chain.fresh', judgeFresh(opened, time.now()));
        return Promise.resolve();
      },
    },
    {
      checks: ['chain.contracts'],
      limitMs,
      run: async (report, signal) => {
        const options = {rpcUrls: good(), chainId: config.chainId, timeoutMs: REQUEST_MS};
        const found = await readChain(limits, signal, (end) =>
          withChain({...options, signal: end}, (chain) => resolveContracts(chain, config)),
        );
        if ('unread' in found) {
          report('chain.contracts', found.unread);
          return;
        }
        const {registry, quorums} = found.value;
        const summary = quorums.length === 0 ? '' : `, ${count(quorums.length, 'quorum')}`;
        report('chain.contracts', ok(`registry ${registry}${summary}; the contracts agree`));
      },
    },
    {
      checks: ['chain.gas', ...REGISTRY_IDS],
      limitMs,
      run: async (report, signal) => {
        const {nodeId} = config;
        if (nodeId === null) {
          for (const id of ['chain.gas', ...REGISTRY_IDS] as const)
            report(id, blocked('config.valid', 'node.node_id is not known'));
          return;
        }
        const found = await readChain(limits, signal, (end) =>
          readOperatorStatus({
            rpcUrls: good(),
            chainId: config.chainId,
            timeoutMs: REQUEST_MS,
            signal: end,
            configured: config,
            operator: nodeId,
          }),
        );
        if ('unread' in found) {
          report('chain.gas', found.unread);
          for (const id of REGISTRY_IDS)
            report(id, blocked('chain.gas', 'needs chain.gas, which is unknown'));
          return;
        }
        const status = statusFacts(context, nodeId, found.value);
        report('chain.gas', findingOf(judgeGas(status)));
        const judge = (id: (typeof REGISTRY_IDS)[number], given: StatusFacts): void =>
          report(id, findingOf(JUDGES[id](given)));
        for (const id of REGISTRY_IDS) if (id !== 'registry.range') judge(id, status);
        // The dispatcher may take its time, and only the range is compared with its row.
        judge('registry.range', {...status, row: rowFact(await context.row())});
      },
    },
  ];
}

/** What the chain says; or that it was not read in time, which says nothing about the node. */
async function readChain<T>(
  {chainMs}: DoctorLimits,
  signal: AbortSignal,
  work: (end: AbortSignal) => Promise<T>,
): Promise<{value: T} | {unread: Finding}> {
  const limit = deadline(signal, chainMs);
  try {
    return {value: await work(limit.signal)};
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error, 'CHAIN_BUSY', 'CHAIN_BEHIND', 'CHAIN_UNREACHABLE')) throw error;
    return {unread: unclear(`${error.message} (${error.code})`, error.next)};
  } finally {
    limit.done();
  }
}

type RpcProbe = {name: string} & ({chain: Chain; ms: number} | {error: AosError; gaveNoAnswer?: true});

async function probeRpc(
  url: string,
  {config, time, limits}: DoctorContext,
  signal: AbortSignal,
): Promise<RpcProbe> {
  const name = endpointName(url);
  const started = time.monotonic();
  const limit = deadline(signal, limits.chainMs);
  // One that answers, and wants pauses, is waited for; one that says nothing is not.
  const {controller: silence, unlink} = linkedAbort(limit.signal);
  const stopWaiting = time.after(limits.answerMs, () => silence.abort(new Error('no answer')));
  const watch: RpcWatch = {
    ...unwatched,
    pausing: ({kind}) => {
      if (WANTS_PAUSE.has(kind)) stopWaiting();
      return () => {};
    },
  };
  try {
    const {signal: end} = silence;
    const options = {rpcUrls: [url], chainId: config.chainId, timeoutMs: REQUEST_MS, signal: end, watch};
    const chain = await openChain(options);
    return {name, chain, ms: Math.round(time.monotonic() - started)};
  } catch (error) {
    signal.throwIfAborted();
    if (silence.signal.aborted) {
      // What was waited for says more than the limit.
      const known = isAosError(error, 'CHAIN_BUSY', 'CHAIN_BEHIND') ? error : null;
      return {
        name,
        error: known ?? new AosError('CHAIN_UNREACHABLE', noAnswerFrom(name, limits.answerMs)),
        gaveNoAnswer: true,
      };
    }
    if (!isAosError(error)) throw error;
    return {name, error};
  } finally {
    stopWaiting();
    unlink();
    limit.done();
  }
}

function judgeRpc(probes: readonly RpcProbe[]): Finding {
  const summary = probes
    .map((one) =>
      'chain' in one
        ? `${one.name}: chain ${one.chain.chainId}, block ${one.chain.blockNumber}, ${one.ms} ms`
        : one.error.message,
    )
    .join('; ');
  const failures = probes.flatMap((one) => ('error' in one ? [one.error] : []));
  const wrong = failures.find(({code}) => code === 'CHAIN_WRONG_ID');
  // An RPC that serves another chain is worse than one that is away, because aos may ask it next.
  if (wrong !== undefined) return fail(summary, wrong.next);
  const [first] = failures;
  if (first === undefined) return ok(summary);
  if (failures.length < probes.length) return warn(summary, first.next);
  return probes.every((one) => 'gaveNoAnswer' in one)
    ? unclear(summary, first.next)
    : fail(summary, first.next);
}

function judgeFresh(chains: readonly Chain[], now: number): Finding {
  const ages = chains.map(({chainId, timestamp}) => ({chainId, ms: now - Number(timestamp) * 1000}));
  const oldest = ages.reduce((most, age) => (age.ms > most.ms ? age : most), ages[0] ?? {chainId: 0, ms: 0});
  if (isDevelopmentChain(oldest.chainId)) return ok('development chain: block time not checked');
  const summary = `the latest block is ${duration(oldest.ms)} old`;
  const next = run('doctor', ['--only', 'clock'], 'Use another RPC, or check the clock');
  if (oldest.ms > STOPPED_MS) return fail(summary, next);
  return oldest.ms > LATE_MS ? warn(summary, next) : ok(summary);
}

function statusFacts({config, time}: DoctorContext, nodeId: string, chain: ChainFacts): StatusFacts {
  const asked = unknown('not asked here');
  return {
    now: time.now(),
    nodeId,
    network: config.network,
    rules: rulesOf(config),
    vrfPublicKey: null,
    signer: asked,
    chain: known(chain, time.now()),
    journal: asked,
    operator: asked,
    row: asked,
  };
}

const STATUS = run('status');

/** A link of `aos status` as a finding. */
export function findingOf({state, found, next}: Judgement): Finding {
  switch (state) {
    case 'ok':
      return ok(found);
    case 'fail':
      return fail(found, next ?? STATUS);
    case 'warn':
    case 'pending':
      return warn(found, next ?? STATUS);
    case 'skipped':
      return notApplicable(found);
    case 'unknown':
      return unclear(found, next ?? STATUS);
  }
}
