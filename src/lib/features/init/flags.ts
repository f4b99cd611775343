import {Flags} from '@oclif/core';
import {pathFlag} from '../../cli/flags.ts';
import {signerFlags} from './signer-flags.ts';

const answer = (summary: string, helpValue: string) =>
  Flags.string({summary, helpValue, helpGroup: 'ANSWERS'});

/** A flag for every question of the wizard; the names are the keys of QUESTIONS. */
export const answerFlags = {
  network: answer('Network: mainnet, hoodi, sepolia, devnet or custom.', 'NAME'),
  'node-id': answer('Ethereum address of the operator.', 'ADDRESS'),
  'signer-url': answer('URL of the Web3Signer that holds its key.', 'URL'),
  'dispatcher-url': answer('Dispatcher: host:port, ws:// or wss://.', 'URL'),
  'dispatcher-address': answer("Address that signs the dispatcher's messages.", 'ADDRESS'),
  'rpc-url': answer(
    'JSON-RPC of the chain; may hold an access key, so better AOS_CHAIN_CHAIN_RPC_URL.',
    'URL',
  ),
  'range-contract': answer('Contract with the sampling ranges.', 'ADDRESS'),
  registry: answer('AOS registry coordinator, for aos register.', 'ADDRESS'),
  'worker-kind': answer('Kind of worker: opml, tee or zkml.', 'KIND'),
  engine: answer("opml: published (the network's worker) or openai (an OpenAI-compatible engine).", 'NAME'),
  'worker-url': answer('URL of the worker, or of the engine without /v1.', 'URL'),
  'engine-api': answer('How the engine is asked: chat or completions.', 'NAME'),
  'engine-key-file': answer('File with the API key of the engine, mode 0600.', 'FILE'),
  'engine-models': answer('Model of the engine for each model of jobs: JOB=ENGINE,...', 'PAIRS'),
  'known-good-model': answer('zkml: model of a proof that is known to be good.', 'NAME'),
  'known-good-proof': answer('zkml: URL of that proof.', 'URL'),
  'second-url': answer('zkml and engines: a worker that answers are compared with.', 'URL'),
  'second-sample': answer('Share of the answers that is compared with it.', 'SHARE'),
  listen: answer("host:port of the operator's own server.", 'HOST:PORT'),
  'outer-url': answer('The same server as others reach it.', 'URL'),
  'vrf-key-file': answer('File with the VRF key; made when it is not there.', 'FILE'),
  'store-dir': answer('Directory of the journal.', 'DIR'),
  'alert-channel': answer(
    'Where alerts go: none, webhook, slack, discord, telegram, pagerduty or email.',
    'NAME',
  ),
  'alert-webhook': answer(
    'Webhook for alerts; its URL is a secret, so better AOS_ALERTS_WEBHOOK_URL.',
    'URL',
  ),
  'alert-server': answer('Mail: server, smtp://host:port (STARTTLS) or smtps://host:port.', 'URL'),
  'alert-from': answer('Mail: address that it comes from.', 'ADDRESS'),
  'alert-to': answer('Mail: addresses that it goes to, with commas between them.', 'ADDRESSES'),
  'alert-user': answer('Mail: user of the server, if it wants one.', 'NAME'),
  'alert-file': answer('File with the URL, token, key or password of that channel.', 'FILE'),
  'alert-chat': answer('Telegram: id of the chat.', 'ID'),
};

export const initFlags = {
  config: pathFlag({
    char: 'c',
    summary: 'File to write [AOS_CONFIG, else ./config.yaml].',
    noCacheDefault: true,
  }),
  from: pathFlag({
    summary: 'operator.yaml of the EigenLayer command line to take over; flags outrank it.',
  }),
  yes: Flags.boolean({char: 'y', summary: 'Ask nothing: take the preset where there is one.'}),
  probe: Flags.boolean({
    summary: 'Check signer, RPC, dispatcher and worker also without questions.',
    allowNo: true,
  }),
  force: Flags.boolean({summary: 'Replace files that are there; the old ones are kept as .bak.'}),
  'with-web3signer': Flags.boolean({
    summary: 'Also write a compose file and a key configuration for Web3Signer.',
  }),
  ...answerFlags,
  ...signerFlags,
};

/** The texts of the answer flags. */
export function answersGiven(flags: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.keys(answerFlags).map((name) => {
      const value = flags[name];
      return [name, typeof value === 'string' ? value : undefined];
    }),
  );
}
