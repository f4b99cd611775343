import {WORKER_KINDS, type WorkerKind} from '../protocol/wire/messages.ts';
import type {ConfigWarning} from './config.ts';
import {problemAt, type ConfigProblem, type Place} from './problems.ts';
import {kindOfType} from './reference-worker.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS} from './schema.ts';
import {sanitizeValue} from './sanitize.ts';
import type {FileTree} from './tree.ts';

/** Kinds of worker that this version can drive. */
const RUNNABLE: readonly WorkerKind[] = ['opml'];

/** Returns the configured kinds of worker, including those that this version cannot drive. */
export function wantedKinds(resolved: Resolved, tree: FileTree): readonly WorkerKind[] {
  const named = WORKER_KINDS.filter((kind) => {
    const settings = Object.values(FIELDS[kind]).map(
      (field) => resolved.origin.get(field.path)?.from ?? 'default',
    );
    return tree.present.has(`workers.${kind}`) || settings.some((from) => from !== 'default');
  });
  return named.length > 0 ? named : [kindOfType(resolved.one(FIELDS.nodeType))];
}

/** Returns the configured kinds that this version can drive. */
export function runnableKinds(resolved: Resolved, tree: FileTree): readonly WorkerKind[] {
  return wantedKinds(resolved, tree).filter((kind) => RUNNABLE.includes(kind));
}

/** Finds kinds without which a node must not start: it would answer the jobs of its kind with nothing. */
export function kindProblems(resolved: Resolved, tree: FileTree, file: string): ConfigProblem[] {
  const wanted = wantedKinds(resolved, tree);
  const type = resolved.one(FIELDS.nodeType)?.toLowerCase();
  const own = WORKER_KINDS.find((kind) => kind === type);
  const typeAt = resolved.raw(FIELDS.nodeType)?.texts[0]?.place;
  if (own !== undefined && typeAt !== undefined && !wanted.includes(own)) {
    const got = `is ${own}, but the workers are ${wanted.join(' and ')} ones`;
    const expected = `one of them, or the section workers.${own}`;
    return [problemAt(typeAt, FIELDS.nodeType.path, got, expected, wanted[0])];
  }
  if (wanted.some((kind) => RUNNABLE.includes(kind))) return [];
  const [first = 'opml'] = wanted;
  const section = `workers.${first}`;
  const sectionAt = tree.present.get(section);
  const place: Place = sectionAt ?? typeAt ?? {source: file, line: null, col: null};
  const path = sectionAt === undefined ? FIELDS.nodeType.path : section;
  const got = `leaves this node without work: aos drives no ${wanted.join(' and no ')} workers yet`;
  return [problemAt(place, path, got, `a worker of the kind ${RUNNABLE.join(' or ')} too`)];
}

/** Finds kinds that are of no use, beside others that are. */
export function kindWarnings(resolved: Resolved, tree: FileTree): ConfigWarning[] {
  const warnings = wantedKinds(resolved, tree)
    .filter((kind) => !RUNNABLE.includes(kind))
    .map((kind): ConfigWarning => {
      const path = tree.present.has(`workers.${kind}`) ? `workers.${kind}` : FIELDS.nodeType.path;
      return {
        code: 'KIND_UNSUPPORTED',
        path,
        message: `${kind} workers are not supported yet; jobs of that kind are answered as unsupported`,
      };
    });
  const type = resolved.one(FIELDS.nodeType);
  if (type !== undefined && !WORKER_KINDS.some((kind) => kind === type.toLowerCase())) {
    const path = FIELDS.nodeType.path;
    warnings.push({
      code: 'KIND_UNSUPPORTED',
      path,
      message: `${path} ${sanitizeValue(type)} is not one of ${WORKER_KINDS.join(', ')}; it is ignored`,
    });
  }
  return warnings;
}
