import {deflateRawSync} from 'node:zlib';
import {AosError, errorText, isAosError} from '../../../foundation/errors/error.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import type {EngineRelease} from '../../../protocol/zk/engines.ts';
import {
  engineText,
  outputsOf,
  proofMark,
  readEzklProof,
  type EzklProof,
} from '../../../protocol/zk/judging/ezkl-proof.ts';
import {
  groth16Mark,
  groth16Text,
  readGroth16Statement,
  verifiesGroth16,
} from '../../../protocol/zk/judging/groth16.ts';
import {
  MOST_KEPT_PROOF,
  type ModelFiles,
  type ProofFault,
  type ProofReport,
  type ProofRequest,
} from '../messages.ts';
import {loadEngine, type Engine} from './engine.ts';
import {readModel, type EzklModel, type Groth16Model, type Model} from './model.ts';

/** Judges proofs one after the other; models and engines stay loaded between them. */
export type Judge = {
  judge(request: ProofRequest): ProofReport;
  /** Bytes that the engines hold. */
  memory(): number;
};

/** Models that are kept; the one that was read first goes first. */
const MOST_MODELS = 16;
const MOST_WORDS = 200;
/** A proof has points and scalars, of 32 bytes each coordinate. */
const WORD = 32;

/** What the engine says of a proof that is false, by the beginning of its words. Everything else says nothing of the proof. */
const FALSE = [
  'The constraint system is not satisfied',
  'Multi-opening proof was invalid',
  'Transcript error: Invalid ',
  'Provided instances do not match the circuit',
];
const OF_THE_MODEL = [
  'Failed to deserialize vk',
  'Failed to deserialize settings',
  'Failed to deserialize params',
];
const CUT_OFF = 'Transcript error: failed to fill whole buffer';

export function createJudge(load: typeof loadEngine = loadEngine): Judge {
  const models = new Map<string, Model>();
  const engines = new Map<string, Engine>();

  function engineOf(release: EngineRelease, dirs: readonly string[]): Engine {
    const known = engines.get(release.version);
    if (known !== undefined) return known;
    const loaded = load(release, dirs);
    engines.set(release.version, loaded);
    return loaded;
  }

  function modelOf(files: ModelFiles, dirs: readonly string[]): Model {
    const key = JSON.stringify(files);
    const known = models.get(key);
    if (known !== undefined) return known;
    const read = readModel(files, engineOf, dirs);
    const [first] = models.size >= MOST_MODELS ? models.keys() : [];
    if (first !== undefined) models.delete(first);
    // One that is not pinned may be another file the next time.
    if (files.vkSha256 !== null) models.set(key, read);
    return read;
  }

  return {
    judge({files, engineDirs, proof, signals}) {
      let model: Model | null = null;
      try {
        model = modelOf(files, engineDirs);
        return model.system === 'ezkl' ? judgeEzkl(model, proof) : judgeGroth16(model, {proof, signals});
      } catch (error) {
        const {code, message} = isAosError(error)
          ? error
          : new AosError(
              'PROOF_ENGINE_FAILED',
              `the check failed: ${safeText(errorText(error), MOST_WORDS)}`,
            );
        const facts = model?.facts ?? null;
        return {
          word: null,
          fault: faultOf(code, message),
          model: facts,
          mark: null,
          outputs: null,
          kept: null,
        };
      }
    },
    memory: () => [...engines.values()].reduce((sum, engine) => sum + engine.memory(), 0),
  };
}

/** What our own parser says of a text is a fault of the proof. */
function faultOf(code: AosError['code'], message: string): ProofFault {
  return code.startsWith('FRAME_')
    ? {code: 'PROOF_MALFORMED', message: `the proof cannot be read: ${message}`}
    : {code, message};
}

function judgeEzkl(model: EzklModel, bytes: Uint8Array): ProofReport {
  const {facts, settings} = model;
  const proof = readEzklProof(bytes);
  const counted = proof.instances.length === settings.instances;
  const about = {
    model: facts,
    mark: proofMark(facts.vkSha256, proof),
    outputs: counted ? outputsOf(proof, settings) : null,
    kept: keptOf(engineText(proof)),
  };
  const unsaid = (fault: ProofFault): ProofReport => ({...about, word: null, fault});
  const said = ask(model, proof);
  if (said !== 'true') return said === 'false' ? {...about, word: said, fault: null} : unsaid(said);
  if (!counted)
    return unsaid({
      code: 'PROOF_MALFORMED',
      message: `the proof has ${proof.instances.length} public values, and the model ${settings.instances}`,
    });
  model.exactLength ??= shortestTrue(model, proof);
  const spare = lengthFault(model, proof);
  return spare === null ? {...about, word: 'true', fault: null} : unsaid(spare);
}

function lengthFault({exactLength}: EzklModel, {proof}: EzklProof): ProofFault | null {
  if (exactLength === null || proof.length === exactLength) return null;
  return {
    code: 'PROOF_MALFORMED',
    message: `the proof has ${proof.length} bytes, and a whole one of this model has ${exactLength}`,
  };
}

/**
 * How long a proof of this model is, by a true one that may have bytes behind its end, which the engine does not look at.
 * All proofs of a model have one length, so this is looked for once.
 */
function shortestTrue(model: EzklModel, {instances, proof}: EzklProof): number {
  const holds = (words: number): boolean =>
    ask(model, {instances, proof: proof.subarray(0, words * WORD)}) === 'true';
  let [fails, enough] = [0, proof.length / WORD];
  if (!holds(enough - 1)) return proof.length;
  while (enough - fails > 1) {
    const middle = Math.floor((fails + enough) / 2);
    if (holds(middle)) enough = middle;
    else fails = middle;
  }
  return enough * WORD;
}

/** What the engine says of a proof. */
function ask(model: EzklModel, proof: EzklProof): 'true' | 'false' | ProofFault {
  try {
    const text = new Uint8ClampedArray(engineText(proof));
    if (model.engine.verify(text, model.vk, model.settingsFile, model.srs)) return 'true';
    return {code: 'PROOF_ENGINE_FAILED', message: 'the engine says neither true nor why not'};
  } catch (error) {
    return judgeWords(errorText(error));
  }
}

function judgeWords(words: string): 'false' | ProofFault {
  if (FALSE.some((known) => words.startsWith(known))) return 'false';
  const shown = safeText(words, MOST_WORDS);
  if (words.startsWith(CUT_OFF)) return {code: 'PROOF_MALFORMED', message: 'the proof is cut off'};
  if (OF_THE_MODEL.some((known) => words.startsWith(known)))
    return {code: 'PROOF_MODEL_FILES', message: `the engine cannot read the files of the model: ${shown}`};
  return {code: 'PROOF_ENGINE_FAILED', message: `the engine failed: ${shown}`};
}

function judgeGroth16(
  {facts, key}: Groth16Model,
  {proof, signals}: Pick<ProofRequest, 'proof' | 'signals'>,
): ProofReport {
  const statement = readGroth16Statement(proof, signals);
  return {
    word: verifiesGroth16(key, statement) ? 'true' : 'false',
    fault: null,
    model: facts,
    mark: groth16Mark(facts.vkSha256, statement),
    outputs: statement.signals.map(String),
    kept: keptOf(groth16Text(statement)),
  };
}

/** A copy, since a view would take all of its buffer along to the other thread. */
function keptOf(text: Uint8Array): Uint8Array | null {
  return text.length > MOST_KEPT_PROOF ? null : Uint8Array.from(deflateRawSync(text));
}
