import {networkPreset} from '../../config/networks.ts';
import {FIELDS} from '../../config/schema.ts';
import {byField, networkChoices, networkValue} from './fields.ts';
import {line} from './line-question.ts';
import type {Choice, Question, QuestionKey} from './question.ts';
import {ALERT_QUESTIONS} from './questions-alerts.ts';
import {WORKER_QUESTIONS} from './questions-workers.ts';

const OTHER = 'other';

const network: Question = {
  key: 'network',
  path: FIELDS.network.path,
  flag: 'network',
  applies: () => true,
  form: ({facts}) => ({
    kind: 'list',
    message: 'Network',
    about: 'Which network? It sets the chain id and the contract addresses.',
    choices: networkChoices(facts.devnet !== null),
    suggestion: facts.devnet === null ? 'mainnet' : 'devnet',
  }),
  preset: () => 'mainnet',
  parse(text) {
    const parsed = byField(FIELDS.network, {optional: false})(text);
    if ('wrong' in parsed) return parsed;
    const retired = networkPreset(parsed.value.toLowerCase())?.retired ?? null;
    return retired === null ? {value: parsed.value.toLowerCase()} : {wrong: retired};
  },
  check: 'network',
};

const nodeId: Question = {
  ...line({
    key: 'node-id',
    field: FIELDS.nodeId,
    message: 'Operator address',
    about: 'The Ethereum address of this operator, node_id.',
    check: 'operator',
  }),
  form(known) {
    const message = 'Operator address';
    const {accounts} = known.facts;
    const suggestion = networkValue(known, FIELDS.nodeId.path) ?? '';
    if (accounts === null || accounts.length === 0) {
      const about = 'Your Ethereum address. Leave it empty to choose among the signer’s accounts next.';
      return {kind: 'line', message, about, suggestion};
    }
    const choices: Choice[] = accounts.map((account) => ({value: account, name: account}));
    choices.push({value: '', name: 'enter another address', about: 'after the signer is known'});
    const about = 'The signer of this machine holds these accounts.';
    return {kind: 'list', message, about, choices, suggestion: suggestion || (accounts[0] ?? '')};
  },
  // An address is needed in the end; at a terminal it may come from the signer.
  parse: byField(FIELDS.nodeId, {optional: true}),
};

/** Asked when no address was given, or one that the signer does not hold. */
const account: Question = {
  ...line({key: 'account', field: FIELDS.nodeId, message: 'Operator address', about: ''}),
  flag: null,
  applies({answers, facts}) {
    const typed = answers['node-id'] ?? '';
    return typed === '' || (facts.accounts !== null && !facts.accounts.includes(typed) && !facts.withSigner);
  },
  form({answers, facts}) {
    const typed = answers['node-id'] ?? '';
    const message = 'Operator address';
    const {accounts} = facts;
    if (accounts === null || accounts.length === 0)
      return {kind: 'line', message, about: 'The Ethereum address of this operator.', suggestion: typed};
    const choices: Choice[] = accounts.map((value) => ({value, name: value}));
    if (typed === '') choices.push({value: OTHER, name: 'none of them', about: 'goes back to the signer'});
    else
      choices.push({value: typed, name: `${typed} (not held)`, about: 'load its key into the signer later'});
    const about =
      typed === '' ? 'Accounts of the signer.' : `The signer does not hold ${typed}, but these accounts.`;
    return {kind: 'list', message, about, choices, suggestion: accounts[0] ?? ''};
  },
  preset: ({answers}) => answers['node-id'] ?? null,
  check: 'operator',
};

/**
 * Every question in the order it is asked. A question is asked when it applies to the answers before it; going back
 * leads to the one before that applies.
 */
export const QUESTIONS: readonly Question[] = [
  network,
  nodeId,
  line({
    key: 'signer-url',
    field: FIELDS.signerKey,
    message: 'Signer URL',
    about: 'The Web3Signer that holds the key of the operator address.',
    check: 'signer',
    suggestion: (known) => networkValue(known, FIELDS.signerKey.path) ?? 'http://127.0.0.1:9000',
    preset: (known) =>
      networkValue(known, FIELDS.signerKey.path) ?? (known.facts.withSigner ? 'http://127.0.0.1:9000' : null),
  }),
  account,
  line({
    key: 'dispatcher-url',
    field: FIELDS.dispatcherUrl,
    message: 'Dispatcher',
    about: 'The dispatcher that sends jobs: host:port, ws:// or wss://.',
    check: 'dispatcher',
  }),
  line({
    key: 'dispatcher-address',
    field: FIELDS.dispatcherAddress,
    message: 'Dispatcher’s address',
    about: 'Only jobs signed by this address are taken.',
    without: 'to accept any valid signer (unsafe: anyone may send jobs)',
  }),
  line({
    key: 'rpc-url',
    field: FIELDS.rpcUrl,
    message: 'Chain RPC',
    about: 'An Ethereum JSON-RPC of that network. Its URL may hold an access key: only the host is shown.',
    check: 'rpc',
  }),
  line({
    key: 'range-contract',
    field: FIELDS.vrfRangeContract,
    message: 'Range contract',
    about: 'The contract with the operators’ sampling ranges; the network’s documentation names it.',
    check: 'range',
  }),
  line({
    key: 'registry',
    field: FIELDS.registry,
    message: 'AOS registry',
    about: 'The registry coordinator, for aos register.',
    without: 'to name it later',
    applies: (known) => networkValue(known, FIELDS.registry.path) === null,
  }),
  ...WORKER_QUESTIONS,
  line({
    key: 'listen',
    field: FIELDS.restUrl,
    message: 'Listen on',
    about: 'host:port of this operator’s own server; the network asks /ping there.',
    check: 'listen',
    preset: (known) => networkValue(known, FIELDS.restUrl.path) ?? FIELDS.restUrl.fallback,
  }),
  line({
    key: 'outer-url',
    field: FIELDS.outerUrl,
    message: 'URL from outside',
    about: 'Public URL of this node, for the network’s /ping, such as http://203.0.113.7:21001.',
    without: 'while it is not known',
  }),
  line({
    key: 'vrf-key-file',
    field: FIELDS.vrfKeyFile,
    message: 'VRF key file',
    about: 'Decides which jobs are yours. Made new (mode 0600) when there is none.',
    check: 'vrf-key',
    preset: () => './vrf.key',
  }),
  line({
    key: 'store-dir',
    field: FIELDS.storeDir,
    message: 'Journal directory',
    about: 'Where to keep the job journal: every job is there before it is acknowledged.',
    without: 'for the state directory',
    check: 'store',
    // A devnet's own directory goes with it.
    preset: () => '',
  }),
  ...ALERT_QUESTIONS,
];

/** True for the answer that leads back to the signer. */
export function isNoneOfThem(key: QuestionKey, text: string): boolean {
  return key === 'account' && text === OTHER;
}
