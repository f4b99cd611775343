import {zeroHash, type Hex} from 'viem';
import {AosError} from '../../../foundation/errors/error.ts';
import type {ResolvedContracts} from '../contract-types.ts';
import type {TxPlan} from '../tx/plan.ts';
import type {AvsState} from './avs-state.ts';
import {
  coordinatorData,
  planBls,
  planEcdsa,
  planSets,
  registrarData,
  type BlsKeyProof,
  type OperatorSignature,
} from './register.ts';

/** The operator's inputs to a registration; inputs that the flow does not use may be null. */
export type RegistrationInputs = {
  socket: string | null;
  signingKey: Hex;
  signature: OperatorSignature | null;
  key: BlsKeyProof | null;
};

/** AVSDirectory does not check the signature of an operator that it has already registered at the AVS. */
const UNCHECKED_SIGNATURE: OperatorSignature = {signature: '0x', salt: zeroHash, expiry: 0n};

/** Plans the transaction that registers the operator at the AVS. @throws AosError BUG when an input is missing */
export function planRegistration(
  state: AvsState,
  contracts: ResolvedContracts,
  operator: Hex,
  {socket, signingKey, signature, key}: RegistrationInputs,
): TxPlan {
  const {flow, joining} = state;
  const {registry, allocationManager, serviceManager: avs} = contracts;
  const signed = signature ?? UNCHECKED_SIGNATURE;
  switch (flow) {
    case 'bls':
      return planBls({
        registry,
        operator,
        quorums: joining,
        socket: requireInput(socket),
        key,
        signature: signed,
      });
    case 'ecdsa-b1':
    case 'ecdsa-b2':
    case 'ecdsa-b3':
      return planEcdsa({flow, registry, operator, signingKey, signature: signed});
    case 'operator-sets': {
      const sentSocket = state.takesSocket ? requireInput(socket) : null;
      const data = state.takesBlsKey ? coordinatorData(sentSocket ?? '', key) : registrarData(sentSocket);
      return planSets({
        allocationManager: requireInput(allocationManager),
        registry,
        operator,
        avs,
        sets: joining,
        data,
        socket: sentSocket,
      });
    }
  }
}

function requireInput<T>(value: T | null): T {
  if (value !== null) return value;
  throw new AosError('BUG', 'a registration is planned without a required input');
}
