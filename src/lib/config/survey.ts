import type {ConfigWarning} from './config.ts';
import {checkConfig} from './load.ts';
import {problemAt, type ConfigProblem} from './problems.ts';
import {publicAddressWarning, refusePublicKeys} from './public-keys.ts';
import {FIELDS} from './schema.ts';
import {readVrfKey} from './vrf-key.ts';
import type {Need} from './check.ts';
import {isAosError, type AosError} from '../foundation/errors/error.ts';
import {shellArgument} from '../foundation/text/shell-word.ts';
import type {ConfigSource} from './source.ts';

/** The problems of a configuration and of its VRF key file. */
export type Survey = {
  network: string | null;
  nodeId: string | null;
  problems: readonly ConfigProblem[];
  warnings: readonly ConfigWarning[];
};

/**
 * Finds everything that would prevent `aos run`, without a request to another machine.
 * @throws AosError RAW_PRIVATE_KEY | KEY_PUBLIC | CONFIG_MISSING | CONFIG_UNREADABLE
 */
export function surveyConfig(source: ConfigSource, need: Need): Survey {
  const {problems, startProblems, warnings, signer, run, origin} = checkConfig(source, {need});
  const all = [...problems, ...startProblems];
  const config = run ?? signer;
  if (config !== null && all.length === 0) refusePublicKeys(config);
  if (run !== null) {
    try {
      readVrfKey(run.node.vrfKey).fill(0);
    } catch (error) {
      if (!isAosError(error)) throw error;
      const path = run.node.vrfKey.kind === 'file' ? FIELDS.vrfKeyFile.path : FIELDS.vrfKey.path;
      all.push(problemAt(placeOf(origin.get(path)?.detail ?? ''), path, vrfText(error)));
    }
  }
  return {
    network: signer?.network ?? null,
    nodeId: signer?.node.id ?? null,
    problems: all,
    warnings: [...warnings, ...(config === null ? [] : publicAddressWarning(config))],
  };
}

/** What is wrong, and the way out. */
function vrfText({message, next}: AosError): string {
  const command =
    next.run === undefined
      ? ''
      : ` aos ${[next.run.command, ...(next.run.args ?? []).map(shellArgument)].join(' ')}`;
  return `${message}; next: ${`${next.say}${next.run !== undefined && next.say !== '' ? ':' : ''}${command}`.trim()}`;
}

/** Parses `FILE:LINE:COL`, or the name of a flag or variable. */
function placeOf(detail: string): {source: string; line: number | null; col: number | null} {
  const parts = /^(?<file>.*):(?<line>\d+):(?<col>\d+)$/s.exec(detail)?.groups;
  if (parts === undefined) return {source: detail, line: null, col: null};
  return {source: parts['file'] ?? '', line: Number(parts['line']), col: Number(parts['col'])};
}
