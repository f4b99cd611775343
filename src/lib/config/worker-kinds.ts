import {WORKER_KINDS, type WorkerKind} from '../protocol/wire/messages.ts';
import type {ConfigWarning} from './config.ts';
import {ZKML_MODELS} from './maps.ts';
import {problemAt, type ConfigProblem} from './problems.ts';
import {kindOfType} from './reference-worker.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS} from './schema.ts';
import {sanitizeValue} from './sanitize.ts';
import type {FileTree} from './tree.ts';

/** Returns the configured kinds of worker: those with a section or a value of their own, else the one of `node.node_type`. */
export function wantedKinds(resolved: Resolved, tree: FileTree): readonly WorkerKind[] {
  const named = WORKER_KINDS.filter((kind) => {
    const settings = Object.values(FIELDS[kind]).map(
      (field) => resolved.origin.get(field.path)?.from ?? 'default',
    );
    return tree.present.has(`workers.${kind}`) || settings.some((from) => from !== 'default');
  });
  return named.length > 0 ? named : [kindOfType(resolved.one(FIELDS.nodeType))];
}

/** Finds a `node.node_type` without whose workers a node must not start: it would answer the jobs of its kind with nothing. */
export function kindProblems(resolved: Resolved, tree: FileTree): ConfigProblem[] {
  const wanted = wantedKinds(resolved, tree);
  const type = resolved.one(FIELDS.nodeType)?.toLowerCase();
  const own = WORKER_KINDS.find((kind) => kind === type);
  const typeAt = resolved.raw(FIELDS.nodeType)?.texts[0]?.place;
  if (own === undefined || typeAt === undefined || wanted.includes(own)) return [];
  const got = `is ${own}, but the workers are ${wanted.join(' and ')} ones`;
  const expected = `one of them, or the section workers.${own}`;
  return [problemAt(typeAt, FIELDS.nodeType.path, got, expected, wanted[0])];
}

/** Finds a known-good proof of which only a half is configured. */
export function knownGoodProblems(resolved: Resolved): ConfigProblem[] {
  const {knownGoodModel, knownGoodProof} = FIELDS.zkml;
  const halves = [
    [knownGoodModel, knownGoodProof],
    [knownGoodProof, knownGoodModel],
  ] as const;
  return halves.flatMap(([given, missing]) => {
    const place = resolved.raw(given)?.texts[0]?.place;
    if (place === undefined || resolved.raw(missing) !== undefined) return [];
    return [
      problemAt(place, missing.path, `is missing beside ${given.path}`, 'both of them', missing.example),
    ];
  });
}

/** What a zkml worker lacks without it, in words. */
export const NO_KNOWN_GOOD =
  'without a proof in workers.zkml.known_good no false of the zkml worker is sent: one that lacks its SRS says false to everything';

/** What it lacks where the proofs of some models are checked here. */
const FALSE_OF_SOME =
  'without a proof in workers.zkml.known_good a false is sent of the models in workers.zkml.models alone, and of one that has an SRS of its own, or without a worker, only once the engine has said true to a proof of it';

/** Finds a `node.node_type` that is of no use, and zkml workers whose `false` counts for nothing. */
export function kindWarnings(resolved: Resolved, tree: FileTree): ConfigWarning[] {
  const warnings: ConfigWarning[] = [];
  const type = resolved.one(FIELDS.nodeType);
  if (type !== undefined && !WORKER_KINDS.some((kind) => kind === type.toLowerCase())) {
    const {path} = FIELDS.nodeType;
    const message = `${path} ${sanitizeValue(type)} is not one of ${WORKER_KINDS.join(', ')}; it is ignored`;
    warnings.push({code: 'KIND_UNSUPPORTED', path, message});
  }
  const {knownGoodModel, knownGoodProof} = FIELDS.zkml;
  const isGiven = [knownGoodModel, knownGoodProof].some((field) => resolved.raw(field) !== undefined);
  if (!isGiven && wantedKinds(resolved, tree).includes('zkml')) {
    const isChecked =
      resolved.one(FIELDS.zkml.verify) !== 'worker' && (tree.maps.get(ZKML_MODELS.path)?.size ?? 0) > 0;
    const message = isChecked ? FALSE_OF_SOME : NO_KNOWN_GOOD;
    warnings.push({code: 'KNOWN_GOOD_MISSING', path: knownGoodProof.path, message});
  }
  return warnings;
}
