import {wrap} from '../../foundation/text/cells.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {KeyFate} from '../init/key-fate.ts';
import type {MigrationWarning} from './migrate-warnings.ts';

/** What `aos config migrate` does, or would do. No secret is in it. */
export type MigrationReport = {
  file: string;
  /** Of the new file; null: it names none. */
  network: string | null;
  keys: readonly KeyFate[];
  warnings: readonly MigrationWarning[];
  /** Unified diff of the file, secrets left out. */
  diff: string;
  /** Null: nothing was written. */
  written: {
    backup: string;
    keystore: string | null;
    keyConfig: string | null;
    vrfKey: string | null;
    /** Of the key that was moved; null when none was. */
    address: string | null;
  } | null;
  next: readonly {what: string; command: string}[];
};

/** What would change: every key, the warnings, the diff. */
export function renderPlan({keys, warnings, diff}: MigrationReport, width: number): string {
  const wide = Math.max(0, ...keys.map(({path}) => path.length));
  const lines = keys.map(({path, became, note}) =>
    `${safeText(path).padEnd(wide)}  ${became}${note === '' ? '' : `: ${note}`}`.slice(
      0,
      Math.max(width, 40),
    ),
  );
  const found = warnings.flatMap(({message}) => wrap(`! ${message}`, Math.max(20, width)));
  const shown = diff.split('\n').map((line) => safeText(line, 400));
  return [...lines, '', ...found, ...(found.length === 0 ? [] : ['']), ...shown].join('\n');
}

/** What was written, and what to do next. */
export function renderWritten({file, written, next}: MigrationReport): string {
  if (written === null) return 'nothing was written';
  const {backup, keystore, keyConfig, vrfKey, address} = written;
  return [
    ...(keystore === null ? [] : [`wrote ${safeText(keystore)} (key of ${String(address)}, encrypted)`]),
    ...(keyConfig === null ? [] : [`wrote ${safeText(keyConfig)} (for Web3Signer)`]),
    ...(vrfKey === null ? [] : [`wrote ${safeText(vrfKey)} (mode 0600)`]),
    `wrote ${safeText(file)}; the old one is ${safeText(backup)}`,
    '',
    'Next:',
    ...next.flatMap(({what, command}) => [`  # ${what}`, `  ${safeText(command)}`]),
  ].join('\n');
}
