import {WORKER_KINDS, type WorkerKind} from '../protocol/wire/messages.ts';
import {placeText, problemAt, type ConfigProblem} from './problems.ts';
import {FIELDS} from './schema.ts';
import type {PlacedText} from './tree.ts';
import {meansTheSame} from './values.ts';

/** The origins that a person chose, the strongest first; a preset and a default give way to each. */
const CHOSEN: readonly string[] = ['flag', 'env', 'file'];

/** A value, and where it comes from. */
type Given = {texts: readonly PlacedText[]; origin: {from: string}};

/** The kind that `node.node_type` means: opml where it is missing, or names none. */
export function kindOfType(nodeType: string | undefined): WorkerKind {
  return WORKER_KINDS.find((kind) => kind === nodeType?.toLowerCase()) ?? 'opml';
}

/**
 * Gives `net.worker_url`, the one address of the reference operator, to the kind that `node.node_type` names. The
 * address of that kind itself outranks it from a stronger source; from the same one the two must mean the same.
 * @param raws values by path; `workers.KIND.url` is set in it
 * @param origin origins by path, kept in step
 */
export function shareWorkerUrl<G extends Given>(
  raws: Map<string, G>,
  origin: Map<string, G['origin']>,
): ConfigProblem[] {
  const given = raws.get(FIELDS.workerUrl.path);
  const first = given?.texts[0];
  if (given === undefined || first === undefined) return [];
  const {url, urls} = FIELDS[kindOfType(raws.get(FIELDS.nodeType.path)?.texts[0]?.text)];
  for (const field of [url, urls]) {
    const own = raws.get(field.path);
    const place = own?.texts[0]?.place;
    if (own === undefined || place === undefined || rank(own) > rank(given)) continue;
    if (
      rank(own) < rank(given) ||
      (field === url && meansTheSame(url.type, own.texts[0]?.text ?? '', first.text))
    )
      return [];
    const got = `is given together with ${field.path} at ${placeText(place)}`;
    return [problemAt(first.place, FIELDS.workerUrl.path, got, 'one of the two', FIELDS.workerUrl.example)];
  }
  raws.set(url.path, given);
  origin.set(url.path, given.origin);
  return [];
}

function rank({origin: {from}}: Given): number {
  const at = CHOSEN.indexOf(from);
  return at === -1 ? CHOSEN.length : at;
}
