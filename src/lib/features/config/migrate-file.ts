import {randomBytes} from 'node:crypto';
import {chmodSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {createTwoFilesPatch} from 'diff';
import {readNamedFile} from '../../config/file.ts';
import {problemsError} from '../../config/load.ts';
import {problemAt} from '../../config/problems.ts';
import {refuseEigenlayerFile} from '../../config/eigenlayer-file.ts';
import {networkPreset} from '../../config/networks.ts';
import {ALL_FIELDS, FIELDS, pathsOf} from '../../config/schema.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {readTree} from '../../config/tree.ts';
import {parseYaml} from '../../config/yaml.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {configText} from '../init/config-text.ts';
import {planMigration, withoutSecretsOf, type Migration, type OldConfig} from './migrate.ts';
import type {MigrationReport} from './migrate-report.ts';
import {withoutKeys} from '../init/review.ts';
import {KEY_CONFIG_NAME, keyConfigText, KEYSTORE_NAME} from '../init/web3signer-files.ts';
import {nextOf, passwordPlace} from './migrate-next.ts';
import {keyWarnings, networkWarnings, workerWarnings} from './migrate-warnings.ts';
import {writePrivateFile} from '../../keys/private-file.ts';
import {sealV3} from '../../keys/v3-keystore.ts';
import {refusePublicAddress, refusePublicSecret} from '../../protocol/known-keys/known-keys.ts';
import {addressOfKey} from '../../protocol/wire/key-address.ts';
import {isThere, writableConfig} from '../init/files.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** The next step when the file is not there. */
const NO_FILE = say('Name the file of the reference operator: aos config migrate FILE');

export type MigrateOptions = {
  /** The old file, as it was named. */
  file: string;
  signerUrl: string;
  /** Makes a new VRF key instead of keeping the old one. */
  newVrfKey: boolean;
  /** Network of the new file; null: that of the old one. */
  network: string | null;
  cwd: string;
  today: string;
};

/** A migration that is only thought of so far. */
export type Draft = {
  report: MigrationReport;
  /** False: no secret is in the file and every key has its own name, so nothing is to be done. */
  needed: boolean;
  /** Neither the old file nor an option names a network that still exists. */
  needsNetwork: boolean;
  /** The signer key is there, so a password is needed. */
  needsPassword: boolean;
  /** @throws AosError KEY_PUBLIC for keys that documents publish, unless the network is a devnet */
  refusePublic(): void;
  /** Writes everything. @throws AosError CONFIG_CHANGED | CONFIG_WRITE_FAILED | KEY_EXISTS | KEY_WRITE_FAILED */
  write(secret: {password: string; passwordFile: string | null} | null): Promise<MigrationReport>;
};

/**
 * Reads a file of the reference operator and says what a migration would do.
 * @throws AosError CONFIG_MISSING | CONFIG_UNREADABLE | CONFIG_INVALID | KEY_EXISTS
 */
export function draftMigration(options: MigrateOptions): Draft {
  const {file, cwd} = options;
  const full = writableConfig(resolve(cwd, file));
  const dir = dirname(full);
  const keysDir = join(dir, 'keys');
  const paths = {
    keystore: join(keysDir, KEYSTORE_NAME),
    keyConfig: join(keysDir, KEY_CONFIG_NAME),
    vrfKey: join(dir, 'vrf.key'),
  };
  const text = readNamedFile(file, cwd, NO_FILE);
  const {old, plan} = planOf(text, file, options);
  const derived = plan.signerKey === null ? null : addressOf(plan.signerKey, file);
  const making = [
    ...(plan.signerKey === null ? [] : [paths.keystore, paths.keyConfig]),
    ...(plan.vrfKey === null ? [] : [paths.vrfKey]),
  ];
  for (const path of making) refuseTaken(path);

  const nodeId = plan.entries.find(({path}) => path === 'node.node_id')?.value ?? null;
  const entries = [...plan.entries];
  if (nodeId === null && derived !== null) entries.push({path: 'node.node_id', value: derived});
  const head = [`Configuration of an AOS operator, migrated by aos on ${options.today}.`];
  const fresh = configText(head, entries, plan.sections);
  const backup = `${full}.bak`;
  const network = networkOf(plan);
  const needed = plan.signerKey !== null || plan.vrfKey !== null || plan.renamed || options.network !== null;
  const report: MigrationReport = {
    file: full,
    keys: plan.keys,
    network,
    warnings: [
      ...keyWarnings(plan, {derived, nodeId: typeof nodeId === 'string' ? nodeId : null}, options.newVrfKey),
      ...(needed ? networkWarnings(plan, network) : []),
      ...(needed ? workerWarnings(plan) : []),
    ],
    diff: diffOf(text, fresh, {old, plan}, sanitizeText(file)),
    written: null,
    next: [],
  };

  return {
    report,
    needed,
    needsNetwork: network === null,
    needsPassword: plan.signerKey !== null,
    refusePublic() {
      const id = chainIdOf(plan, network);
      const chainId = id === null ? null : Number(id);
      for (const address of [nodeId, derived])
        if (typeof address === 'string') refusePublicAddress('node.node_id', address, chainId);
      if (plan.vrfKey === null || options.newVrfKey) return;
      const seed = Buffer.from(plan.vrfKey, 'hex');
      refusePublicSecret('the vrf_key of the old file', seed, chainId);
      seed.fill(0);
    },
    async write(secret) {
      const refuseChanged = (): void => {
        if (readNamedFile(file, cwd, NO_FILE) !== text)
          throw new AosError('CONFIG_CHANGED', `${sanitizeText(file)} was changed while it was migrated`);
      };
      refuseChanged();
      let keystore: string | null = null;
      if (plan.signerKey !== null && derived !== null && secret !== null) {
        const key = Buffer.from(plan.signerKey, 'hex');
        keystore = await sealV3(key, derived, secret.password, randomBytes).finally(() => key.fill(0));
      }
      refuseChanged();
      const passwordFile = secret?.passwordFile ?? null;
      const password = passwordPlace(passwordFile, keysDir);
      if (keystore !== null && derived !== null) {
        writePrivateFile(paths.keystore, keystore, {force: false});
        const keyConfig = keyConfigText({address: derived, passwordFile: password.named});
        writePrivateFile(paths.keyConfig, keyConfig, {force: false});
      }
      if (plan.vrfKey !== null) {
        const seed = options.newVrfKey ? randomBytes(32).toString('hex') : plan.vrfKey;
        writePrivateFile(paths.vrfKey, `${seed}\n`, {force: false});
      }
      const kept = writePrivateFile(full, fresh, {force: true, failed: 'CONFIG_WRITE_FAILED'}) ?? backup;
      // It holds the keys: no other user may read it.
      chmodSync(kept, 0o600);
      return {
        ...report,
        written: {
          backup: kept,
          keystore: keystore === null ? null : paths.keystore,
          keyConfig: keystore === null ? null : paths.keyConfig,
          vrfKey: plan.vrfKey === null ? null : paths.vrfKey,
          address: derived,
        },
        next: nextOf({
          cwd,
          named: file,
          keysDir,
          full,
          kept,
          password: keystore === null ? null : password,
          signerUrl: options.signerUrl,
          chainId: chainIdOf(plan, network),
        }),
      };
    },
  };
}

function refuseTaken(path: string): void {
  if (!isThere(path)) return;
  throw new AosError('KEY_EXISTS', `${sanitizeText(path)} exists already`, {
    next: say(`Move it away, then run the command again: mv ${sanitizeText(path)} ${sanitizeText(path)}.old`),
  });
}

/** The network of the new file; null: it names none, or one that cannot be used any more. */
function networkOf({entries}: Migration): string | null {
  const value = entries.find(({path}) => path === FIELDS.network.path)?.value;
  if (typeof value !== 'string') return null;
  const parsed = FIELDS.network.type.parse(value);
  if ('wrong' in parsed) return null;
  const isRetired = (networkPreset(parsed.value)?.retired ?? null) !== null;
  return isRetired && !entries.some(({path}) => path === FIELDS.registry.path) ? null : parsed.value;
}

/** The chain id that the new file names, or that of its network; null: neither is there. */
function chainIdOf({entries}: Migration, network: string | null): string | null {
  const {path} = FIELDS.chainId;
  const named = entries.find((entry) => entry.path === path)?.value;
  const known = named ?? networkPreset(network ?? '')?.values[path];
  return known === undefined ? null : String(known);
}

function planOf(text: string, file: string, options: MigrateOptions): {old: OldConfig; plan: Migration} {
  const {root, problems} = parseYaml(text);
  const source = {file, env: {}, cwd: options.cwd};
  const tree = readTree(root, file);
  refuseEigenlayerFile(tree, file);
  const wrong = [
    ...problems.map(({at, path, message}) => problemAt({source: file, ...at}, path, message)),
    ...tree.problems,
  ];
  if (wrong.length > 0) throw problemsError(source, wrong);
  const old: OldConfig = {
    values: new Map([...tree.values].map(([path, texts]) => [path, texts.map((placed) => placed.text)])),
    present: [...tree.present.keys()],
    unknown: tree.unknown.map(({path}) => sanitizeText(path)),
    sections: [...tree.maps].map(([path, named]) => ({
      path,
      entries: new Map([...named].map(([name, {values}]) => [name, values])),
    })),
  };
  const plan = planMigration(old, {
    signerUrl: options.signerUrl,
    vrfKeyFile: './vrf.key',
    network: options.network,
  });
  if (plan.problems.length > 0)
    throw problemsError(
      source,
      plan.problems.map((got) => problemAt({source: file, line: null, col: null}, '', got)),
    );
  return {old, plan};
}

function addressOf(hex: string, file: string): string {
  const key = Buffer.from(hex, 'hex');
  const address = addressOfKey(key);
  key.fill(0);
  if (address !== null) return address;
  throw new AosError(
    'KEY_INVALID',
    `the signer_key of ${sanitizeText(file)} is no key of Ethereum (zero, or too large)`,
    {
      next: say('Correct signer_key, or set it to the URL of a Web3Signer that holds the key.'),
    },
  );
}

/** What changes, without secrets. */
function diffOf(
  before: string,
  after: string,
  {old, plan}: {old: OldConfig; plan: Migration},
  name: string,
): string {
  const keys = [plan.signerKey, plan.vrfKey].filter((key) => key !== null);
  const secrets = ALL_FIELDS.filter((field) => field.secret).flatMap((field) =>
    pathsOf(field).flatMap((path) =>
      (old.values.get(path) ?? []).map((text) => [text, withoutKeys(text)] as const),
    ),
  );
  const [from, to] = [before, after].map((text) => withoutSecretsOf(text, keys, secrets));
  return createTwoFilesPatch(name, name, from ?? '', to ?? '').replace(/^(Index: .*\n)?=+\n/, '');
}
