import {zeroAddress, zeroHash, type Hex} from 'viem';
import {avsRegistrarAbi, socketRegistryAbi} from '../abis-avs.ts';
import type {ResolvedContracts} from '../contract-types.ts';
import {firstBlocks} from '../first-blocks.ts';
import type {Chain} from '../open.ts';
import {call, readNamed} from '../read.ts';
import {readBlsSocket} from './bls-membership.ts';

/** Reads an operator's socket from storage or logs; null when unknown. Up to two dependent steps. */
export async function readSocket(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
  operatorId: Hex | null,
): Promise<string | null> {
  const {socketRegistry, registry} = contracts;
  const {byId, byAddress} = await readNamed(chain, {
    byId: call(socketRegistryAbi, socketRegistry ?? zeroAddress, 'getOperatorSocket', [
      operatorId ?? zeroHash,
    ]),
    byAddress: call(avsRegistrarAbi, registry, 'getOperatorSocket', [operator]),
  });
  const socket = byId ?? byAddress;
  if (socket !== null || operatorId === null || socketRegistry !== null) return socket === '' ? null : socket;
  const logged = await readBlsSocket(
    chain,
    contracts,
    operatorId,
    BigInt(firstBlocks(chain.chainId).avsDirectory),
  );
  return logged.state === 'known' ? logged.value : null;
}
