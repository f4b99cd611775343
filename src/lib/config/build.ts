import {dirname, resolve as resolvePath} from 'node:path';
import {AosError} from '../foundation/errors/error.ts';
import type {WorkerKind} from '../protocol/wire/messages.ts';
import type {
  Config,
  KnownGood,
  ListenAddress,
  SignerConfig,
  SignerTls,
  VrfKeySource,
  WorkerConfig,
} from './config.ts';
import {alertChannels, watchdogOf, webhookOf} from './alert-channels.ts';
import {metricsAddressOf} from './metrics-address.ts';
import {evidenceConfig} from './evidence.ts';
import {aosDirs, nodeStateDir} from './paths.ts';
import {userPath, type Env} from './user-path.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS} from './schema.ts';
import type {Field} from './schema.ts';
import {teeAttestationOf} from './tee-attestation.ts';
import {engineOf} from './engine.ts';
import {secondOf} from './second-worker.ts';
import {workerUrls} from './worker-urls.ts';

/** Base of relative paths: the directory of the file. Those of variables are absolute. */
export type PathBase = {file: string | null; cwd: string; env: Env};

export function buildSignerConfig(resolved: Resolved, base: PathBase): SignerConfig {
  return {
    network: resolved.network,
    chainId: resolved.one(FIELDS.chainId) ?? null,
    node: {
      id: required(resolved, FIELDS.nodeId),
      signerUrl: required(resolved, FIELDS.signerKey),
      otherSigners: otherSigners(resolved),
      signerTls: signerTlsOf(resolved, base),
    },
    chain: {rpcUrls: rpcUrlsOf(resolved)},
  };
}

/** All of the configuration, the first to ask first. */
function rpcUrlsOf(resolved: Resolved): readonly string[] {
  const first = resolved.one(FIELDS.rpcUrl);
  return [...new Set([...(first === undefined ? [] : [first]), ...(resolved.many(FIELDS.rpcUrls) ?? [])])];
}

/** Builds the typed configuration from values without problems. */
export function buildConfig(resolved: Resolved, kinds: readonly WorkerKind[], base: PathBase): Config {
  const signer = buildSignerConfig(resolved, base);
  const get = <T>(field: Field<T>): T => required(resolved, field);
  const maybe = <T>(field: Field<T>): T | null => resolved.one(field) ?? null;
  const path = (field: Field<string>): string | null => pathOf(resolved, field, base);
  const listen = get(FIELDS.restUrl);
  const callbackListen = maybe(FIELDS.callbackListen);
  const dir = path(FIELDS.storeDir) ?? nodeStateDir(aosDirs(base.env), signer.network, signer.node.id);
  return {
    ...signer,
    node: {
      ...signer.node,
      vrfKey: vrfKeySource(resolved, base),
      dispatcherAddress: maybe(FIELDS.dispatcherAddress),
      clockId: maybe(FIELDS.clockId),
      heartbeatIntervalMs: get(FIELDS.heartbeatInterval),
      blsKeyFile: path(FIELDS.blsKeyFile),
      blsPasswordFile: path(FIELDS.blsPasswordFile),
    },
    net: {
      listen,
      outerUrl: maybe(FIELDS.outerUrl),
      dispatcherUrl: get(FIELDS.dispatcherUrl),
      callbackUrl: maybe(FIELDS.callbackUrl) ?? maybe(FIELDS.outerUrl) ?? urlOf(callbackListen ?? listen),
      verifyDispatcher: get(FIELDS.verifyDispatcher),
      trustedProxies: resolved.many(FIELDS.trustedProxies) ?? [],
      metrics: metricsAddressOf(resolved),
    },
    chain: {
      rpcUrls: signer.chain.rpcUrls,
      vrfRangeContract: maybe(FIELDS.vrfRangeContract) ?? get(FIELDS.rangeManager),
      vrfSortPrecision: get(FIELDS.vrfSortPrecision),
      rangeRefreshMs: get(FIELDS.rangeRefresh),
      contracts: {
        serviceManager: maybe(FIELDS.serviceManager),
        registry: maybe(FIELDS.registry),
        rangeManager: maybe(FIELDS.rangeManager),
        challengeManager: maybe(FIELDS.challengeManager),
        delegationManager: maybe(FIELDS.delegationManager),
        avsDirectory: maybe(FIELDS.avsDirectory),
        allocationManager: maybe(FIELDS.allocationManager),
        strategyManager: maybe(FIELDS.strategyManager),
        rewardsCoordinator: maybe(FIELDS.rewardsCoordinator),
        penaltyLedger: maybe(FIELDS.penaltyLedger),
        keyRegistrar: maybe(FIELDS.keyRegistrar),
        permissionController: maybe(FIELDS.permissionController),
        slashers: resolved.many(FIELDS.slashers) ?? [],
      },
      quorums: resolved.many(FIELDS.quorums) ?? null,
      socket: maybe(FIELDS.socket) ?? maybe(FIELDS.outerUrl),
    },
    policy: {
      networkStart: maybe(FIELDS.networkStart),
      offlineGraceMs: get(FIELDS.offlineGrace),
      penaltyWei: get(FIELDS.penalty),
      checkpointPeriodMs: get(FIELDS.checkpointPeriod),
      challengePeriodMs: get(FIELDS.challengePeriod),
    },
    workers: {
      kinds: Object.fromEntries(kinds.map((kind) => [kind, workerConfig(resolved, kind, base)])),
      callbackListen,
    },
    store: {
      dir,
      retentionMs: get(FIELDS.retention),
      evidence: evidenceConfig(resolved, path(FIELDS.evidenceDir), {
        storeDir: dir,
        network: signer.network,
        nodeId: signer.node.id,
      }),
    },
    log: {format: maybe(FIELDS.logFormat), level: get(FIELDS.logLevel)},
    alerts: {
      webhook: webhookOf(resolved),
      channels: alertChannels(resolved, path),
      watchdog: watchdogOf(resolved, path),
      delayMs: get(FIELDS.alertDelay),
      noJobAfterMs: maybe(FIELDS.noJobAfter),
    },
    shutdownGraceMs: get(FIELDS.shutdownGrace),
  };
}

function workerConfig(resolved: Resolved, kind: WorkerKind, base: PathBase): WorkerConfig {
  const fields = FIELDS[kind];
  return {
    urls: workerUrls(resolved, kind) ?? [required(resolved, fields.url)],
    concurrency: required(resolved, fields.concurrency),
    readyTimeoutMs: required(resolved, fields.readyTimeout),
    answerTimeoutMs: required(resolved, fields.answerTimeout),
    attempts: required(resolved, fields.attempts),
    deadlineMs: required(resolved, fields.deadline),
    onFailure: required(resolved, fields.onFailure),
    ...(kind === 'tee'
      ? {
          callbackPort: required(resolved, FIELDS.tee.callbackPort),
          attestation: teeAttestationOf(resolved, pathOf(resolved, FIELDS.tee.root, base)),
        }
      : {}),
    ...(kind === 'zkml' ? {knownGood: knownGoodOf(resolved)} : {}),
    ...(kind === 'opml' ? {engine: engineOf(resolved, (field) => pathOf(resolved, field, base))} : {}),
    second: secondOf(resolved, kind),
  };
}

/** The proof by which a zkml worker is judged; null: none is configured. */
export function knownGoodOf(resolved: Resolved): KnownGood | null {
  const model = resolved.one(FIELDS.zkml.knownGoodModel);
  const proofPath = resolved.one(FIELDS.zkml.knownGoodProof);
  return model === undefined || proofPath === undefined ? null : {model, proofPath};
}

/** The signers beside the first, each once. */
export function otherSigners(resolved: Resolved): readonly string[] {
  const first = resolved.one(FIELDS.signerKey);
  return [...new Set(resolved.many(FIELDS.signerUrls) ?? [])].filter((url) => url !== first);
}

/** The files of `node.signer_tls`; null when none is configured. */
export function signerTlsOf(resolved: Resolved, base: PathBase): SignerTls | null {
  const path = (field: Field<string>): string | null => pathOf(resolved, field, base);
  const tls = {
    ca: path(FIELDS.signerCa),
    cert: path(FIELDS.signerCert),
    key: path(FIELDS.signerCertKey),
    passphraseFile: path(FIELDS.signerPassphraseFile),
    serverName: resolved.one(FIELDS.signerServerName) ?? null,
  };
  return Object.values(tls).every((value) => value === null) ? null : tls;
}

function vrfKeySource(resolved: Resolved, base: PathBase): VrfKeySource {
  const path = pathOf(resolved, FIELDS.vrfKeyFile, base);
  if (path !== null) return {kind: 'file', path};
  const hex = required(resolved, FIELDS.vrfKey);
  // Behind a function, so that printing or serialising a Config cannot show it.
  return {kind: 'inline', read: () => hex};
}

/** Returns the absolute path of a path field; null when it has no value. */
export function pathOf(resolved: Resolved, field: Field<string>, {file, cwd, env}: PathBase): string | null {
  const text = resolved.one(field);
  if (text === undefined) return null;
  const inFile = resolved.origin.get(field.path)?.from === 'file' && file !== null;
  return userPath(text, inFile ? dirname(resolvePath(cwd, file)) : cwd, env);
}

/** Returns the URL of a listener as seen from this machine: "all addresses" becomes loopback (docs/protocol.md#http-server-of-the-operator). */
export function urlOf({host, port}: ListenAddress): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function required<T>(resolved: Resolved, field: Field<T>): T {
  const value = resolved.one(field);
  if (value === undefined) throw new AosError('BUG', `${field.path} was not checked before it was used`);
  return value;
}
