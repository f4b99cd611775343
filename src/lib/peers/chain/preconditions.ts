import {say} from '../../foundation/next-step/next-step.ts';
import type {Hex} from 'viem';
import type {Flow} from './detect.ts';
import {accountPreconditions, directoryPreconditions, readAccount, readDirectory} from './flow-account.ts';
import {readBls} from './flow-bls.ts';
import {ecdsaPreconditions, readEcdsa} from './flow-ecdsa.ts';
import {readSets} from './flow-sets.ts';
import type {Chain} from './open.ts';
import {blsPreconditions} from './preconditions-bls.ts';
import {setsPreconditions} from './preconditions-sets.ts';
import {fail, type Precondition} from './precondition.ts';
import type {ResolvedContracts} from './contract-types.ts';

export type PreconditionOptions = {
  /** Quorums, or ids of operator sets, to register for; null for all that accept the operator. */
  quorums: readonly number[] | null;
  /** Id of the operator's BLS key (keccak256 of its G1 point); null without one. Only in the BLS flow. */
  blsKeyId?: Hex | null;
  /** Signing key; null for the operator's. Only in the second and third ECDSA generation. */
  signingKey?: Hex | null;
};

/**
 * Reads the preconditions of a registration with the AVS, in the order of the steps.
 * @throws AosError as {@link Chain.read}
 */
export async function readPreconditions(
  chain: Chain,
  contracts: ResolvedContracts,
  {flow, operator}: {flow: Flow; operator: Hex},
  options: PreconditionOptions,
): Promise<Precondition[]> {
  const {quorums, blsKeyId: keyId = null, signingKey = null} = options;
  const {timestamp: now, blockNumber: block} = chain;
  const account = readAccount(chain, contracts, operator).then(accountPreconditions);
  const together = async (...parts: Promise<Precondition[]>[]): Promise<Precondition[]> =>
    (await Promise.all([account, ...parts])).flat();
  switch (flow) {
    case 'bls':
      return together(
        directory(chain, contracts, operator),
        readBls(chain, contracts, operator, keyId).then((facts) =>
          blsPreconditions(facts, {operator, quorums, keyId, now}),
        ),
      );
    case 'ecdsa-b1':
    case 'ecdsa-b2':
    case 'ecdsa-b3':
      return together(
        directory(chain, contracts, operator),
        readEcdsa(chain, contracts, operator).then((facts) =>
          ecdsaPreconditions(facts, {flow, operator, signingKey}),
        ),
      );
    case 'operator-sets':
      return together(
        readSets(chain, contracts, operator, quorums).then((facts) =>
          setsPreconditions(facts, {sets: quorums, now, block}),
        ),
      );
  }
}

async function directory(chain: Chain, contracts: ResolvedContracts, operator: Hex): Promise<Precondition[]> {
  if (contracts.avsDirectory === null)
    return [fail('avs-directory', 'unknown', 'an AVSDirectory', say('Set chain.contracts.avs_directory.'))];
  return directoryPreconditions(await readDirectory(chain, contracts.avsDirectory, contracts, operator));
}
