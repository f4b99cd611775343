import {randomBytes} from 'node:crypto';
import {
  ecdsaKeyRegistration,
  operatorRegistration,
  type OperatorSignature,
  type SetPlace,
} from '../../peers/chain/plans/proofs.ts';
import type {Signing, TxPlan} from '../../peers/chain/tx/plan.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {duration} from '../../foundation/time/duration.ts';
import {chainTime} from '../../foundation/time/time.ts';
import type {Hex} from './key.ts';
import type {Sight, Walk} from './sight.ts';

/** A signature that is made after the yes, and the facts that a person agrees to. `sign` returns the signature. */
type ToSign = Signing & {facts: TxPlan['facts']};

/** AVSDirectory's operator signature, before it is made. @throws AosError CONFIG_INVALID | CHAIN_* */
export async function registrationToSign(
  {place: {chain, contracts, operator}, account}: Sight,
  walk: Walk,
): Promise<ToSign & {validity: Omit<OperatorSignature, 'signature'>}> {
  const {session, options} = walk;
  const {avsDirectory, serviceManager: avs} = contracts;
  if (avsDirectory === null)
    throw new AosError(
      'CONFIG_INVALID',
      'chain.contracts.avs_directory is not set, and no contract names it',
      {next: say('Set chain.contracts.avs_directory in the configuration file.')},
    );
  const salt: Hex = `0x${randomBytes(32).toString('hex')}`;
  const seconds = BigInt(Math.ceil(options.expiryMs / 1000));
  const registration = {operator, avs, salt, seconds};
  const {definition, digest, validity} = await operatorRegistration(chain, avsDirectory, registration);
  const facts = [
    ['signs', `OperatorAVSRegistration of ${operator} at the AVS ${avs}`],
    ['digest', digest],
    ['expiry', `${chainTime(validity.expiry)}, ${duration(options.expiryMs)} from now by chain time`],
  ] as const;
  if (account.code.kind === 'none' || account.code.kind === 'delegated')
    return {
      facts,
      validity,
      signers: [operator],
      ready: () => requireAccount(walk, operator),
      sign: () => session.tx.account.signTypedData(definition),
    };
  return {
    facts,
    validity,
    signers: [],
    ready: () => Promise.resolve(),
    // No key signs for a contract: it takes a digest as signed itself (EIP-1271), and gets it by this line.
    sign: () => {
      options.warn(
        `before it is sent, the contract has to accept the digest ${digest} as signed, until ${validity.expiry} (EIP-1271)`,
      );
      return Promise.resolve('0x');
    },
  };
}

/** The signature by which an address becomes the key of an operator set, before it is made. @throws AosError CHAIN_* */
export async function ecdsaKeyToSign(
  {place: {chain}}: Sight,
  walk: Walk,
  place: SetPlace & {key: Hex},
): Promise<ToSign> {
  const {key, set, avs} = place;
  const {definition, digest} = await ecdsaKeyRegistration(chain, place);
  return {
    facts: [
      ['signs', `ECDSAKeyRegistration of ${key} for operator set ${set} of the AVS ${avs}, for good`],
      ['digest', digest],
    ],
    signers: [key],
    ready: () => requireAccount(walk, key),
    sign: () => walk.session.accountOf(key).signTypedData(definition),
  };
}

/** @throws AosError SIGNER_UNKNOWN_ACCOUNT when no signer has the key of an address, and SIGNER_* */
function requireAccount({session, options}: Walk, address: Hex): Promise<void> {
  return session.signer.requireAccount(address, options.limits.signal);
}
