import type {DevnetUrls} from './devnet-file.ts';

/** What a devnet knows about itself, for its config.yaml. */
export type DevnetFacts = {
  operator: string;
  dispatcherAddress: string;
  urls: DevnetUrls;
  contracts: {vrf_range: string};
  vrfKeyFile: string;
  storeDir: string;
};

/** A configuration that works with `aos run -c`, `aos signer check -c` on this devnet. */
export function devnetConfig(facts: DevnetFacts): string {
  const {urls} = facts;
  const text = JSON.stringify;
  return `# Made by aos devnet up; gone when it ends.
network: devnet
node:
  node_id: ${text(facts.operator)}
  signer_key: ${text(urls.signer)}
  vrf_key_file: ${text(facts.vrfKeyFile)}
  dispatcher_address: ${text(facts.dispatcherAddress)}
  heartbeat_interval: 10
net:
  rest_url: ${text(urls.operator.replace('http://', ''))}
  outer_url: ${text(urls.operator)}
  dispatcher_url: ${text(urls.dispatcher)}
  callback_url: ${text(urls.operator)}
  verify_dispatcher: require
chain:
  chain_rpc_url: ${text(urls.chain)}
  vrf_range_contract: ${text(facts.contracts.vrf_range)}
workers:
  opml:
    url: ${text(urls.worker)}
store:
  dir: ${text(facts.storeDir)}
`;
}
