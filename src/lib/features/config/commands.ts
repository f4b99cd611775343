import type {Need} from '../../config/check.ts';
import type {ConfigWarning} from '../../config/config.ts';
import {findConfig} from '../../config/file.ts';
import {listConfig, type ListedValue, type Listing} from '../../config/listing.ts';
import {problemsError} from '../../config/load.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {surveyConfig} from '../../config/survey.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {fitTable} from '../../foundation/text/table.ts';
import type {ConfigSource} from '../../config/source.ts';

/** A configuration without errors. */
export type Judgement = {file: string | null; network: string | null; nodeId: string | null; for: Need};

/** @throws AosError CONFIG_INVALID with all problems | CONFIG_MISSING | CONFIG_UNREADABLE | RAW_PRIVATE_KEY */
export function judgeConfig(
  flag: string | undefined,
  need: Need,
): {judgement: Judgement; warnings: readonly ConfigWarning[]} {
  const source = sourceOf(flag);
  const {problems, warnings, network, nodeId} = surveyConfig(source, need);
  if (problems.length > 0) throw problemsError(source, problems);
  return {judgement: {file: source.file, network, nodeId, for: need}, warnings};
}

export function renderJudgement(
  {file, network, nodeId}: Judgement,
  warnings: readonly ConfigWarning[],
): string {
  const name = file === null ? 'the variables' : sanitizeText(file);
  return [
    ...warnings.map(({message}) => `warning: ${safeText(message, 1000)}`),
    `${name}: ${warnings.length === 0 ? 'all is well' : 'usable'} (${network ?? 'custom'}, ${nodeId ?? ''})`,
  ].join('\n');
}

/** @throws AosError CONFIG_MISSING (named, but not there) | CONFIG_UNREADABLE | RAW_PRIVATE_KEY */
export function listForCommand(flag: string | undefined): {file: string | null; listing: Listing} {
  const source = sourceOf(flag);
  return {file: source.file === null ? null : sanitizeText(source.file), listing: listConfig(source)};
}

/** One value a line; with `origin` as a table that fits the width. */
export function renderListing(
  {values, unused}: Listing,
  {origin, width}: {origin: boolean; width: number},
): string {
  const found = ({value, valid}: ListedValue): string => safeText(valid ? value : `${value}  (wrong)`);
  const lines = origin
    ? fitTable(
        [
          {head: 'KEY', cells: values.map(({path}) => path), below: 2},
          {head: 'VALUE', cells: values.map(found), below: 1},
          {head: 'FROM', cells: values.map(originText), below: 0},
        ],
        width,
      )
    : values.map((value) => `${value.path}: ${found(value)}`);
  const rest = unused.map(({path, at}) => `${safeText(path)} (${safeText(at)})`);
  return [...lines, ...(rest.length === 0 ? [] : ['', `not used: ${rest.join(', ')}`])].join('\n');
}

function originText({from, detail}: ListedValue): string {
  switch (from) {
    case 'default':
      return 'default';
    case 'preset':
      return `preset ${detail}`;
    case 'flag':
    case 'env':
    case 'file':
      return safeText(detail);
  }
}

function sourceOf(flag: string | undefined): ConfigSource {
  const {env} = process;
  const cwd = process.cwd();
  return {file: findConfig({flag, env, cwd})?.path ?? null, env, cwd};
}
