import type {AosError} from '../foundation/errors/error.ts';
import {isAosError} from '../foundation/errors/error.ts';
import type {WorkerKind} from '../protocol/wire/messages.ts';
import {knownGoodOf, otherSigners, pathOf, signerTlsOf, urlOf, type PathBase} from './build.ts';
import {alertChannels, watchdogOf} from './alert-channels.ts';
import {chainViewOf, type ChainView} from './chain-view.ts';
import {secondOf} from './second-worker.ts';
import {wantedKinds} from './worker-kinds.ts';
import {workerUrls} from './worker-urls.ts';
import type {
  AlertChannel,
  ConfigWarning,
  EngineConfig,
  EvidenceConfig,
  WatchdogConfig,
  KnownGood,
  ListenAddress,
  ProofChecks,
  SignerTls,
  TeeAttestation,
  VerifyDispatcher,
  VrfKeySource,
} from './config.ts';
import {evidenceConfig} from './evidence.ts';
import {readConfigFile, type ConfigFile} from './file.ts';
import {checkConfig} from './load.ts';
import {metricsAddressOf} from './metrics-address.ts';
import {nodeStateDir, stateHome} from './paths.ts';
import {proofChecksOf} from './proof-checks.ts';
import type {ConfigProblem} from './problems.ts';
import {publicAddressWarning, publicKeyIn} from './public-keys.ts';
import {resolve} from './resolve.ts';
import {FIELDS} from './schema.ts';
import {sanitizeText} from './sanitize.ts';
import {teeAttestationOf} from './tee-attestation.ts';
import {readTree, type FileTree, type PlacedText} from './tree.ts';
import {parseYaml} from './yaml.ts';
import {engineOf} from './engine.ts';
import type {ConfigSource} from './source.ts';

/**
 * The valid values of a configuration, for diagnosis: null for a value that is missing or wrong. Not for running.
 */
export type UsableConfig = ChainView & {
  /** Why the file cannot be used, or RAW_PRIVATE_KEY; null without such an error. */
  error: AosError | null;
  /** KEY_PUBLIC for keys that documents publish; null where they are of one's own, or for a devnet. */
  publicKey: AosError | null;
  problems: readonly ConfigProblem[];
  warnings: readonly ConfigWarning[];
  signerUrl: string | null;
  otherSigners: readonly string[];
  signerTls: SignerTls | null;
  vrfKey: VrfKeySource | null;
  blsKeyFile: string | null;
  blsPasswordFile: string | null;
  dispatcherUrl: string | null;
  dispatcherAddress: string | null;
  /** Those of before, that jobs of that time are checked with. */
  formerDispatchers: readonly string[];
  verifyDispatcher: VerifyDispatcher | null;
  listen: ListenAddress | null;
  outerUrl: string | null;
  /** `chain.socket`, else `net.outer_url`. */
  socket: string | null;
  callbackUrl: string | null;
  callbackListen: ListenAddress | null;
  trustedProxies: readonly string[];
  /** Where metrics are served; null: nowhere. */
  metrics: ListenAddress | null;
  /** The configured kinds with their URLs; null: one is wrong. */
  workers: readonly {kind: WorkerKind; urls: readonly string[] | null; second: string | null}[];
  /** The proof by which zkml workers are judged; null: none is configured. */
  knownGood: KnownGood | null;
  /** How the proofs of zkml jobs are checked here. */
  proofChecks: ProofChecks;
  /** What becomes of the attestations of tee workers. */
  teeAttestation: TeeAttestation;
  /** Of opml: an OpenAI-compatible server; null: the published worker, or its configuration is not whole. */
  engine: EngineConfig | null;
  /** `workers.tee.callback_port`; null where it is wrong. */
  teePort: number | null;
  /** Scheme and host of the alert webhook; the rest of its URL is a secret. */
  alertOrigin: string | null;
  /** Those whose keys are all right. */
  alertChannels: readonly AlertChannel[];
  watchdog: WatchdogConfig | null;
  probeIntervalMs: number;
  offlineGraceMs: number;
  penaltyWei: bigint;
  networkStart: number | null;
  clockId: bigint;
  vrfSortPrecision: number | null;
  /** Directory of the journal; null when neither it nor node_id is known. */
  storeDir: string | null;
  /** Of the receipts that outlast the journal; null with `storeDir`, or without node_id. */
  evidence: EvidenceConfig | null;
};

/** Reads the valid values of a configuration. It never throws for problems of the configuration. */
export function usableConfig(source: ConfigSource): UsableConfig {
  const {file, env, cwd, flags = {}} = source;
  let error: AosError | null = null;
  let publicKey: AosError | null = null;
  let problems: readonly ConfigProblem[] = [];
  let warnings: readonly ConfigWarning[] = [];
  try {
    const checked = checkConfig(source, {need: 'run'});
    problems = [...checked.problems, ...checked.startProblems];
    const config = checked.run ?? checked.signer;
    publicKey = config === null ? null : publicKeyIn(config);
    warnings = [...checked.warnings, ...(config === null ? [] : publicAddressWarning(config))];
  } catch (thrown) {
    if (!isAosError(thrown)) throw thrown;
    error = thrown;
  }
  const tree = soundPart(file, cwd);
  const resolved = resolve({flags, env, tree});
  const base: PathBase = {file, cwd, env};
  const chain = chainViewOf(resolved, false);
  const listen = resolved.one(FIELDS.restUrl) ?? null;
  const callbackListen = resolved.one(FIELDS.callbackListen) ?? null;
  const outerUrl = resolved.one(FIELDS.outerUrl) ?? null;
  const storeDir = pathOf(resolved, FIELDS.storeDir, base) ?? stateDirOf(chain, base);
  const {nodeId, network} = chain;
  const ownCallback = callbackListen ?? listen;
  return {
    ...chain,
    error,
    publicKey,
    problems,
    warnings,
    signerUrl: resolved.one(FIELDS.signerKey) ?? null,
    otherSigners: otherSigners(resolved),
    signerTls: signerTlsOf(resolved, base),
    vrfKey: vrfKeyOf(pathOf(resolved, FIELDS.vrfKeyFile, base), resolved.one(FIELDS.vrfKey)),
    blsKeyFile: pathOf(resolved, FIELDS.blsKeyFile, base),
    blsPasswordFile: pathOf(resolved, FIELDS.blsPasswordFile, base),
    dispatcherUrl: resolved.one(FIELDS.dispatcherUrl) ?? null,
    dispatcherAddress: resolved.one(FIELDS.dispatcherAddress) ?? null,
    formerDispatchers: resolved.many(FIELDS.formerDispatchers) ?? [],
    verifyDispatcher: resolved.one(FIELDS.verifyDispatcher) ?? null,
    listen,
    outerUrl,
    socket: resolved.one(FIELDS.socket) ?? outerUrl,
    callbackUrl:
      resolved.one(FIELDS.callbackUrl) ?? outerUrl ?? (ownCallback === null ? null : urlOf(ownCallback)),
    callbackListen,
    trustedProxies: resolved.many(FIELDS.trustedProxies) ?? [],
    metrics: metricsAddressOf(resolved),
    alertOrigin: originOf(resolved.one(FIELDS.alertWebhook)),
    alertChannels: alertChannels(resolved, (field) => pathOf(resolved, field, base)),
    watchdog: watchdogOf(resolved, (field) => pathOf(resolved, field, base)),
    workers: wantedKinds(resolved, tree).map((kind) => ({
      kind,
      urls: workerUrls(resolved, kind) ?? null,
      second: secondOf(resolved, kind)?.url ?? null,
    })),
    knownGood: knownGoodOf(resolved),
    proofChecks: proofChecksOf(resolved, tree, base),
    teeAttestation: teeAttestationOf(resolved, pathOf(resolved, FIELDS.tee.root, base)),
    engine: engineOf(resolved, (field) => pathOf(resolved, field, base)),
    teePort: resolved.one(FIELDS.tee.callbackPort) ?? null,
    // These have defaults, also for a wrong value.
    probeIntervalMs: resolved.one(FIELDS.heartbeatInterval) ?? 10_000,
    offlineGraceMs: resolved.one(FIELDS.offlineGrace) ?? 3_600_000,
    penaltyWei: resolved.one(FIELDS.penalty) ?? 10n ** 17n,
    networkStart: resolved.one(FIELDS.networkStart) ?? null,
    clockId: resolved.one(FIELDS.clockId) ?? 1n,
    vrfSortPrecision: resolved.one(FIELDS.vrfSortPrecision) ?? null,
    storeDir,
    evidence:
      storeDir === null || nodeId === null
        ? null
        : evidenceConfig(resolved, pathOf(resolved, FIELDS.evidenceDir, base), {storeDir, network, nodeId}),
  };
}

function vrfKeyOf(path: string | null, hex: string | undefined): VrfKeySource | null {
  if (path !== null) return {kind: 'file', path};
  return hex === undefined ? null : {kind: 'inline', read: () => hex};
}

function stateDirOf({network, nodeId}: ChainView, {env}: PathBase): string | null {
  const state = stateHome(env);
  return nodeId === null || state === null ? null : nodeStateDir({state}, network, nodeId);
}

/** Reads the file's values up to the first syntax error; after it the parser guesses. */
function soundPart(file: string | null, cwd: string): FileTree {
  const name = sanitizeText(file ?? '');
  const {root, problems} = parseYaml(file === null ? '' : textOf(file, cwd));
  const tree = readTree(root, name);
  const end = problems.reduce((least, {at}) => Math.min(least, at.line), Infinity);
  if (end === Infinity) return tree;
  const values = [...tree.values].map(([path, texts]): [string, readonly PlacedText[]] => [
    path,
    texts.filter(({place}) => (place.line ?? 0) < end),
  ]);
  return {...tree, values: new Map(values.filter(([, texts]) => texts.length > 0))};
}

function textOf(file: string, cwd: string): string {
  let read: ConfigFile;
  try {
    read = readConfigFile(file, cwd);
  } catch (error) {
    if (isAosError(error)) return ''; // `error` reports it
    throw error;
  }
  return read.error === null ? read.text : '';
}

function originOf(url: string | undefined): string | null {
  return url === undefined ? null : new URL(url).origin;
}
