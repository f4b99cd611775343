import {statSync} from 'node:fs';
import {dirname, isAbsolute, join, resolve} from 'node:path';
import type {Config, ConfigWarning} from '../../config/config.ts';
import {checkConfig, problemsError} from '../../config/load.ts';
import {alertSecretFiles} from '../../config/alert-channels.ts';
import {envNames, FIELDS} from '../../config/schema.ts';
import type {ConfigSource} from '../../config/source.ts';
import {surveyConfig} from '../../config/survey.ts';
import {pathOfVariable, type Env} from '../../config/user-path.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import type {Account} from './account.ts';
import {checkFilesOf} from './check-files.ts';
import {barredAt} from './readable.ts';
import {isPlainPath, type Scope, type UnitPlan} from './unit-text.ts';

/** What a service is asked to be. */
export type Wanted = {
  scope: Scope;
  /** Name of the unit, without `.service`. */
  name: string;
  /** Absolute path of the configuration. */
  config: string;
  /** The user that it runs as. */
  account: Account;
  /** The program of Node.js, and the folder of aos. */
  node: string;
  root: string;
  version: string;
  /** The environment of the one who installs it. */
  env: Env;
};

export type Planned = {plan: UnitPlan; config: Config; warnings: readonly ConfigWarning[]};

/** A stop may take so much longer than the jobs in progress: the last alert, the end of the journal. */
const AFTER_GRACE_S = 30;
const LOW_PORTS = 1024;

/**
 * Works out the unit of an operator, from the configuration as the service will read it: as its user, with its home and none of
 * the variables of the shell but AOS_HOME.
 * @throws AosError CONFIG_* (78) where `aos run` would not start, SERVICE_PATH_UNFIT
 */
export function planUnit(wanted: Wanted): Planned {
  const {scope, name, account, env} = wanted;
  const aosHome = pathOfVariable(env, 'AOS_HOME');
  const source: ConfigSource = {
    file: wanted.config,
    env: {HOME: account.home, ...(aosHome === undefined ? {} : {AOS_HOME: aosHome})},
    cwd: '/',
  };
  const {config, warnings} = judged(source);
  const secrets = scope === 'system' ? secretsOf(config) : {};
  const reads = [wanted.node, wanted.root, wanted.config, ...otherFilesOf(config, scope)];
  const state = config.store.dir;
  const own = join('/var/lib', name);
  const isOwn = scope === 'system' && isBelow(state, own);
  const receipts = dirname(config.store.evidence.dir);
  const writes = [
    state,
    ...(isBelow(receipts, state) ? [] : [receipts]),
    ...(aosHome === undefined ? [] : [aosHome]),
  ];
  refuseUnfit({wanted, reads, secrets: Object.values(secrets).map(({path}) => path), writes});
  const folder = `/run/credentials/${name}.service`;
  return {
    config,
    warnings,
    plan: {
      scope,
      name,
      version: wanted.version,
      account: scope === 'system' ? account.name : null,
      command: [wanted.node, join(wanted.root, 'bin/run.cjs'), 'run', '--headless', '-c', wanted.config],
      docs: join(wanted.root, 'docs'),
      environment: {
        ...(aosHome === undefined ? {} : {AOS_HOME: aosHome}),
        ...Object.fromEntries(
          Object.entries(secrets).map(([id, {variable}]) => [variable, join(folder, id)]),
        ),
      },
      credentials: Object.fromEntries(Object.entries(secrets).map(([id, {path}]) => [id, path])),
      stateDirectory: isOwn ? name : null,
      // systemd starts no service with a writable directory that is not there.
      writable: scope === 'system' ? writes.filter((dir) => !isBelow(dir, own)) : [],
      readsHomes: [...reads, state].some(isInHomes),
      lowPort: config.net.listen.port > 0 && config.net.listen.port < LOW_PORTS,
      stopSeconds: Math.ceil(config.shutdownGraceMs / 1000) + AFTER_GRACE_S,
    },
  };
}

function judged(source: ConfigSource): {config: Config; warnings: readonly ConfigWarning[]} {
  const {problems, warnings} = surveyConfig(source, 'run');
  if (problems.length > 0) throw problemsError(source, problems);
  const {run} = checkConfig(source, {need: 'run'});
  if (run === null) throw problemsError(source, problems);
  return {config: run, warnings};
}

/** Files that systemd gives to the service as credentials, by the name that they have there. */
function secretsOf({node, alerts, workers}: Config): Record<string, {path: string; variable: string}> {
  const tls = node.signerTls;
  const found = [
    {id: 'vrf.key', path: node.vrfKey.kind === 'file' ? node.vrfKey.path : null, field: FIELDS.vrfKeyFile},
    {id: 'signer-tls.key', path: tls?.key ?? null, field: FIELDS.signerCertKey},
    {id: 'signer-tls.passphrase', path: tls?.passphraseFile ?? null, field: FIELDS.signerPassphraseFile},
    ...alertSecretFiles(alerts.channels, alerts.watchdog),
    {id: 'engine.key', path: workers.kinds.opml?.engine?.apiKeyFile ?? null, field: FIELDS.opml.apiKeyFile},
  ];
  return Object.fromEntries(
    found.flatMap(({id, path, field}) => {
      const variable = envNames(field).at(-1);
      return path === null || variable === undefined ? [] : [[id, {path, variable}]];
    }),
  );
}

/** The other files that the operator reads by their own paths. */
function otherFilesOf({node, alerts, workers}: Config, scope: Scope): string[] {
  const tls = node.signerTls;
  const forAlerts = alertSecretFiles(alerts.channels, alerts.watchdog).map(({path}) => path);
  const vrfKey = node.vrfKey.kind === 'file' ? node.vrfKey.path : null;
  const apiKey = workers.kinds.opml?.engine?.apiKeyFile ?? null;
  const keys = [vrfKey, tls?.key ?? null, apiKey, ...forAlerts];
  const secrets = scope === 'system' ? [] : keys;
  const open = [tls?.ca ?? null, tls?.cert ?? null, ...checkFilesOf({workers})];
  return [...open, ...secrets].filter((path) => path !== null);
}

type Paths = {
  wanted: Wanted;
  reads: readonly string[];
  secrets: readonly string[];
  writes: readonly string[];
};

/** @throws AosError SERVICE_PATH_UNFIT */
function refuseUnfit({wanted, reads, secrets, writes}: Paths): void {
  const {scope, account, root, config} = wanted;
  for (const path of [...reads, ...secrets, ...writes]) {
    if (!isAbsolute(path) || !isPlainPath(path))
      throw unfit(path, 'has a space, a quote or another sign that a unit cannot hold', 'Move or rename it');
    if (scope === 'system' && ['/tmp', '/var/tmp'].some((tmp) => isBelow(path, tmp)))
      throw unfit(path, 'is in a directory that a service has of its own', 'Move it');
  }
  if (root.includes('/_npx/'))
    throw unfit(
      root,
      'is a folder of npx, which npm removes',
      'Install aos first: npm install -g aos-operator',
    );
  if (scope === 'user') return;
  for (const dir of writes) {
    const owner = ownerOf(dir);
    const isMade = owner === null && isBelow(dir, join('/var/lib', wanted.name));
    if (owner === account.uid || isMade) continue;
    const why =
      owner === null ? 'is not there' : `does not belong to ${account.name}, which the service runs as`;
    throw unfit(
      dir,
      why,
      owner === null
        ? `sudo install -d -o ${account.name} -m 700 ${shellWord(dir)}`
        : `sudo chown -R ${account.name} ${shellWord(dir)}`,
    );
  }
  for (const path of reads) {
    const at = barredAt(path, account);
    if (at === null) continue;
    const way =
      at === config
        ? `chgrp ${account.gid} ${shellWord(at)} && chmod 640 ${shellWord(at)}`
        : `let that user in, or move ${safeText(path)}`;
    throw unfit(at, `does not let ${account.name} in, which the service runs as`, way);
  }
}

function unfit(path: string, why: string, way: string): AosError {
  return new AosError('SERVICE_PATH_UNFIT', `${safeText(path)} ${why}`, {
    next: say(`${way}, then install the service again.`),
  });
}

/** The user id that owns a path; null: it is not there. */
function ownerOf(path: string): number | null {
  try {
    return statSync(path).uid;
  } catch {
    return null; // not there
  }
}

function isBelow(path: string, dir: string): boolean {
  return resolve(path) === dir || resolve(path).startsWith(`${dir}/`);
}

const isInHomes = (path: string): boolean =>
  ['/home', '/root', '/run/user'].some((homes) => isBelow(path, homes));
