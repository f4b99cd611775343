import type {AosContracts} from './chain/deploy.ts';
import type {DevnetUrls} from '../lib/config/devnet-file.ts';
import type {WorkerSection} from './workers.ts';
import type {PinnedModel} from './zkml/verifier.ts';

/** The addresses that the configuration has keys for. */
const IN_CONFIG = [
  'service_manager',
  'registry',
  'range_manager',
  'challenge_manager',
  'delegation_manager',
  'avs_directory',
  'strategy_manager',
  'allocation_manager',
  'rewards_coordinator',
  'penalty_ledger',
  'permission_controller',
  'key_registrar',
] as const;

/** The model that the jobs of a devnet name, unless their submission names another. */
const JOB_MODEL = 'tiny-llm';

/** What a devnet knows about itself, for its config.yaml. */
export type DevnetFacts = {
  operator: string;
  /** Where this operator listens. */
  operatorUrl: string;
  /** What the dispatcher signs with; null: it signs nothing. */
  dispatcherAddress: string | null;
  verifyDispatcher: 'require' | 'when-signed';
  urls: Pick<DevnetUrls, 'chain' | 'signer' | 'dispatcher' | 'dispatcherHttp'>;
  /** The workers of this operator. */
  workers: readonly WorkerSection[];
  deployed: AosContracts;
  /** The moratorium of the penalty ledger ends a year later. */
  networkStart: Date;
  vrfKeyFile: string;
  blsKeyFile: string;
  blsPasswordFile: string;
  storeDir: string;
  /** Path of the root certificate that the attestations of its tee worker lead to. */
  teeRootFile: string;
};

/** A configuration that works with `aos run -c`, `aos signer check -c` on this devnet. */
export function devnetConfig(facts: DevnetFacts): string {
  const {urls, deployed, operatorUrl, dispatcherAddress} = facts;
  const text = JSON.stringify;
  return `# Made by aos devnet up; gone when it ends.
network: devnet
node:
  node_id: ${text(facts.operator)}
  signer_key: ${text(urls.signer)}
  vrf_key_file: ${text(facts.vrfKeyFile)}
  bls_key_file: ${text(facts.blsKeyFile)}
  bls_password_file: ${text(facts.blsPasswordFile)}
${dispatcherAddress === null ? '' : `  dispatcher_address: ${text(dispatcherAddress)}\n`}  heartbeat_interval: 10
net:
  rest_url: ${text(operatorUrl.replace('http://', ''))}
  outer_url: ${text(operatorUrl)}
  dispatcher_url: ${text(urls.dispatcher)}
  callback_url: ${text(operatorUrl)}
  verify_dispatcher: ${facts.verifyDispatcher}
chain:
  chain_rpc_url: ${text(urls.chain)}
  vrf_range_contract: ${text(deployed.range_manager)}
  contracts:
${contractLines(deployed)}
policy:
  network_start: ${text(facts.networkStart.toISOString())}
workers:
${facts.workers.flatMap((worker) => [...workerLines(worker, facts), ...secondLines(worker)]).join('\n')}
store:
  dir: ${text(facts.storeDir)}
`;
}

function contractLines(deployed: AosContracts): string {
  // A registry of another kind has no KeyRegistrar.
  const lines = IN_CONFIG.flatMap((name) =>
    deployed[name] === null ? [] : [`    ${name}: ${JSON.stringify(deployed[name])}`],
  );
  return [...lines, `    slashers: ${JSON.stringify(deployed.slashers)}`].join('\n');
}

function workerLines(worker: WorkerSection, {operatorUrl, teeRootFile}: DevnetFacts): string[] {
  const text = JSON.stringify;
  const lines = [`  ${worker.kind}:`, `    url: ${text(worker.url)}`];
  switch (worker.kind) {
    case 'opml':
      if (worker.engine === null) return lines;
      return [
        ...lines,
        '    engine: openai',
        `    api: ${worker.engine.api}`,
        '    models:',
        `      ${text(JOB_MODEL)}: ${text(worker.engine.model)}`,
      ];
    case 'tee':
      return [
        ...lines,
        `    callback_port: ${worker.callbackPort ?? Number(new URL(operatorUrl).port)}`,
        ...(worker.attested === null
          ? []
          : [
              '    verify: require',
              `    root: ${text(teeRootFile)}`,
              '    pcrs:',
              ...Object.entries(worker.attested.registers).map(
                ([index, value]) => `      ${index}: [${text(value)}]`,
              ),
            ]),
      ];
    case 'zkml':
      if (worker.knownGood === null) return lines;
      return [
        ...lines,
        '    known_good:',
        `      model: ${text(worker.knownGood.model)}`,
        `      proof_path: ${text(worker.knownGood.proofPath)}`,
        ...proofLines(worker.models),
      ];
  }
}

/** Every answer is compared, so that each job shows what a cross-check says. */
function secondLines(worker: WorkerSection): string[] {
  if (worker.kind !== 'zkml' || worker.second === null) return [];
  return [`    second: ${JSON.stringify(worker.second)}`, '    sample: 1'];
}

/** Its proofs are served on loopback, and the jobs that it makes by itself ask about the same ones again and again. */
function proofLines(models: readonly PinnedModel[]): string[] {
  if (models.length === 0) return [];
  const text = JSON.stringify;
  return [
    '    verify: both',
    '    allow_private: [127.0.0.0/8]',
    '    repeated_proofs: allow',
    '    models:',
    ...models.flatMap(({name, files: {vk, vkSha256, settings, settingsSha256, srs, srsSha256}}) => [
      `      ${text(name)}:`,
      ...Object.entries({
        ...{vk, vk_sha256: vkSha256, settings, settings_sha256: settingsSha256},
        ...{srs, srs_sha256: srsSha256},
      }).flatMap(([key, value]) => (value === null ? [] : [`        ${key}: ${text(value)}`])),
    ]),
  ];
}
