import {isAosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {accountPreconditions} from '../../peers/chain/flows/account.ts';
import {readPreconditions} from '../../peers/chain/flows/preconditions.ts';
import {planAppointments} from '../../peers/chain/plans/appointments.ts';
import {planMetadataUrl} from '../../peers/chain/plans/metadata.ts';
import {fail, ok, unknown, type Precondition} from '../../peers/chain/precondition.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {metadataCheck} from './metadata.ts';
import {keyIdsOf, unusedKeyCheck} from './set-keys.ts';
import type {Sight, Walk} from './sight.ts';
import {socketCheck, socketOnChain} from './socket.ts';

/**
 * Everything that has to hold for a registration with the AVS: what the flow reads from the chain, the socket, the signing key,
 * and the metadata of a new operator.
 * @throws AosError CHAIN_*, or the signal's reason
 */
export async function registrationPreconditions(sight: Sight, walk: Walk): Promise<Precondition[]> {
  const {place, state, account} = sight;
  const {avs, options, metadata} = walk;
  const {quorums, blsKey, signingKey, setKeys, socket} = options;
  const [own, onChain, key] = await Promise.all([
    readPreconditions(avs.flow, place, {
      quorums,
      blsKeyId: blsKey?.id ?? null,
      signingKey,
      setKeys: keyIdsOf(setKeys),
    }),
    socketOnChain(sight),
    signingKeyCheck(walk),
  ]);
  return [
    ...own,
    ...socketCheck(state, socket, onChain),
    ...key,
    ...unusedKeyCheck(state, setKeys),
    ...(account.isOperator === true ? [] : metadataCheck(metadata)),
  ];
}

/** What has to hold for a call of an operator that changes nothing at the AVS. */
export function senderPreconditions({account}: Sight): Precondition[] {
  return accountPreconditions(account).filter(({needsOperator}) => needsOperator !== true);
}

/** What has to hold for another metadata URL. @throws AosError as {@link Chain.read} */
export async function metadataPreconditions(
  {account, place: {chain}}: Sight,
  {avs: {contracts, operator}, metadata}: Walk,
  metadataUrl: string,
): Promise<Precondition[]> {
  const {delegationManager} = contracts;
  const update = {delegationManager, operator, metadataUrl};
  const missing = await planAppointments(chain, contracts, operator, [planMetadataUrl(update)]);
  return [
    ...accountPreconditions(account),
    ...metadataCheck(metadata),
    ...(missing.length === 0 ? [] : [fail('metadata-permission', 'no: it has other admins', ...MAY_UPDATE)]),
  ];
}

const MAY_UPDATE = [
  'the operator may update its own metadata URL',
  run('register', ['--calldata'], 'Have an admin or appointee send the call'),
] as const;

/** A signing key of its own is registered for nothing when the signer of the node does not have it. */
async function signingKeyCheck({session, avs, options}: Walk): Promise<Precondition[]> {
  const {signingKey, setKeys, limits} = options;
  const named = [...(signingKey === null ? [] : [signingKey]), ...setKeys.ecdsa.values()];
  const others = named.filter((one) => !sameAddress(one, avs.operator));
  if (others.length === 0) return [];
  const [id, needed] = ['signing-key-signer', 'a key that the signer has'];
  try {
    const absent: string[] = [];
    for (const key of others)
      await session.signer.requireAccount(key, limits.signal).catch((error: unknown) => {
        if (!isAosError(error, 'SIGNER_UNKNOWN_ACCOUNT')) throw error;
        absent.push(key);
      });
    if (absent.length === 0) return [ok(id, others.join(', '), needed)];
    const found = `the signer does not have ${absent.join(', ')}`;
    return [
      fail(
        id,
        found,
        needed,
        run('signer check', [], 'Give the signer that key, or leave --signing-key away'),
      ),
    ];
  } catch (error) {
    limits.signal.throwIfAborted();
    if (!isAosError(error)) throw error;
    return [unknown(id, error.message, needed)];
  }
}
