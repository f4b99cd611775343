import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {AvsState, SetKeys} from '../../peers/chain/flows/flow.ts';
import {warn, type Precondition} from '../../peers/chain/precondition.ts';
import type {BlsKey, Hex} from './key.ts';

/** Operator sets that have a key of their own; the others have the common one. */
export type OwnSetKeys = {
  /** Addresses of keys that the signer has. */
  ecdsa: ReadonlyMap<number, Hex>;
  bn254: ReadonlyMap<number, BlsKey>;
};

/** A flag whose value may be for one operator set alone. */
export type BySet = {
  /** For all sets without one of their own. */
  common: string | null;
  own: ReadonlyMap<number, string>;
};

const FOR_A_SET = /^(\d{1,10})=(.*)$/s;

/**
 * Reads the values of a flag: `VALUE` for all operator sets, `SET=VALUE` for one of them.
 * @throws AosError USAGE for two values of one set, and for a number that no set can have
 */
export function valuesBySet(texts: readonly string[], flag: string): BySet {
  const own = new Map<number, string>();
  let common: string | null = null;
  for (const text of texts) {
    const [, digits, value = ''] = FOR_A_SET.exec(text) ?? [];
    if (digits === undefined) {
      if (common !== null)
        throw new AosError('USAGE', `--${flag} is given twice: for one operator set use SET=…`);
      common = text;
      continue;
    }
    const set = Number(digits);
    if (set >= 2 ** 32) throw new AosError('USAGE', `--${flag}: ${digits} is no operator set`);
    if (own.has(set)) throw new AosError('USAGE', `--${flag} is given twice for the operator set ${set}`);
    own.set(set, value);
  }
  return {common, own};
}

/** Returns the keys as the preconditions judge them. */
export function keyIdsOf({ecdsa, bn254}: OwnSetKeys): SetKeys {
  return {ecdsa, bn254: new Map([...bn254].map(([set, {id}]) => [set, id]))};
}

/** Warns of keys for sets that get none of that curve now: they have one, or the number is wrong. */
export function unusedKeyCheck(
  {keysMissing}: Pick<AvsState, 'keysMissing'>,
  keys: OwnSetKeys,
): Precondition[] {
  const isUsed = (set: number, curve: string): boolean =>
    keysMissing.some((one) => one.id === set && one.curve === curve);
  const unused = [
    ...[...keys.ecdsa.keys()].filter((set) => !isUsed(set, 'ecdsa')).map((set) => `--signing-key ${set}=`),
    ...[...keys.bn254.keys()].filter((set) => !isUsed(set, 'bn254')).map((set) => `--bls-key-file ${set}=`),
  ];
  if (unused.length === 0) return [];
  const found = `not used: ${unused.join(', ')}`;
  const next = say('Nothing to do where the set has its key; else correct the number, or the flag.');
  return [warn('set-keys', found, 'keys of sets that get one now', next)];
}
