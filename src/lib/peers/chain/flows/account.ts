import {run, say} from '../../../foundation/next-step/next-step.ts';
import type {Hex} from 'viem';
import {shownEther} from '../../../foundation/text/amounts.ts';
import {isAosError} from '../../../foundation/errors/error.ts';
import {avsDirectoryAbi, delegationManagerAbi} from '../abis-core.ts';
import {readCode, type CodeAt} from '../code.ts';
import {chainRequest} from '../failure.ts';
import type {Chain} from '../open.ts';
import type {FlowPlace} from './flow.ts';
import {done, fail, ok, onceOperator, pause, unknown, warn, type Precondition} from '../precondition.ts';
import {readNamed, call} from '../read.ts';
import {registrationDomain} from '../typed-data.ts';
import type {ResolvedContracts} from '../contract-types.ts';

/** Facts about the operator's account that every flow needs. */
export type AccountFacts = {
  isOperator: boolean | null;
  /** Whether the DelegationManager has the `registerAsOperator` of core 1.0; null when it does not answer at all. */
  isCore1: boolean | null;
  balanceWei: bigint;
  code: CodeAt;
};

/** Facts about AVSDirectory for the flows with its signature (BLS, ECDSA). */
export type DirectoryFacts = {
  /** Whether the operator is registered with the AVS in AVSDirectory. */
  registered: boolean | null;
  paused: boolean | null;
  /** Whether the toolkit knows its EIP-712 domain. */
  domainKnown: boolean;
};

/** AVSDirectory's pause bit for registrations and deregistrations. */
const PAUSED_REGISTRATION = 0;
const REGISTERED = 1;

/** Reads the facts about the operator's account. One dependent step. */
export async function readAccount(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
): Promise<AccountFacts> {
  const {client, endpoint, blockNumber} = chain;
  const [answers, balanceWei, [code]] = await Promise.all([
    readNamed(chain, {
      isOperator: call(delegationManagerAbi, contracts.delegationManager, 'isOperator', [operator]),
      // A getter of core 1.0, with which registerAsOperator got its present form.
      since1: call(delegationManagerAbi, contracts.delegationManager, 'getOperatorsShares', [[], []]),
    }),
    chainRequest(endpoint, client.getBalance({address: operator, blockNumber})),
    readCode(chain, [operator]),
  ]);
  const {isOperator, since1} = answers;
  const isCore1 = isOperator === null ? null : since1 !== null;
  return {isOperator, isCore1, balanceWei, code: code ?? {kind: 'none'}};
}

/** Reads the facts about AVSDirectory. One dependent step. */
export async function readDirectory(
  chain: Chain,
  avsDirectory: Hex,
  {serviceManager}: ResolvedContracts,
  operator: Hex,
): Promise<DirectoryFacts> {
  const [{status, paused}, domainKnown] = await Promise.all([
    readNamed(chain, {
      status: call(avsDirectoryAbi, avsDirectory, 'avsOperatorStatus', [serviceManager, operator]),
      paused: call(avsDirectoryAbi, avsDirectory, 'paused', [PAUSED_REGISTRATION]),
    }),
    registrationDomain(chain, avsDirectory, serviceManager).then(
      () => true,
      (error: unknown) => {
        // A precondition judges these two; other errors are failures of the endpoint.
        if (isAosError(error, 'CHAIN_DOMAIN_UNKNOWN', 'CHAIN_REVERTED')) return false;
        throw error;
      },
    ),
  ]);
  return {registered: status === null ? null : status === REGISTERED, paused, domainKnown};
}

export function accountPreconditions({isOperator, isCore1, balanceWei, code}: AccountFacts): Precondition[] {
  const release = isOperator === false && isCore1 === false ? [coreRelease()] : [];
  return [accountKind(code), balance(balanceWei), ...release, eigenLayerOperator(isOperator)];
}

/** An M2 core has another `registerAsOperator`, which would revert without a reason. */
function coreRelease(): Precondition {
  return fail(
    'core-release',
    'a DelegationManager older than EigenLayer 1.0',
    'EigenLayer 1.0 or later, to become an operator with aos',
    say(
      'Check chain.contracts.delegation_manager, or become an operator with EigenLayer’s own command line.',
    ),
  );
}

function accountKind(code: CodeAt): Precondition {
  const [id, needed] = ['operator-account', 'an account with a key'];
  if (code.kind === 'none') return ok(id, needed, needed);
  if (code.kind === 'delegated')
    return warn(
      id,
      `an account with the code of ${code.to} (EIP-7702)`,
      needed,
      say(
        'Older AVSDirectory releases ask that code about the signature; if it refuses, remove the delegation.',
      ),
    );
  return fail(
    id,
    'a contract',
    needed,
    run('register', ['--calldata'], 'Make the call data and send it from the contract'),
  );
}

function balance(wei: bigint): Precondition {
  const [id, needed] = ['gas-balance', 'more than 0 ETH'];
  if (wei > 0n) return ok(id, `${shownEther(wei, 'down')} ETH`, needed);
  return fail(id, '0 ETH', needed, say('Send ETH for gas to the operator address.'));
}

function eigenLayerOperator(isOperator: boolean | null): Precondition {
  const [id, needed] = ['eigenlayer-operator', 'registered as an EigenLayer operator'];
  if (isOperator === null) return unknown(id, 'DelegationManager did not answer', needed);
  if (isOperator) return done(id, 'registered', needed);
  return onceOperator(
    fail(id, 'not registered', needed, run('register', ['--as-operator', '--metadata-url', 'URL'])),
  );
}

/** Reads the preconditions of AVSDirectory, for the flows with its signature. @throws AosError as {@link Chain.read} */
export async function readDirectoryPreconditions({
  chain,
  contracts,
  operator,
}: FlowPlace): Promise<Precondition[]> {
  if (contracts.avsDirectory === null)
    return [fail('avs-directory', 'unknown', 'an AVSDirectory', say('Set chain.contracts.avs_directory.'))];
  return directoryPreconditions(await readDirectory(chain, contracts.avsDirectory, contracts, operator));
}

function directoryPreconditions({paused, domainKnown}: DirectoryFacts): Precondition[] {
  const [id, needed] = ['signature-domain', 'aos can compute what AVSDirectory wants to be signed'];
  return [
    ...pause('avs-directory-pause', paused, 'AVSDirectory'),
    domainKnown
      ? ok(id, needed, needed)
      : fail(
          id,
          'it computes something else',
          needed,
          say('Check chain.contracts.avs_directory; else update the toolkit.'),
        ),
  ];
}
