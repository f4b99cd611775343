import {randomBytes} from 'node:crypto';
import {
  signEcdsaKey,
  signOperatorRegistration,
  type OperatorSignature,
  type SetPlace,
} from '../../peers/chain/plans/proofs.ts';
import {registerIntent} from '../../peers/chain/flows/intents.ts';
import {planSetKey, setKeyIntent} from '../../peers/chain/flows/sets-plan.ts';
import type {TxRequest} from '../../peers/chain/tx/transact.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {proveBlsKey, proveSetKey, type BlsKey, type Hex} from './key.ts';
import type {Sight, Walk} from './sight.ts';

/** The request that registers at the AVS. Its plan signs: AVSDirectory's typed data, and the BLS key's message. */
export function registrationRequest(sight: Sight, walk: Walk): TxRequest {
  const {place, state} = sight;
  const {
    avs: {flow},
    options,
  } = walk;
  const {chain, contracts, operator} = place;
  const {registry} = contracts;
  return {
    intent: registerIntent(registry, operator),
    plan: async () => {
      const needsKey = state.takesBlsKey && state.blsKeyId === null;
      const key = needsKey ? await proveBlsKey(chain, registry, operator, requireKey(options.blsKey)) : null;
      const signature =
        state.takesSignature && state.known !== true ? await operatorSignature(sight, walk) : null;
      const {socket, signingKey} = options;
      return flow.planRegistration(place, state, {
        socket,
        signingKey: signingKey ?? operator,
        signature,
        key,
      });
    },
  };
}

/** One request for each operator set that wants a key of its own first. */
export function setKeyRequests({place, state}: Sight, {session, options}: Walk): TxRequest[] {
  const {chain, contracts, operator} = place;
  const {keyRegistrar, serviceManager} = contracts;
  if (keyRegistrar === null) return [];
  const {setKeys, signingKey} = options;
  const ecdsaKey = (set: number): Hex => setKeys.ecdsa.get(set) ?? signingKey ?? operator;
  return state.keysMissing.map(({id, curve}) => {
    const set: SetPlace = {keyRegistrar, operator, avs: serviceManager, set: id};
    return {
      intent: setKeyIntent(set),
      plan: async () => {
        const proof =
          curve === 'bn254'
            ? await proveSetKey(chain, set, requireKey(setKeys.bn254.get(id) ?? options.blsKey))
            : await signEcdsaKey(chain, {...set, key: ecdsaKey(id)}, (data) =>
                session.accountOf(ecdsaKey(id)).signTypedData(data),
              );
        return planSetKey({...set, ...proof});
      },
    };
  });
}

async function operatorSignature(
  {place: {chain, contracts, operator}, account}: Sight,
  {session, options}: Walk,
): Promise<OperatorSignature> {
  const {avsDirectory, serviceManager} = contracts;
  if (avsDirectory === null)
    throw new AosError(
      'CONFIG_INVALID',
      'chain.contracts.avs_directory is not set, and no contract names it',
    );
  const salt: Hex = `0x${randomBytes(32).toString('hex')}`;
  const seconds = BigInt(Math.ceil(options.expiryMs / 1000));
  const registration = {operator, avs: serviceManager, salt, seconds};
  if (account.code.kind === 'none' || account.code.kind === 'delegated')
    return signOperatorRegistration(chain, avsDirectory, registration, (data) =>
      session.tx.account.signTypedData(data),
    );
  // No key signs for a contract: it takes a digest as signed itself (EIP-1271), and gets it by this line.
  return signOperatorRegistration(chain, avsDirectory, registration, (_data, digest) => {
    const until = chain.timestamp + seconds;
    options.warn(
      `before it is sent, the contract has to accept the digest ${digest} as signed, until ${until} (EIP-1271)`,
    );
    return Promise.resolve('0x');
  });
}

function requireKey(key: BlsKey | null): BlsKey {
  if (key !== null) return key;
  throw new AosError('KEY_MISSING', 'this AVS registers a BLS key, and node.bls_key_file names none', {
    next: run('keys bls create', [], 'Make a key and name its file in node.bls_key_file'),
  });
}
