import {encodeFunctionData, keccak256, stringToHex, zeroAddress, zeroHash, type Hex} from 'viem';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {avsRegistrarAbi, registryCoordinatorAbi, socketRegistryAbi} from '../abis-avs.ts';
import {firstBlocks} from '../first-blocks.ts';
import {call, readNamed} from '../read.ts';
import {intentKey, type TxPlan} from '../tx/plan.ts';
import {readBlsSocket} from './bls-membership.ts';
import type {FlowPlace} from './flow.ts';
import type {Socket} from './registration-types.ts';

/** Reads an operator's socket from storage, else from the logs of an older registry. Up to two dependent steps. */
export async function readSocket(
  {chain, contracts, operator}: FlowPlace,
  operatorId: Hex | null,
): Promise<Socket> {
  const {socketRegistry, registry} = contracts;
  const {byId, byAddress} = await readNamed(chain, {
    byId: call(socketRegistryAbi, socketRegistry ?? zeroAddress, 'getOperatorSocket', [
      operatorId ?? zeroHash,
    ]),
    byAddress: call(avsRegistrarAbi, registry, 'getOperatorSocket', [operator]),
  });
  const socket = byId ?? byAddress;
  if (socket !== null) return socket === '' ? {state: 'none'} : {state: 'known', value: safeText(socket)};
  if (operatorId === null || socketRegistry !== null)
    return {state: 'unknown', why: 'the registry did not answer'};
  const first = BigInt(firstBlocks(chain.chainId).avsDirectory);
  return readBlsSocket(chain, contracts, operatorId, first);
}

/** Plans `updateSocket(string)` of a registry coordinator, which takes it from a registered operator alone. */
export function planCoordinatorSocket({contracts, operator}: FlowPlace, socket: string): TxPlan {
  const data = encodeFunctionData({
    abi: registryCoordinatorAbi,
    functionName: 'updateSocket',
    args: [socket],
  });
  return socketPlan({to: contracts.registry, operator, socket, data});
}

/** Plans `updateSocket(address,string)` of an AVSRegistrarWithSocket. */
export function planRegistrarSocket({contracts, operator}: FlowPlace, socket: string): TxPlan {
  const args = [operator, socket] as const;
  const data = encodeFunctionData({abi: avsRegistrarAbi, functionName: 'updateSocket', args});
  return socketPlan({to: contracts.registry, operator, socket, data});
}

/** Another socket is another intent: so an update that is on its way is not taken for this one. */
function socketPlan({
  to,
  operator,
  socket,
  data,
}: {
  to: Hex;
  operator: Hex;
  socket: string;
  data: Hex;
}): TxPlan {
  return {
    intent: intentKey('socket', to, operator, keccak256(stringToHex(socket))),
    title: 'update the socket of the operator',
    to,
    data,
    value: 0n,
    mostGas: 1_000_000n,
    relies: ['registry'],
    signing: null,
    facts: [['socket', socket]],
  };
}
