import {keccak256, zeroAddress, type Hex} from 'viem';
import {run} from '../../../foundation/next-step/next-step.ts';
import {keyRegistrarAbi} from '../abis-core.ts';
import {done, fail, ok, unknown, type Precondition} from '../precondition.ts';
import {call, valueOf} from '../read.ts';
import type {FlowPlace, PreconditionOptions, SetCurve} from './flow.ts';
import type {SetFacts} from './sets-facts.ts';

/** A key that a set would get. */
type PlannedKey = {
  /** As KeyRegistrar counts it: keccak-256 of the address, or of the G1 point. */
  hash: Hex;
  /** For people: the address, or the id of the BLS key. */
  name: string;
};

/** The key that each operator set would get, and which keys are taken. */
export type PlannedKeys = {
  /** Null without a key of this curve. */
  of(set: number, curve: SetCurve): PlannedKey | null;
  /** KeyRegistrar's one list for all sets of all AVSs, which it never clears; null when it does not answer. */
  isTaken(key: PlannedKey): boolean | null;
};

/** Reads which of the planned keys are registered somewhere. One dependent step. @throws AosError as {@link Chain.read} */
export async function readPlannedKeys(
  {chain, contracts, operator}: FlowPlace,
  {blsKeyId = null, signingKey = null, setKeys = NO_SET_KEYS}: PreconditionOptions,
): Promise<PlannedKeys> {
  const ecdsa = (address: Hex): PlannedKey => ({hash: keccak256(lower(address)), name: address});
  const bn254 = (id: Hex): PlannedKey => ({hash: lower(id), name: `BLS key ${id}`});
  const common = ecdsa(signingKey ?? operator);
  const planned = [
    common,
    ...(blsKeyId === null ? [] : [bn254(blsKeyId)]),
    ...[...setKeys.ecdsa.values()].map(ecdsa),
    ...[...setKeys.bn254.values()].map(bn254),
  ];
  const registrar = contracts.keyRegistrar ?? zeroAddress;
  const answers = await chain.read(
    planned.map(({hash}) => call(keyRegistrarAbi, registrar, 'isKeyGloballyRegistered', [hash])),
  );
  const taken = new Map(planned.map(({hash}, index) => [hash, valueOf(answers[index])]));
  return {
    of: (set, curve) => {
      if (curve === 'none') return null;
      if (curve === 'ecdsa') {
        const own = setKeys.ecdsa.get(set);
        return own === undefined ? common : ecdsa(own);
      }
      const id = setKeys.bn254.get(set) ?? blsKeyId;
      return id === null ? null : bn254(id);
    },
    isTaken: ({hash}) => taken.get(hash) ?? null,
  };
}

const NO_SET_KEYS: NonNullable<PreconditionOptions['setKeys']> = {ecdsa: new Map(), bn254: new Map()};

function lower(hex: Hex): Hex {
  return `0x${hex.slice(2).toLowerCase()}`;
}

/**
 * Judges the key of a set: KeyRegistrar takes each key once, for one set of one AVS.
 * @param joining all sets that would be joined: the first of them has a key that several share
 */
export function setKey(set: SetFacts, joining: readonly SetFacts[], keys: PlannedKeys): Precondition[] {
  const {id: number, curve, keyRegistered} = set;
  if (curve === null || curve === 'none') return [];
  const [id, needed] = [`set-${number}-key`, `a key (${curve}) of its own registered for the set`];
  if (keyRegistered === null) return [unknown(id, 'KeyRegistrar did not answer', needed)];
  if (keyRegistered) return [done(id, 'registered', needed)];
  const key = keys.of(number, curve);
  if (key === null) return [fail(id, 'no BLS key', needed, run('keys bls create'))];
  const isTaken = keys.isTaken(key);
  if (isTaken === null) return [unknown(id, 'KeyRegistrar did not answer', needed)];
  const next = anotherKey(set, joining, keys);
  if (isTaken)
    return [fail(id, `${key.name} is registered for another set, here or at another AVS`, needed, next)];
  const earlier = joining.find((one) => one.id !== number && takes(one, key, keys));
  if (earlier !== undefined && joining.indexOf(earlier) < joining.indexOf(set))
    return [fail(id, `${key.name} would be registered for set ${earlier.id} before`, needed, next)];
  // The registration itself registers the key.
  return [ok(id, `${key.name}, not registered yet`, needed)];
}

/** Whether a set would be the one that registers the key. */
function takes({id, curve, keyRegistered}: SetFacts, key: PlannedKey, keys: PlannedKeys): boolean {
  return curve !== null && keyRegistered === false && keys.of(id, curve)?.hash === key.hash;
}

function anotherKey(
  {id, curve}: SetFacts,
  joining: readonly SetFacts[],
  keys: PlannedKeys,
): ReturnType<typeof run> {
  const flag = curve === 'bn254' ? `--bls-key-file ${id}=FILE` : `--signing-key ${id}=ADDRESS`;
  const own = `Give the set a key of its own (${flag})`;
  const others = joining.filter((set, index) => hasOwnKey(set, joining.slice(0, index), keys));
  if (others.length === 0) return run('register', ['--check', ...flag.split(' ')], own);
  return run(
    'register',
    ['--quorums', others.map((set) => set.id).join(',')],
    `${own}, or register for the other sets alone`,
  );
}

function hasOwnKey(set: SetFacts, before: readonly SetFacts[], keys: PlannedKeys): boolean {
  const {id, curve, keyRegistered} = set;
  if (curve === null || curve === 'none' || keyRegistered === true) return true;
  const key = keys.of(id, curve);
  if (key === null || keys.isTaken(key) !== false) return false;
  return !before.some((one) => takes(one, key, keys));
}
