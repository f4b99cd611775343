import {createPublicClient, http, numberToHex, type Address, type Hex, type PublicClient} from 'viem';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {type NextStep, run, say} from '../../lib/foundation/next-step/next-step.ts';
import {checksumAddress, sameAddress} from '../../lib/protocol/wire/ethereum.ts';
import {toAddress} from '../chain/batch.ts';
import type {AosContracts} from '../chain/deploy.ts';
import {devRpc} from '../chain/rpc.ts';
import {sendAs, type DevCall} from '../chain/send.ts';
import type {JobSubject} from './job-subject.ts';
import type {ActStep} from './report.ts';

/** An operator of the devnet, and its configuration file. */
export type ActOperator = {operator: string; config: string};

/** The devnet as the network's part acts on it. */
export type ActPlace = {
  /** JSON-RPC of the devnet's chain, which signs for every account. */
  url: string;
  contracts: AosContracts;
  /** The first is the one that is meant when none is named. */
  operators: readonly ActOperator[];
  /** Folder with the compiled contracts. */
  artifacts: URL;
  /** BN254 private keys of the operators: the aggregator asks them for their signatures. */
  blsKeys: () => Promise<readonly bigint[]>;
  /** A job by its id, or the newest, with a result if there is one; null: there is none. */
  job: (id: string | null) => JobSubject | null;
};

/** One act: what it reads, and what it has done so far. */
export type Stage = ActPlace & {
  client: PublicClient;
  steps: ActStep[];
  /** Sends a call from any account or contract and notes it. */
  send(from: Address, call: DevCall, what: string): Promise<Hex>;
  /** Lets empty blocks pass, a second apart. */
  mine(blocks: number, why: string): Promise<void>;
  blockNumber(): Promise<bigint>;
};

const TIMEOUT_MS = 30_000;

export function openStage(place: ActPlace): Stage {
  const {url} = place;
  const client = createPublicClient({
    transport: http(url, {retryCount: 0, timeout: TIMEOUT_MS}),
    // The head is asked for each time: an act reads what its last transaction did.
    cacheTime: 0,
  });
  const steps: ActStep[] = [];
  return {
    ...place,
    client,
    steps,
    send: async (from, call, what) => {
      const [hash] = await sendAs(url, from, [call]);
      if (hash === undefined) throw new AosError('DEVNET_FAILED', 'nothing was sent');
      const {blockNumber} = await client.getTransactionReceipt({hash});
      steps.push({what, txHash: hash, block: blockNumber.toString()});
      return hash;
    },
    mine: async (blocks, why) => {
      if (blocks === 0) return;
      await devRpc(url, 'anvil_mine', [numberToHex(blocks), '0x1']);
      const block = await client.getBlockNumber();
      steps.push({
        what: `${blocks} ${blocks === 1 ? 'block' : 'blocks'} passed${why}`,
        txHash: null,
        block: block.toString(),
      });
    },
    blockNumber: () => client.getBlockNumber(),
  };
}

/**
 * The operator that is meant.
 * @throws AosError USAGE for an address that is no operator of this devnet
 */
export function operatorOf({operators}: ActPlace, named: string | null): ActOperator & {address: Address} {
  const found = operators.find(({operator}) => named === null || sameAddress(operator, named));
  if (found !== undefined) return {...found, address: toAddress(found.operator)};
  throw new AosError('USAGE', `${named ?? 'the first'} is no operator of this devnet`, {
    next: say(`Name one of these: ${operators.map(({operator}) => checksumAddress(operator)).join(', ')}`),
  });
}

/** The step to register an operator of the devnet. */
export function registering({operators}: ActPlace, address: Address, words: string): NextStep {
  const {config} = operators.find(({operator}) => sameAddress(operator, address)) ?? {config: ''};
  return run('register', ['-c', config, '--yes'], words);
}

/** One byte a quorum, ascending and without repetitions, as the contracts take them. */
export function quorumBytes(quorums: readonly number[]): Hex {
  const ascending = [...new Set(quorums)].sort((a, b) => a - b);
  return `0x${Buffer.from(ascending).toString('hex')}`;
}

/** The numbers of the set bits. */
export function numbersOf(bitmap: bigint): number[] {
  return Array.from({length: 192}, (_, number) => number).filter(
    (number) => ((bitmap >> BigInt(number)) & 1n) === 1n,
  );
}
