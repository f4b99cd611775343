import {randomBytes} from 'node:crypto';
import {resolveContracts} from '../../peers/chain/contracts.ts';
import {detectFlow, namedFlow} from '../../peers/chain/flows/detect.ts';
import type {AvsState, FlowPlace} from '../../peers/chain/flows/flow.ts';
import {registerIntent} from '../../peers/chain/flows/intents.ts';
import type {FlowName, KnownFlow} from '../../peers/chain/flows/list.ts';
import {planSetKey, setKeyIntent} from '../../peers/chain/flows/sets-plan.ts';
import type {Chain} from '../../peers/chain/open.ts';
import {
  signEcdsaKey,
  signOperatorRegistration,
  type OperatorSignature,
  type SetPlace,
} from '../../peers/chain/plans/proofs.ts';
import type {TxRequest} from '../../peers/chain/tx/transact.ts';
import type {Config} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {proveBlsKey, proveSetKey, type BlsKey, type Hex} from './key.ts';
import type {TxSession} from '../tx/session.ts';
import type {ResolvedContracts} from '../../peers/chain/contract-types.ts';
import {run} from '../../foundation/next-step/next-step.ts';

/** The AVS as the chain and the configuration name it. */
export type Avs = {contracts: ResolvedContracts; flow: KnownFlow; operator: Hex};

/** The AVS at one block, as a flow takes it. */
export function placeOf(chain: Chain, {contracts, operator}: Avs): FlowPlace {
  return {chain, contracts, operator};
}

/**
 * Finds the contracts and the flow.
 * @param flow what `--flow` says; null: look at the registry
 * @throws AosError CHAIN_* | CONFIG_INVALID | USAGE when the registry is of another flow than named
 */
export async function findAvs(chain: Chain, config: Config, flow: FlowName | null): Promise<Avs> {
  const {contracts: configured, vrfRangeContract} = config.chain;
  const contracts = await resolveContracts(chain, {contracts: configured, vrfRangeContract});
  const {registry, serviceManager} = contracts;
  const at = {registry, serviceManager};
  return {
    contracts,
    flow: flow === null ? (await detectFlow(chain, at)).flow : await namedFlow(chain, at, flow),
    operator: `0x${config.node.id.slice(2)}`,
  };
}

/** What the registration of one operator is made from. */
export type Registering = {
  session: TxSession;
  avs: Avs;
  state: AvsState;
  socket: string | null;
  signingKey: Hex | null;
  /** Null: there is none, or none is needed. */
  blsKey: BlsKey | null;
  /** How long the operator signature is valid, ms. */
  expiryMs: number;
};

/** The request that registers at the AVS. Its plan signs: AVSDirectory's typed data, and the BLS key's message. */
export function registrationErrand(chain: Chain, given: Registering): TxRequest {
  const {avs, state, socket} = given;
  const {contracts, operator} = avs;
  const {registry} = contracts;
  return {
    intent: registerIntent(registry, operator),
    plan: async () => {
      const needsKey = state.takesBlsKey && state.blsKeyId === null;
      const key = needsKey ? await proveBlsKey(chain, registry, operator, requireKey(given.blsKey)) : null;
      const signature = state.takesSignature && !state.known ? await operatorSignature(chain, given) : null;
      const signingKey = given.signingKey ?? operator;
      return avs.flow.planRegistration(placeOf(chain, avs), state, {socket, signingKey, signature, key});
    },
  };
}

/** One request for each operator set that wants a key of its own first. */
export function setKeyRequests(chain: Chain, given: Registering): TxRequest[] {
  const {session, avs, state} = given;
  const {contracts, operator} = avs;
  const {keyRegistrar, serviceManager} = contracts;
  if (keyRegistrar === null) return [];
  return state.keysMissing.map(({id, curve}) => {
    const place: SetPlace = {keyRegistrar, operator, avs: serviceManager, set: id};
    return {
      intent: setKeyIntent(place),
      plan: async () => {
        const proof =
          curve === 'bn254'
            ? await proveSetKey(chain, place, requireKey(given.blsKey))
            : await signEcdsaKey(chain, place, (data) => session.tx.account.signTypedData(data));
        return planSetKey({...place, ...proof});
      },
    };
  });
}

function operatorSignature(chain: Chain, {avs, session, expiryMs}: Registering): Promise<OperatorSignature> {
  const {contracts, operator} = avs;
  if (contracts.avsDirectory === null)
    throw new AosError(
      'CONFIG_INVALID',
      'chain.contracts.avs_directory is not set, and no contract names it',
    );
  const salt: Hex = `0x${randomBytes(32).toString('hex')}`;
  const seconds = BigInt(Math.ceil(expiryMs / 1000));
  return signOperatorRegistration(
    chain,
    contracts.avsDirectory,
    {operator, avs: contracts.serviceManager, salt, seconds},
    (data) => session.tx.account.signTypedData(data),
  );
}

function requireKey(key: BlsKey | null): BlsKey {
  if (key !== null) return key;
  throw new AosError('KEY_MISSING', 'this AVS registers a BLS key, and node.bls_key_file is not set', {
    next: run('keys bls create', [], 'Make a key and name its file in node.bls_key_file'),
  });
}
