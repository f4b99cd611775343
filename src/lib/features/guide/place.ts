import {existsSync} from 'node:fs';
import {resolve} from 'node:path';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import {run, type NextStep} from '../../foundation/next-step/next-step.ts';
import type {Config} from '../../config/config.ts';
import {findConfig, namedConfig} from '../../config/file.ts';
import {checkConfig, problemsError} from '../../config/load.ts';
import {hasConfigVariables} from '../../config/no-configuration.ts';
import {refusePublicKeys} from '../../config/public-keys.ts';
import type {Env} from '../../config/user-path.ts';
import {readVrfKey} from '../../config/vrf-key.ts';
import {draftFile} from '../init/draft-file.ts';
import {readHolding, type Holding} from '../../node/journal/holding.ts';
import {readTxJournal} from '../../node/journal/transactions.ts';

/** The newest transaction of this machine that registered the operator, or that left the AVS. */
export type Registration = {
  kind: 'register' | 'deregister';
  /** Whether its receipt is known here. */
  isMined: boolean;
  hash: string;
};

/** What the files of this machine say of a node. No request is made. */
export type Place =
  | {
      state: 'none';
      /** The answers of an unfinished `aos init`; null: there are none. */
      draft: string | null;
    }
  | {state: 'wrong'; found: string; next: NextStep}
  | {
      state: 'good';
      /** Null: the variables alone are the configuration. */
      file: string | null;
      network: string;
      nodeId: string;
      /** The file of the BLS key that is configured and not there; null: none is missing. */
      missingBlsKey: string | null;
      /** Null: none was sent from here. */
      registration: Registration | null;
      /** Why the journal of transactions could not be read; null: it could. */
      unreadable: {found: string; next: NextStep} | null;
      journal: Holding;
    };

/** Transactions among which the registration is looked for. */
const PAST = 1_000;

/** Reads where a node is, by its configuration, its keys and its journals. Makes no file. */
export function readPlace({flag, env, cwd}: {flag: string | undefined; env: Env; cwd: string}): Place {
  try {
    const file = findConfig({flag, env, cwd})?.path ?? null;
    if (file === null && !hasConfigVariables(env)) return {state: 'none', draft: draftIn({flag, env, cwd})};
    const source = {file, env, cwd};
    const {problems, startProblems, run: config} = checkConfig(source, {need: 'run'});
    const all = [...problems, ...startProblems];
    if (config === null || all.length > 0) throw problemsError(source, all);
    refusePublicKeys(config);
    readVrfKey(config.node.vrfKey).fill(0);
    return {state: 'good', file, ...nodeOf(config)};
  } catch (error) {
    if (!isAosError(error) || error.code === 'BUG') throw error;
    return wrong(error);
  }
}

/** Where `aos init` would keep the answers of a wizard that was left. */
function draftIn({flag, env, cwd}: {flag: string | undefined; env: Env; cwd: string}): string | null {
  const draft = draftFile(resolve(cwd, namedConfig({flag, env, cwd})?.path ?? 'config.yaml'));
  return existsSync(draft) ? draft : null;
}

function wrong({code, message, next}: AosError): Place {
  const [first = '', ...more] = message.split('\n');
  return {
    state: 'wrong',
    found: more.length === 0 ? first : `${first} (and ${more.length} more)`,
    next: code === 'CONFIG_INVALID' ? run('config validate', [], 'Correct it, then check it') : next,
  };
}

function nodeOf({network, node, store: {dir}}: Config) {
  const {id: nodeId, blsKeyFile} = node;
  return {
    network,
    nodeId,
    missingBlsKey: blsKeyFile === null || existsSync(blsKeyFile) ? null : blsKeyFile,
    ...transactionsIn(dir),
    journal: readHolding(dir),
  };
}

function transactionsIn(dir: string): Pick<Place & {state: 'good'}, 'registration' | 'unreadable'> {
  try {
    const journal = readTxJournal({dir});
    try {
      for (const {intent, kind: how, state, hash} of journal.list(PAST)) {
        // What cancels a registration has its intent.
        const kind = how === 'cancel' ? undefined : /^(register|deregister):/.exec(intent)?.[1];
        const isOpen = state === 'signed' || state === 'sent';
        if (kind === undefined || (state !== 'mined' && !isOpen)) continue;
        const registration: Registration = {
          kind: kind === 'register' ? 'register' : 'deregister',
          isMined: !isOpen,
          hash,
        };
        return {registration, unreadable: null};
      }
      return {registration: null, unreadable: null};
    } finally {
      journal.close();
    }
  } catch (error) {
    if (!isAosError(error) || error.code === 'BUG') throw error;
    return {registration: null, unreadable: {found: error.message, next: error.next}};
  }
}
