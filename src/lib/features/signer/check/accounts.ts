import {say} from '../../../foundation/next-step/next-step.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import {checksumAddress, isAddress, toHex} from '../../../protocol/wire/ethereum.ts';
import {rpcFailure} from '../../../peers/signer/rpc.ts';
import {STUCK} from '../../../peers/signer/stuck.ts';
import {fail, ok, warn, type Finding, type Step} from './step.ts';

const MANY = 10;

const short = (accounts: readonly string[]): string =>
  accounts.length <= 3
    ? accounts.join(', ')
    : `${accounts.slice(0, 3).join(', ')} and ${accounts.length - 3} more`;

function judge(accounts: readonly string[], address: string): Finding {
  const facts = {accounts};
  const got = accounts.length === 0 ? '[]' : short(accounts);
  if (accounts.length === 0) {
    return fail(
      got,
      'no key is loaded',
      say(
        'Check the key directory (keyType: "SECP256K1" in YAML, extension .yaml, or .json in bulk, mounted and readable by the signer’s user), and the log of Web3Signer for key files that failed.',
      ),
      facts,
    );
  }
  if (!accounts.includes(address)) {
    return fail(
      got,
      `the signer holds other keys, but not ${address}`,
      say(
        'Load the operator’s key into Web3Signer, or correct node_id; a key file that could not be loaded is in its log only.',
      ),
      facts,
    );
  }
  if (accounts.length > MANY) {
    return warn(
      got,
      `the key is there, with ${accounts.length - 1} others: anyone who reaches this signer can use them all`,
      say('Give the operator a Web3Signer of its own.'),
      facts,
    );
  }
  return ok(got, 'the signer holds the key of node_id', facts);
}

/** Does it hold the operator's key. */
export const accountsStep: Step = {
  id: 'signer.accounts',
  needs: ['signer.upcheck'],
  asked: ({at}) => `eth_accounts at ${at}`,
  // No key backend is needed for it.
  slow: STUCK,
  async run({rpc, url, address}, signal) {
    const reply = await rpc.call('eth_accounts', '[]', signal);
    if (reply.kind !== 'result') throw rpcFailure('eth_accounts', reply, url.host);
    const accounts = Array.isArray(reply.value)
      ? reply.value.filter((entry): entry is string => typeof entry === 'string' && isAddress(entry))
      : undefined;
    if (accounts === undefined) throw new AosError('SIGNER_PROTOCOL', 'eth_accounts did not give a list');
    return judge(accounts.map(checksumAddress), address);
  },
};

/** It must refuse an account no one holds. */
export const negativeStep: Step = {
  id: 'signer.strangers',
  needs: ['signer.upcheck'],
  asked: ({at}) => `eth_sign for a random address at ${at}`,
  async run({rpc, random}, signal) {
    const stranger = `0x${toHex(random(20))}`;
    const message = toHex(Buffer.from('AOS signer check, not a transaction'));
    const reply = await rpc.call('eth_sign', `["${stranger}","0x${message}"]`, signal);
    if (reply.kind === 'result') {
      return fail(
        'a signature',
        'DANGER: it signs for any address; this is not Web3Signer',
        say('Stop using this signer, and find out what answers at signer_key.'),
      );
    }
    const got = reply.kind === 'error' ? `${reply.code} ${reply.message}` : reply.text;
    if (reply.kind === 'error' && /no unlocked account/i.test(reply.message))
      return ok(got, 'unknown accounts are refused');
    return warn(
      got,
      'it refuses unknown accounts, but not with Web3Signer’s words: a proxy may be between',
      say('Point signer_key at Web3Signer itself.'),
    );
  },
};
