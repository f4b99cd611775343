import {zeroAddress, zeroHash, type Hex} from 'viem';
import {avsRegistrarAbi, blsApkRegistryAbi, socketRegistryAbi} from '../abis-avs.ts';
import type {Flow} from '../detect.ts';
import {readBls} from '../flow-bls.ts';
import {readEcdsa} from '../flow-ecdsa.ts';
import {readSets, type SetFacts, type SetsFacts} from '../flow-sets.ts';
import {firstBlocks} from '../first-blocks.ts';
import type {Chain} from '../open.ts';
import {readBlsSocket} from '../registration-bls.ts';
import {quorumsToJoin} from '../preconditions-bls.ts';
import {readNamed, call} from '../read.ts';
import type {ResolvedContracts} from '../contract-types.ts';

/** The registration state of an operator at the AVS that the next transaction depends on. */
export type AvsState = {
  flow: Flow;
  /** Whether no quorum or set is left to join. */
  registered: boolean;
  /**
   * Whether the operator is in at least one quorum or set, so that AVSDirectory needs no further signature. Null when the
   * registry did not answer.
   */
  known: boolean | null;
  operatorId: Hex | null;
  /** Quorums or operator sets the operator is in, and those it would join. */
  groups: readonly number[];
  joining: readonly number[];
  /** Id of the BLS key registered for it; null: none. */
  blsKeyId: Hex | null;
  /** The registration includes a BLS key unless one is registered. */
  takesBlsKey: boolean;
  /** The registration needs a signature for AVSDirectory. */
  takesSignature: boolean;
  takesSocket: boolean;
  /** Operator sets that need a key of their own first. */
  keysMissing: readonly SetFacts[];
};

/**
 * Reads the registration state for a flow, in up to three dependent steps.
 * @param wanted quorums or set ids; null: all that take the operator
 * @throws AosError as {@link Chain.read}
 */
export async function readAvsState(
  chain: Chain,
  contracts: ResolvedContracts,
  {flow, operator, wanted}: {flow: Flow; operator: Hex; wanted: readonly number[] | null},
): Promise<AvsState> {
  switch (flow) {
    case 'bls':
      return readBlsState(chain, contracts, operator, wanted);
    case 'ecdsa-b1':
    case 'ecdsa-b2':
    case 'ecdsa-b3': {
      const {registered} = await readEcdsa(chain, contracts, operator);
      return {
        ...NO_AVS_STATE,
        flow,
        registered: registered === true,
        known: registered,
        takesSignature: true,
      };
    }
    case 'operator-sets':
      return readSetsState(chain, contracts, operator, wanted);
  }
}

const NO_AVS_STATE = {
  operatorId: null,
  groups: [],
  joining: [],
  blsKeyId: null,
  takesBlsKey: false,
  takesSignature: false,
  takesSocket: false,
  keysMissing: [],
} as const;

async function readBlsState(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
  wanted: readonly number[] | null,
): Promise<AvsState> {
  const facts = await readBls(chain, contracts, operator, null);
  const joining = quorumsToJoin(facts, wanted);
  const known = facts.status === 'registered';
  return {
    flow: 'bls',
    registered: known && joining.length === 0,
    // status=registered with an empty bitmap means that the read failed: unknown.
    known: facts.status === null || (known && facts.registeredQuorums.length === 0) ? null : known,
    operatorId: facts.operatorId,
    groups: facts.registeredQuorums,
    joining,
    blsKeyId: facts.keyId,
    takesBlsKey: true,
    takesSignature: true,
    takesSocket: true,
    keysMissing: [],
  };
}

async function readSetsState(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
  wanted: readonly number[] | null,
): Promise<AvsState> {
  const [facts, {socket, blsKey}] = await Promise.all([
    readSets(chain, contracts, operator, wanted),
    readNamed(chain, {
      socket: call(avsRegistrarAbi, contracts.registry, 'getOperatorSocket', [operator]),
      blsKey: call(blsApkRegistryAbi, contracts.blsApkRegistry ?? zeroAddress, 'getOperatorId', [operator]),
    }),
  ]);
  const asked = facts.sets.filter(({id}) => wanted === null || wanted.includes(id));
  const open = asked.filter(({member}) => member !== true);
  const isCoordinator = contracts.blsApkRegistry !== null;
  const groups = facts.sets.filter(({member}) => member === true).map(({id}) => id);
  return {
    flow: 'operator-sets',
    registered: asked.length > 0 && open.length === 0,
    known: groups.length > 0 || (areSetsRead(facts) ? false : null),
    operatorId: blsKey === zeroHash ? null : blsKey,
    groups,
    joining: open.map(({id}) => id),
    blsKeyId: blsKey === zeroHash ? null : blsKey,
    takesBlsKey: isCoordinator,
    takesSignature: false,
    takesSocket: isCoordinator || socket !== null,
    keysMissing: open.filter(
      ({curve, keyRegistered}) => curve !== null && curve !== 'none' && keyRegistered !== true,
    ),
  };
}

function areSetsRead({setCount, sets}: SetsFacts): boolean {
  return setCount !== null && sets.every(({member}) => member !== null);
}

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
