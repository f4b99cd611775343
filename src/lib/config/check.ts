import {alertProblems} from './alert-channels.ts';
import type {ConfigWarning} from './config.ts';
import {distance} from '../foundation/text/nearest.ts';
import type {Env} from './user-path.ts';
import {contradictions, doubts} from './contradictions.ts';
import {metricsWarnings} from './metrics-address.ts';
import {loopbackPeers, proxyWarnings} from './peer-warnings.ts';
import {plainTransport} from './plain-transport.ts';
import {placeText, problemAt} from './problems.ts';
import type {ConfigProblem, Place} from './problems.ts';
import {proofCheckProblems} from './proof-checks.ts';
import type {Resolved} from './resolve.ts';
import {ALL_FIELDS, envNames, FIELDS, pathsOf} from './schema.ts';
import type {AnyField} from './schema.ts';
import {sanitizeText, sanitizePath} from './sanitize.ts';
import {signerTlsProblems, signerTlsUnused} from './signer-tls.ts';
import {teeAttestationProblems} from './tee-attestation.ts';
import type {FileTree} from './tree.ts';
import {baseUrl} from './values.ts';
import {secondProblems} from './second-worker.ts';
import {kindWarnings, knownGoodProblems, wantedKinds} from './worker-kinds.ts';
import {engineProblems, engineWarnings} from './engine.ts';
import {workerUrlProblems, workerUrls} from './worker-urls.ts';

/** What a command needs of a configuration: `signer` the values for signing, `run` all of them. */
export type Need = 'signer' | 'run';

/** AOS variables that are not configuration keys. */
const OTHER_VARIABLES = [
  'AOS_CONFIG',
  'AOS_HOME',
  'AOS_ANVIL',
  'AOS_NO_COLOR',
  'AOS_FORCE_TTY',
  'AOS_ASCII',
  'AOS_DEBUG',
];
const MOST_UNKNOWN = 50;

/** Finds missing fields and fields that contradict each other. */
export function crossProblems(
  resolved: Resolved,
  tree: FileTree,
  file: string | null,
  need: Need,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const placeOf = (field: AnyField): Place => {
    const raw = resolved.raw(field)?.texts[0]?.place;
    const section = tree.present.get(field.path.slice(0, field.path.lastIndexOf('.')));
    return (
      raw ??
      section ?? {
        source: file ?? 'configuration',
        line: file === null ? null : 1,
        col: file === null ? null : 1,
      }
    );
  };
  const missing = (field: Exclude<AnyField, {kind: 'unused'}>, got = 'is missing'): void => {
    const paths = pathsOf(field);
    const typo = tree.unknown.find(({meant}) => meant !== null && paths.includes(meant));
    const hint = typo === undefined ? '' : ` (is it ${sanitizePath(typo.path)} at ${placeText(typo.place)}?)`;
    const empty = paths.find((path) => tree.present.has(path));
    const place = (empty === undefined ? undefined : tree.present.get(empty)) ?? placeOf(field);
    problems.push(problemAt(place, field.path, got + hint, field.type.expected, field.example));
  };
  // A section or value of the wrong shape is one mistake, reported once.
  const isBroken = (field: AnyField): boolean =>
    ['', ...pathsOf(field).flatMap((path) => [path, path.slice(0, path.lastIndexOf('.'))])].some((path) =>
      tree.broken.has(path),
    );
  const needed = (field: Exclude<AnyField, {kind: 'unused'}>): void => {
    if (resolved.raw(field) === undefined && !isBroken(field)) missing(field);
  };

  needed(FIELDS.nodeId);
  needed(FIELDS.signerKey);
  if (need === 'run') {
    if (resolved.raw(FIELDS.vrfKey) === undefined) needed(FIELDS.vrfKeyFile);
    needed(FIELDS.dispatcherUrl);
    if (resolved.raw(FIELDS.rpcUrls) === undefined) needed(FIELDS.rpcUrl);
    if (resolved.raw(FIELDS.rangeManager) === undefined) needed(FIELDS.vrfRangeContract);
    if (
      resolved.one(FIELDS.verifyDispatcher) === 'require' &&
      resolved.raw(FIELDS.dispatcherAddress) === undefined
    ) {
      const {path, example} = FIELDS.verifyDispatcher;
      const got = 'is require, but node.dispatcher_address is missing';
      const expected =
        'the address that signs the dispatcher’s jobs in node.dispatcher_address, or another policy';
      problems.push(problemAt(placeOf(FIELDS.verifyDispatcher), path, got, expected, example));
    }
  }
  const {preset} = resolved;
  if (preset !== undefined && preset.retired !== null && resolved.raw(FIELDS.registry) === undefined) {
    const got = `${preset.name} ${preset.retired}`;
    const expected = 'another network, or the registry in chain.contracts.registry';
    problems.push(problemAt(placeOf(FIELDS.network), FIELDS.network.path, got, expected, 'hoodi'));
  }
  const kept = resolved.one(FIELDS.retention);
  const least = (resolved.one(FIELDS.checkpointPeriod) ?? 0) + (resolved.one(FIELDS.challengePeriod) ?? 0);
  if (kept !== undefined && kept < least) {
    const got = 'is shorter than policy.checkpoint_period and policy.challenge_period together';
    const expected = `at least ${Math.ceil(least / 1000)}s, so that a challenged answer can be proven`;
    problems.push(
      problemAt(placeOf(FIELDS.retention), FIELDS.retention.path, got, expected, FIELDS.retention.example),
    );
  }
  problems.push(...wantedKinds(resolved, tree).flatMap((kind) => workerUrlProblems(resolved, kind)));
  problems.push(...wantedKinds(resolved, tree).flatMap((kind) => secondProblems(resolved, kind)));
  problems.push(
    ...signerTlsProblems(resolved, placeOf),
    ...knownGoodProblems(resolved),
    ...engineProblems(resolved, placeOf),
  );
  problems.push(...proofCheckProblems(resolved, tree));
  problems.push(...alertProblems(resolved, placeOf));
  problems.push(...teeAttestationProblems(resolved));
  problems.push(...contradictions(resolved, placeOf));
  return problems;
}

/** Finds what the operator should know but need not change before a start. */
export function findWarnings(
  resolved: Resolved,
  tree: FileTree,
  env: Env,
  fileReadable: boolean,
): ConfigWarning[] {
  return [
    ...unknownKeys(tree),
    ...unknownVariables(env),
    ...unusedSections(tree),
    ...vrfKey(resolved),
    ...(fileReadable ? readableSecrets(resolved, tree) : []),
    ...kindWarnings(resolved, tree),
    ...engineWarnings(resolved),
    ...callbacks(resolved),
    ...teeCallbacks(resolved, tree),
    ...doubts(resolved, wantedKinds(resolved, tree)),
    ...metricsWarnings(resolved),
    ...loopbackPeers(resolved),
    ...plainTransport(resolved, wantedKinds(resolved, tree)),
    ...signerTlsUnused(resolved),
    ...proxyWarnings(env),
  ];
}

function unknownKeys({unknown}: FileTree): ConfigWarning[] {
  const warnings = unknown.slice(0, MOST_UNKNOWN).map(({path, place, meant}): ConfigWarning => {
    const name = sanitizePath(path);
    const hint = meant === null ? 'it is ignored' : `did you mean ${meant}? It is ignored`;
    return {
      code: 'UNKNOWN_KEY',
      path: name,
      message: `${placeText(place)}  ${name} is not a known key; ${hint}`,
    };
  });
  const more = unknown.length - warnings.length;
  if (more > 0)
    warnings.push({code: 'UNKNOWN_KEY', path: '', message: `${more} more unknown keys are ignored`});
  return warnings;
}

function unknownVariables(env: Env): ConfigWarning[] {
  const known = ALL_FIELDS.flatMap(envNames);
  return Object.keys(env).flatMap((name): ConfigWarning[] => {
    if (
      !name.startsWith('AOS_') ||
      name.length > 60 ||
      known.includes(name) ||
      OTHER_VARIABLES.includes(name)
    )
      return [];
    // AOS_DISPATCHER_URL lacks its section; AOS_URL would match several keys, and may belong to another program.
    const longer = known.filter((candidate) => candidate.endsWith(name.slice('AOS'.length)));
    const meant =
      known.find((candidate) => distance(name, candidate, 3) < 3) ??
      (longer.length === 1 ? longer[0] : undefined);
    if (meant === undefined) return [];
    return [
      {
        code: 'UNKNOWN_VARIABLE',
        path: name,
        message: `the variable ${name} is not known; did you mean ${meant}? It is ignored`,
      },
    ];
  });
}

function unusedSections({present}: FileTree): ConfigWarning[] {
  const notes = {
    db: 'db is not used: the journal is a SQLite file',
    queue: 'queue is not used: jobs wait in the journal',
  };
  return Object.entries(notes).flatMap(([path, message]): ConfigWarning[] => {
    const place = present.get(path);
    return place === undefined
      ? []
      : [{code: 'SECTION_UNUSED', path, message: `${placeText(place)}  ${message}`}];
  });
}

function vrfKey(resolved: Resolved): ConfigWarning[] {
  const inline = resolved.raw(FIELDS.vrfKey);
  const place = inline?.texts[0]?.place;
  if (inline === undefined || place === undefined) return [];
  const path = FIELDS.vrfKey.path;
  const how = 'put the seed into a file of mode 0600 and name it in node.vrf_key_file';
  const twice = resolved.raw(FIELDS.vrfKeyFile) !== undefined;
  const message = twice
    ? `${path} is not used, since node.vrf_key_file is given; remove it`
    : `${path} contains the seed itself; ${how}`;
  return [{code: 'INLINE_VRF_KEY', path, message: `${placeText(place)}  ${message}`}];
}

/** A URL without a user, a query or a long path lets no one in. */
function letsIn(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const {username, password, pathname, search} = new URL(text);
  return username !== '' || password !== '' || search !== '' || /[\w-]{20,}/.test(pathname);
}

/** Every key that may hold a secret counts, used or not: the secret of another program is one too. */
function readableSecrets(resolved: Resolved, {present}: FileTree): ConfigWarning[] {
  const found = ALL_FIELDS.filter((field) => field.secret).flatMap((field) => {
    const {path} = field;
    if (field.kind === 'unused') {
      const place = present.get(path);
      return place === undefined ? [] : [{path, source: place.source}];
    }
    const raw = resolved.raw(field);
    const held = raw?.origin.from === 'file' ? raw.texts.find(({text}) => letsIn(text)) : undefined;
    return held === undefined ? [] : [{path, source: held.place.source}];
  });
  const [first] = found;
  if (first === undefined) return [];
  const file = sanitizeText(first.source);
  const isSeed = found.some(({path}) => path === FIELDS.vrfKey.path);
  const what = isSeed ? 'the VRF seed' : `secrets (${found.map(({path}) => path).join(', ')})`;
  return [
    {
      code: 'FILE_READABLE',
      path: isSeed ? FIELDS.vrfKey.path : first.path,
      message: `${file} contains ${what} and can be read by other users: chmod 600 ${file}`,
    },
  ];
}

function callbacks(resolved: Resolved): ConfigWarning[] {
  const warnings: ConfigWarning[] = [];
  const outer = resolved.one(FIELDS.callbackUrl) ?? resolved.one(FIELDS.outerUrl);
  if (outer !== undefined && resolved.raw(FIELDS.callbackListen) === undefined && !isLoopback(outer)) {
    const path =
      resolved.raw(FIELDS.callbackUrl) === undefined ? FIELDS.outerUrl.path : FIELDS.callbackUrl.path;
    const message = `${path} is the address that workers send answers to, but without workers.callback_listen only answers from this machine are accepted`;
    warnings.push({code: 'CALLBACK_UNREACHABLE', path, message});
  }
  return warnings;
}

/** The published tee worker knows one address for its answers: its own machine. */
function teeCallbacks(resolved: Resolved, tree: FileTree): ConfigWarning[] {
  const urls = wantedKinds(resolved, tree).includes('tee') ? (workerUrls(resolved, 'tee') ?? []) : [];
  if (urls.every(isLoopback)) return [];
  const path = (resolved.raw(FIELDS.tee.urls) === undefined ? FIELDS.tee.url : FIELDS.tee.urls).path;
  const message = `${path} names another machine, but the published tee worker sends its answers to 127.0.0.1 of its own machine alone: run it on this one`;
  return [{code: 'CALLBACK_UNREACHABLE', path, message}];
}

function isLoopback(url: string): boolean {
  const parsed = baseUrl.parse(url);
  if ('wrong' in parsed) return false;
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(parsed.value).hostname);
}
