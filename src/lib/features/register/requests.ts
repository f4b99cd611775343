import {
  STAND_IN_SIGNATURE,
  type BlsKeyProof,
  type KeyProof,
  type OperatorSignature,
  type SetPlace,
} from '../../peers/chain/plans/proofs.ts';
import {registerIntent} from '../../peers/chain/flows/intents.ts';
import {planSetKey, setKeyIntent} from '../../peers/chain/flows/sets-plan.ts';
import type {TxPlan} from '../../peers/chain/tx/plan.ts';
import type {TxRequest} from '../../peers/chain/tx/transact.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {proveBlsKey, proveSetKey, standInKey, type BlsKey, type Hex, type SecretKey} from './key.ts';
import {ecdsaKeyToSign, registrationToSign} from './to-sign.ts';
import type {Sight, Walk} from './sight.ts';

/**
 * The request that registers at the AVS. Its plan has stand-ins for what is signed after the yes: AVSDirectory's typed data, and
 * the BLS key's message.
 */
export function registrationRequest(sight: Sight, walk: Walk): TxRequest {
  const {place, state} = sight;
  const {
    avs: {flow},
    options,
  } = walk;
  const {chain, contracts, operator} = place;
  const {registry} = contracts;
  const {socket} = options;
  const signingKey = options.signingKey ?? operator;
  const planWith = (signature: OperatorSignature | null, key: BlsKeyProof | null): TxPlan =>
    flow.planRegistration(place, state, {socket, signingKey, signature, key});
  return {
    intent: registerIntent(registry, operator),
    plan: async () => {
      const needsKey = state.takesBlsKey && state.blsKeyId === null;
      const blsKey = needsKey ? requireKey(options.blsKey) : null;
      const toSign =
        state.takesSignature && state.known !== true ? await registrationToSign(sight, walk) : null;
      if (blsKey === null && toSign === null) return planWith(null, null);
      const proof = (key: SecretKey | null): Promise<BlsKeyProof | null> =>
        key === null ? Promise.resolve(null) : proveBlsKey(chain, registry, operator, key);
      const signature = (bytes: Hex): OperatorSignature | null =>
        toSign === null ? null : {...toSign.validity, signature: bytes};
      const draft = planWith(
        signature(STAND_IN_SIGNATURE),
        await proof(blsKey === null ? null : standInKey()),
      );
      return {
        ...draft,
        facts: [
          ...draft.facts,
          ...(blsKey === null
            ? []
            : ([['BLS signs', `the registration of ${blsKey.id} by ${operator}`]] as const)),
          ...(toSign?.facts ?? []),
        ],
        signing: {
          signers: toSign?.signers ?? [],
          ready: async () => {
            await blsKey?.privateKey();
            await toSign?.ready();
          },
          sign: async () => {
            const key = await proof(blsKey);
            return planWith(toSign === null ? null : signature(await toSign.sign()), key).data;
          },
        },
      };
    },
  };
}

/** One request for each operator set that wants a key of its own first. */
export function setKeyRequests(sight: Sight, walk: Walk): TxRequest[] {
  const {
    place: {contracts, operator},
    state,
  } = sight;
  const {keyRegistrar, serviceManager} = contracts;
  if (keyRegistrar === null) return [];
  return state.keysMissing.map(({id, curve}) => {
    const set: SetPlace = {keyRegistrar, operator, avs: serviceManager, set: id};
    return {
      intent: setKeyIntent(set),
      plan: () => (curve === 'bn254' ? blsSetKey(sight, walk, set) : ecdsaSetKey(sight, walk, set)),
    };
  });
}

async function blsSetKey({place: {chain}}: Sight, {options}: Walk, set: SetPlace): Promise<TxPlan> {
  const key = requireKey(options.setKeys.bn254.get(set.set) ?? options.blsKey);
  const planWith = (proof: KeyProof): TxPlan => planSetKey({...set, ...proof});
  return {
    ...planWith(await proveSetKey(chain, set, standInKey())),
    facts: [['BLS signs', `${key.id} as key of operator set ${set.set}, for good`]],
    signing: {
      signers: [],
      ready: () => key.privateKey().then(() => undefined),
      sign: async () => planWith(await proveSetKey(chain, set, key)).data,
    },
  };
}

async function ecdsaSetKey(sight: Sight, walk: Walk, set: SetPlace): Promise<TxPlan> {
  const {setKeys, signingKey} = walk.options;
  const key = setKeys.ecdsa.get(set.set) ?? signingKey ?? set.operator;
  const {facts, ...signing} = await ecdsaKeyToSign(sight, walk, {...set, key});
  const planWith = (signature: Hex): TxPlan => planSetKey({...set, keyData: key, signature});
  return {
    ...planWith(STAND_IN_SIGNATURE),
    facts,
    signing: {...signing, sign: async () => planWith(await signing.sign()).data},
  };
}

function requireKey(key: BlsKey | null): BlsKey {
  if (key !== null) return key;
  throw new AosError('KEY_MISSING', 'this AVS registers a BLS key, and node.bls_key_file names none', {
    next: run('keys bls create', [], 'Make a key and name its file in node.bls_key_file'),
  });
}
