import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {isAosError} from '../../lib/foundation/errors/error.ts';
import {isJsonObject, parseJson, writeJson} from '../../lib/protocol/wire/json.ts';

/** The proofs of the devnet's models, made with ezkl 15.1.0, by the names of their files. */
const TRUE_PROOFS = [
  {name: 'mean-0', model: 'mean'},
  {name: 'mean-1', model: 'mean'},
  {name: 'dense-0', model: 'dense'},
  {name: 'dense-1', model: 'dense'},
] as const;

/** The model that is asked about unless another is named, and a proof of it. */
export const KNOWN_GOOD = TRUE_PROOFS[0];

/** What a proof is changed to under another name: one instance, or one byte of the proof itself. */
const CHANGES: Readonly<Record<string, (proof: string) => string>> = {
  instance: (proof) =>
    proof.replace(
      /("instances":\[\[")([0-9a-f]{2})/,
      (_, before: string, byte: string) => before + flipped(parseInt(byte, 16)).toString(16).padStart(2, '0'),
    ),
  byte: (proof) =>
    proof.replace(
      /(\d+)(\],"hex_proof":)/,
      (_, byte: string, after: string) => `${flipped(Number(byte))}${after}`,
    ),
};

export type Proofs = {
  /** The models with a verifying key. */
  readonly models: readonly string[];
  /**
   * The content of NAME.json: a true proof (`mean-0`), or one with a changed instance (`mean-0-instance`) or byte
   * (`mean-0-byte`); null: there is none.
   */
  file(name: string): string | null;
  /** Whether this is a true proof of the model, known by its hash: it is not verified. */
  isTrue(model: string, bytes: Uint8Array): boolean;
};

/** Reads the proofs. @param assetsDir with a slash at its end @throws the error of a file that is missing */
export function readProofs(assetsDir: URL): Proofs {
  const files = new Map<string, string>();
  const known = new Map<string, Set<string>>();
  for (const {name, model} of TRUE_PROOFS) {
    const text = readFileSync(new URL(`proofs/${name}.json`, assetsDir), 'utf8');
    files.set(name, text);
    for (const [change, of] of Object.entries(CHANGES)) files.set(`${name}-${change}`, of(text));
    const hash = hashOf(Buffer.from(text));
    if (hash !== null) known.set(model, (known.get(model) ?? new Set()).add(hash));
  }
  return {
    models: [...known.keys()],
    file: (name) => files.get(name) ?? null,
    isTrue: (model, bytes) => known.get(model)?.has(hashOf(bytes) ?? '') === true,
  };
}

/** SHA-256 of what a verifier looks at, the instances and the proof; null for what is no proof. */
function hashOf(bytes: Uint8Array): string | null {
  try {
    const {value} = parseJson(bytes);
    if (!isJsonObject(value)) return null;
    const [instances, proof] = [value.get('instances'), value.get('proof')];
    if (instances === undefined || proof === undefined) return null;
    return createHash('sha256')
      .update(writeJson([instances, proof]))
      .digest('hex');
  } catch (error) {
    if (!isAosError(error)) throw error;
    return null;
  }
}

const flipped = (byte: number): number => byte ^ 1;
