import {createHash} from 'node:crypto';
import {bn254} from '@noble/curves/bn254.js';
import {AosError} from '../../../foundation/errors/error.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {parseJson, type JsonObject, type JsonValue} from '../../wire/json.ts';
import {R} from './field.ts';
import {listOf, malformed, objectOf, textOf, wholeOf} from './members.ts';

const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
const {Fp12} = bn254.fields;
type PointG1 = InstanceType<typeof G1>;
type PointG2 = InstanceType<typeof G2>;

/** A verification key of snarkjs, checked: every point is on its curve and in its group. */
export type Groth16Key = {
  readonly alpha: PointG1;
  readonly beta: PointG2;
  readonly gamma: PointG2;
  readonly delta: PointG2;
  /** One point, and one more for each public signal. */
  readonly ic: readonly PointG1[];
};

export type Groth16Proof = {readonly a: PointG1; readonly b: PointG2; readonly c: PointG1};

/** A proof and what it states, as a job names them in one file. */
export type Groth16Statement = {readonly proof: Groth16Proof; readonly signals: readonly bigint[]};

/** Each costs a multiplication of a point, a few milliseconds. */
const MOST_SIGNALS = 1_024;
const MOST_WORD = 40;

/**
 * Reads a verification_key.json of snarkjs.
 * @throws AosError FRAME_* | PROOF_MALFORMED | PROOF_SETTINGS_UNTRIED: it is of another proof system or curve
 */
export function readGroth16Key(bytes: Uint8Array): Groth16Key {
  const file = objectOf(parseJson(bytes).value, 'the verification key');
  requireGroth16(file);
  const ic = listOf(file.get('IC'), 'IC');
  const publics = wholeOf(file.get('nPublic'), 'nPublic', MOST_SIGNALS);
  if (ic.length !== publics + 1)
    throw malformed(`IC has ${ic.length} points, and nPublic ${publics} needs ${publics + 1}`);
  return {
    alpha: g1Of(file.get('vk_alpha_1'), 'vk_alpha_1'),
    beta: g2Of(file.get('vk_beta_2'), 'vk_beta_2'),
    gamma: g2Of(file.get('vk_gamma_2'), 'vk_gamma_2'),
    delta: g2Of(file.get('vk_delta_2'), 'vk_delta_2'),
    ic: ic.map((point, index) => g1Of(point, `IC[${index}]`)),
  };
}

/**
 * Reads `{"proof": …, "publicSignals": […]}`, which fullProve of snarkjs gives; or proof.json and public.json beside each other.
 * @param signals public.json; null: both are in the first file
 * @throws AosError as readGroth16Key
 */
export function readGroth16Statement(bytes: Uint8Array, signals: Uint8Array | null): Groth16Statement {
  const file = objectOf(parseJson(bytes).value, 'the proof');
  const proof = signals === null ? objectOf(file.get('proof'), 'proof') : file;
  const list = signals === null ? file.get('publicSignals') : parseJson(signals).value;
  return {proof: proofOf(proof), signals: signalsOf(list)};
}

function proofOf(file: JsonObject): Groth16Proof {
  requireGroth16(file);
  return {
    a: g1Of(file.get('pi_a'), 'pi_a'),
    b: g2Of(file.get('pi_b'), 'pi_b'),
    c: g1Of(file.get('pi_c'), 'pi_c'),
  };
}

function signalsOf(value: JsonValue | undefined): readonly bigint[] {
  const list = listOf(value, 'publicSignals');
  if (list.length > MOST_SIGNALS)
    throw malformed(`publicSignals has ${list.length} signals, more than ${MOST_SIGNALS}`);
  return list.map((signal, index) => {
    const number = coordinate(signal, `publicSignals[${index}]`);
    // The same signal plus the order would be another text for the same proof.
    if (number >= R) throw malformed(`publicSignals[${index}] is not less than the order of the field`);
    return number;
  });
}

/**
 * Whether a proof holds for its public signals: e(A, B) = e(α, β) · e(IC(signals), γ) · e(C, δ).
 * @throws AosError PROOF_MALFORMED: it has another number of signals than the key
 */
export function verifiesGroth16(key: Groth16Key, {proof, signals}: Groth16Statement): boolean {
  const [first, ...rest] = key.ic;
  if (first === undefined || rest.length !== signals.length)
    throw malformed(`the proof has ${signals.length} public signals, and the key ${key.ic.length - 1}`);
  const stated = rest.reduce(
    (sum, point, index) => sum.add(point.multiplyUnsafe(signals[index] ?? 0n)),
    first,
  );
  // The library refuses infinity in a pairing; e(0, ·) is 1.
  const pairs = [
    {g1: proof.a.negate(), g2: proof.b},
    {g1: key.alpha, g2: key.beta},
    {g1: stated, g2: key.gamma},
    {g1: proof.c, g2: key.delta},
  ].filter(({g1}) => !g1.is0());
  return Fp12.eql(bn254.pairingBatch(pairs), Fp12.ONE);
}

/** The least file that states the same: nothing that is not looked at is in it. */
export function groth16Text({proof: {a, b, c}, signals}: Groth16Statement): Uint8Array {
  const proof = {pi_a: g1Text(a), pi_b: g2Text(b), pi_c: g1Text(c), protocol: 'groth16', curve: 'bn128'};
  return Buffer.from(JSON.stringify({proof, publicSignals: signals.map(String)}));
}

function g1Text(point: PointG1): string[] {
  const {x, y} = point.toAffine();
  return [String(x), String(y), '1'];
}

function g2Text(point: PointG2): string[][] {
  const {x, y} = point.toAffine();
  return [
    [String(x.c0), String(x.c1)],
    [String(y.c0), String(y.c1)],
    ['1', '0'],
  ];
}

/** What makes a statement the same as another, SHA-256 in hex: a proof can be made anew by anyone, its signals cannot. */
export function groth16Mark(vkSha256: string, {signals}: Groth16Statement): string {
  return createHash('sha256')
    .update(`groth16\n${vkSha256}\n${signals.join(',')}`)
    .digest('hex');
}

/** What a true Groth16 proof says nothing about, one sentence each. */
export const GROTH16_NOT_BOUND: readonly string[] = [
  'The job: a proof holds no job id unless a public signal is one.',
  'The setup: the people who made the key can prove anything with it.',
];

function requireGroth16(file: JsonObject): void {
  const system = textOf(file.get('protocol'), 'protocol');
  if (system !== 'groth16') {
    const what = `the proof system is ${safeText(system, MOST_WORD)}, and only groth16 is checked`;
    throw new AosError('PROOF_SETTINGS_UNTRIED', what);
  }
  const curve = textOf(file.get('curve'), 'curve');
  if (curve !== 'bn128' && curve !== 'bn254')
    throw new AosError(
      'PROOF_SETTINGS_UNTRIED',
      `the curve is ${safeText(curve, MOST_WORD)}, and only bn128 is checked`,
    );
}

function coordinate(value: JsonValue | undefined, name: string): bigint {
  if (typeof value !== 'string' || !/^(0|[1-9]\d{0,77})$/.test(value))
    throw malformed(`${name} is no number in decimal digits`);
  return BigInt(value);
}

function pairOf(value: JsonValue | undefined, name: string): {c0: bigint; c1: bigint} {
  const parts = listOf(value, name);
  if (parts.length !== 2) throw malformed(`${name} has ${parts.length} parts, and not 2`);
  return {c0: coordinate(parts[0], name), c1: coordinate(parts[1], name)};
}

/** A point [x, y, "1"]; infinity is refused. */
function g1Of(value: JsonValue | undefined, name: string): PointG1 {
  const [x, y, z, ...more] = listOf(value, name);
  if (z !== '1' || more.length > 0) throw malformed(`${name} is no point [x, y, "1"]`);
  return checked(name, () => G1.fromAffine({x: coordinate(x, name), y: coordinate(y, name)}));
}

/** A point [[x0, x1], [y0, y1], ["1", "0"]]; infinity is refused. */
function g2Of(value: JsonValue | undefined, name: string): PointG2 {
  const [x, y, z, ...more] = listOf(value, name);
  const one = pairOf(z, name);
  if (one.c0 !== 1n || one.c1 !== 0n || more.length > 0)
    throw malformed(`${name} is no point [[x0, x1], [y0, y1], ["1", "0"]]`);
  const at = {x: pairOf(x, name), y: pairOf(y, name)};
  return checked(name, () => G2.fromAffine(at));
}

/** The point, when it is on its curve and in its group, and is not infinity. */
function checked<T extends {assertValidity(): void; is0(): boolean}>(name: string, make: () => T): T {
  let point: T;
  try {
    point = make();
    point.assertValidity();
  } catch (error) {
    if (error instanceof AosError) throw error;
    // The library says by throwing that a point is none.
    throw malformed(`${name} is no point of BN254`);
  }
  if (point.is0()) throw malformed(`${name} is the point at infinity`);
  return point;
}
