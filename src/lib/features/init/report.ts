import {renderNext} from '../../cli/next-step.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import type {CommandId} from '../../foundation/next-step/commands.ts';
import {wrap} from '../../foundation/text/cells.ts';
import {markOf, plainText, stepLines, type ListStyle} from '../../cli/check-list.ts';
import type {Check} from '../../foundation/check/check.ts';
import type {KeyFate} from './key-fate.ts';
import type {QuestionKey} from './question.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {keySteps} from './web3signer-files.ts';

/** What `aos init` made, and what is left to do. */
export type InitReport = {
  file: string;
  /** Where the file that was there before is kept. */
  backup: string | null;
  network: string;
  nodeId: string;
  vrfKey: {file: string; made: boolean};
  web3signer: {compose: string; keyConfig: string; keysDir: string; keystore: string | null} | null;
  /** What became of the keys of the file that was taken over; null: none was. */
  from: {file: string; keys: readonly KeyFate[]} | null;
  /** What was in the way when the file was made; each is a comment in it, too. */
  problems: readonly Check<QuestionKey>[];
  /** Commands to type, in this order. */
  next: readonly string[];
};

/**
 * The commands after `aos init`.
 * @param flag ` -c FILE` where the file is not found without it, else ''
 */
export function nextSteps(
  flag: string,
  signer: {compose: string; keysDir: string; hasKeystore: boolean} | null,
  {alerts}: {alerts: boolean},
): string[] {
  const aos = (command: CommandId, args: readonly string[] = []): string =>
    `${renderNext(run(command, args))}${flag}`;
  const start =
    signer === null
      ? []
      : [
          ...keySteps(signer.keysDir, signer.hasKeystore),
          `docker compose -f ${shellWord(signer.compose)} up -d`,
        ];
  return [
    ...start,
    aos('signer check'),
    ...(alerts ? [aos('alert test')] : []),
    aos('register', ['--check']),
    aos('register'),
    aos('run'),
  ];
}

/** Commands and paths stay whole. */
export function renderInitReport(
  {file, backup, vrfKey, web3signer, from, problems, next}: InitReport,
  style: ListStyle,
): string {
  const lines = [...(from === null ? [] : takenLines(from)), `wrote ${safeText(file)}`];
  if (backup !== null) lines.push(`  the one before is ${safeText(backup)}`);
  lines.push(
    vrfKey.made
      ? `wrote ${safeText(vrfKey.file)} (VRF key; keep a copy: it cannot be restored)`
      : `uses ${safeText(vrfKey.file)}`,
  );
  if (web3signer !== null)
    lines.push(`wrote ${safeText(web3signer.compose)}`, `wrote ${safeText(web3signer.keyConfig)}`);
  const keystore = web3signer?.keystore ?? null;
  if (keystore !== null) lines.push(`wrote ${safeText(keystore)} (encrypted, as it was)`);
  for (const {state, found, next: todo} of problems) {
    const texts = wrap(plainText(found, style), style.width - 2);
    const [first = '', ...rest] = [
      ...texts,
      ...(todo === null ? [] : stepLines(todo, style, style.width - 2)),
    ];
    lines.push(`${markOf(state, style)} ${first}`, ...rest.map((line) => `  ${line}`));
  }
  return [...lines, '', 'Next:', ...next.map((command) => `  ${safeText(command)}`)].join('\n');
}

/** What became of each key of the file that was taken over. */
function takenLines({file, keys}: NonNullable<InitReport['from']>): string[] {
  const wide = Math.max(0, ...keys.map(({path}) => path.length));
  const fates = keys.map(
    ({path, became, note}) => `  ${safeText(path).padEnd(wide)}  ${became}: ${safeText(note)}`,
  );
  return [`took over ${safeText(file)}`, ...fates];
}
