import {AosError} from '../../../foundation/errors/error.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {parseJson, type JsonObject, type JsonValue} from '../../wire/json.ts';
import {listOf, malformed, objectOf, textOf, wholeOf} from './members.ts';

/** Who sees the inputs of a circuit, its parameters or its outputs; of the forms of ezkl those that are read here. */
export type Visibility = 'Private' | 'Public' | 'Fixed';

/** What a settings.json of ezkl says that a check needs. */
export type EzklSettings = {
  /** Of ezkl. */
  readonly version: string;
  /** The circuit has 2^logrows rows. */
  readonly logrows: number;
  /** How many public values a proof has. */
  readonly instances: number;
  /** The last of them are the outputs; each with the scale of its value: it is divided by 2^scale. */
  readonly outputScales: readonly number[];
  readonly inputs: Visibility;
  readonly params: Visibility;
};

/** BN254 has no domain of more than 2^28 rows; a key of so many would have gigabytes. */
const MOST_LOGROWS = 25;
/** More public values than this take the engine seconds to add up. */
const MOST_INSTANCES = 16_384;
const MOST_DIMENSIONS = 16;
const MOST_WORD = 40;

/**
 * Reads settings.json as the network's worker has it.
 * @throws AosError FRAME_* | PROOF_MALFORMED: it is none; PROOF_SETTINGS_UNTRIED: it asks for what is not checked here
 */
export function readEzklSettings(bytes: Uint8Array): EzklSettings {
  const file = objectOf(parseJson(bytes).value, 'settings.json');
  const args = objectOf(file.get('run_args'), 'run_args');
  const commitment = args.get('commitment');
  if (commitment !== 'KZG') throw untried('run_args.commitment', commitment, 'KZG');
  const outputs = textOf(args.get('output_visibility'), 'run_args.output_visibility');
  if (outputs !== 'Public') throw untried('run_args.output_visibility', outputs, 'Public');
  const inputs = visibilityOf(args, 'input_visibility', ['Private', 'Public']);
  const params = visibilityOf(args, 'param_visibility', ['Private', 'Fixed']);
  requireNoModules(file);
  const sizes = listOf(file.get('model_instance_shapes'), 'model_instance_shapes').map(sizeOf);
  const scales = listOf(file.get('model_output_scales'), 'model_output_scales').map((scale, index) =>
    wholeOf(scale, `model_output_scales[${index}]`, 1_000),
  );
  const instances = sizes.reduce((sum, size) => sum + size, 0);
  if (instances === 0 || scales.length === 0 || scales.length > sizes.length)
    throw malformed('model_instance_shapes and model_output_scales do not fit together');
  if (instances > MOST_INSTANCES)
    throw malformed(`model_instance_shapes has ${instances} values, more than ${MOST_INSTANCES}`);
  return {
    version: safeText(textOf(file.get('version'), 'version'), MOST_WORD),
    logrows: logrowsOf(args),
    instances,
    outputScales: sizes
      .slice(sizes.length - scales.length)
      .flatMap((size, index) => Array.from({length: size}, () => scales[index] ?? 0)),
    inputs,
    params,
  };
}

function logrowsOf(args: JsonObject): number {
  const logrows = wholeOf(args.get('logrows'), 'run_args.logrows', MOST_LOGROWS);
  if (logrows === 0) throw malformed('run_args.logrows is 0');
  return logrows;
}

function sizeOf(shape: JsonValue, index: number): number {
  const name = `model_instance_shapes[${index}]`;
  const dimensions = listOf(shape, name);
  if (dimensions.length > MOST_DIMENSIONS) throw malformed(`${name} has ${dimensions.length} dimensions`);
  return dimensions.reduce<number>((product, dimension) => {
    const next = product * wholeOf(dimension, name, MOST_INSTANCES);
    if (next > MOST_INSTANCES) throw malformed(`${name} has more than ${MOST_INSTANCES} values`);
    return next;
  }, 1);
}

function visibilityOf<const T extends Visibility>(args: JsonObject, name: string, tried: readonly T[]): T {
  const word = textOf(args.get(name), `run_args.${name}`);
  const found = tried.find((one) => one === word);
  if (found === undefined) throw untried(`run_args.${name}`, word, tried.join(' or '));
  return found;
}

/** A circuit that hashes or commits to something has public values of another kind before those of the model. */
function requireNoModules(file: JsonObject): void {
  const sizes = objectOf(file.get('module_sizes'), 'module_sizes');
  const commitments = listOf(sizes.get('polycommit'), 'module_sizes.polycommit');
  const [, hashes] = listOf(sizes.get('poseidon'), 'module_sizes.poseidon');
  const total = listOf(hashes, 'module_sizes.poseidon[1]').reduce<number>(
    (sum, size) => sum + wholeOf(size, 'module_sizes.poseidon[1]', 1_000_000),
    0,
  );
  if (commitments.length > 0 || total > 0) throw untried('module_sizes', 'hashes or commitments', 'none');
}

function untried(name: string, got: JsonValue | undefined, tried: string): AosError {
  const word = typeof got === 'string' ? safeText(got, MOST_WORD) : 'missing or no text';
  return new AosError('PROOF_SETTINGS_UNTRIED', `${name} of settings.json is ${word}, and not ${tried}`);
}
