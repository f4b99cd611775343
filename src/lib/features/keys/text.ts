import {safeText} from '../../foundation/text/safe-text.ts';
import {publicKeyText} from '../../keys/bls-keystore.ts';
import {type BlsPublicKeys, type G1Point, type G2Point, operatorIdOf} from '../../keys/bn254.ts';

/** What is shown of a BLS key; nothing in it is secret. */
export type BlsKeyReport = {
  readonly file: string;
  /** keccak256(G1.X ‖ G1.Y), the operator's id at the registry. */
  readonly operatorId: string;
  /** `E([x,y])`, as in the keystore. */
  readonly publicKey: string;
  readonly g1: G1Point;
  /** Null when the keystore was not opened. Coordinates are [c1, c0], as contracts take them. */
  readonly g2: G2Point | null;
  /** True when the private key was seen and belongs to the public one. */
  readonly checked: boolean;
  /** Where the key that was replaced is kept. */
  readonly backup: string | null;
};

/** @param backup where a replaced key is kept */
export function keyReport(
  file: string,
  keys: BlsPublicKeys | {readonly g1: G1Point; readonly g2: null},
  backup: string | null = null,
): BlsKeyReport {
  return {
    file,
    operatorId: operatorIdOf(keys.g1),
    publicKey: publicKeyText(keys.g1),
    g1: keys.g1,
    g2: keys.g2,
    checked: keys.g2 !== null,
    backup,
  };
}

/** The report for people, one fact a line. */
export function renderKeyReport(report: BlsKeyReport): string {
  const rows: [string, string][] = [
    ['keystore', safeText(report.file)],
    ['operator id', report.operatorId],
    ['public key', report.publicKey],
  ];
  if (report.g2 !== null) {
    const {x, y} = report.g2;
    rows.push(['in G2', `E([${x[1]}+${x[0]}*u,${y[1]}+${y[0]}*u])`]);
  }
  rows.push([
    'checked',
    report.checked ? 'yes, opened with the password' : 'no: as the file says, not opened',
  ]);
  if (report.backup !== null) rows.push(['old key', safeText(report.backup)]);
  return rows.map(([name, value]) => `${name.padEnd(12)} ${value}`).join('\n');
}
