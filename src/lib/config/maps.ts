import {trimAscii} from '../foundation/text/odd-characters.ts';
import {isModelName} from '../protocol/wire/proof.ts';
import {problemAt, type ConfigProblem, type Place} from './problems.ts';
import type {ValueType} from './value-type.ts';
import {filePath, seed} from './values.ts';
import type {YamlNode} from './yaml.ts';
import type {Position} from './yaml-problem.ts';

/** A key of each entry of a section with free names. */
export type MapKey = {
  readonly type: ValueType<string>;
  readonly meaning: string;
  readonly example: string;
};

/** A section whose names are the user's own, each with the same keys. */
export type MapSpec = {
  readonly path: string;
  /** What a name is, for messages. */
  readonly named: string;
  readonly meaning: string;
  readonly keys: Readonly<Record<string, MapKey>>;
};

const SHA256: ValueType<string> = {...seed, name: 'SHA-256', expected: 'a SHA-256, 64 hex digits'};
const HASH = 'e9fc52d9e5a84254a76a87f20a10c699660fd04e522d199560caac3d0e9ff8e9';

/** The models whose proofs aos checks itself. */
export const ZKML_MODELS = {
  path: 'workers.zkml.models',
  named: 'the name of a model',
  meaning:
    'The files by which aos checks the proofs of a model itself (docs/verification.md). One with a key and no settings is of snarkjs, by Groth16.',
  keys: {
    vk: {type: filePath, meaning: 'Its verification key.', example: './models/1l_average/vk.key'},
    vk_sha256: {type: SHA256, meaning: 'The SHA-256 of that file: sha256sum FILE.', example: HASH},
    settings: {
      type: filePath,
      meaning: 'Its settings.json.',
      example: './models/1l_average/settings.json',
    },
    settings_sha256: {type: SHA256, meaning: 'The SHA-256 of that file.', example: HASH},
    srs: {
      type: filePath,
      meaning: 'Its SRS, where that is not the one of the ceremony, whose constants aos has.',
      example: './models/mine/srs.bin',
    },
    srs_sha256: {type: SHA256, meaning: 'The SHA-256 of that file.', example: HASH},
  },
} as const satisfies MapSpec;

/** Every section with free names. */
export const MAPS: readonly MapSpec[] = [ZKML_MODELS];

/** One entry of such a section. */
export type MapEntry = {
  readonly place: Place;
  /** Texts that are valid for their key, by key. */
  readonly values: ReadonlyMap<string, string>;
};

export type ReadMap = {
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly problems: readonly ConfigProblem[];
  readonly unknown: readonly {path: string; place: Place; meant: string | null}[];
};

/** Reads a section with free names. @param file its display name */
export function readMap(spec: MapSpec, node: YamlNode, file: string): ReadMap {
  const entries = new Map<string, MapEntry>();
  const problems: ConfigProblem[] = [];
  const unknown: {path: string; place: Place; meant: string | null}[] = [];
  const place = (at: Position): Place => ({source: file, ...at});
  const keys = Object.keys(spec.keys).join(', ');
  if (node.kind !== 'map') {
    if (node.kind !== 'null')
      problems.push(problemAt(place(node.at), spec.path, 'is no section', `${spec.named} with ${keys}`));
    return {entries, problems, unknown};
  }
  for (const [name, entry] of node.entries) {
    const path = `${spec.path}.${name}`;
    if (!isModelName(name)) {
      const expected = 'letters, digits, points, hyphens and underscores';
      problems.push(problemAt(place(entry.at), path, `is not ${spec.named}`, expected));
      continue;
    }
    if (entry.value.kind !== 'map') {
      problems.push(problemAt(place(entry.at), path, 'is no section', `a section of keys: ${keys}`));
      continue;
    }
    const values = new Map<string, string>();
    for (const [key, {at, value}] of entry.value.entries) {
      const known = Object.hasOwn(spec.keys, key) ? spec.keys[key] : undefined;
      if (known === undefined) {
        unknown.push({path: `${path}.${key}`, place: place(at), meant: null});
        continue;
      }
      if (value.kind === 'null') continue;
      const text = value.kind === 'scalar' ? trimAscii(value.text) : '';
      const parsed = known.type.parse(text);
      if ('wrong' in parsed || text === '') {
        const wrong = 'wrong' in parsed ? parsed.wrong : 'is empty or a list';
        problems.push(
          problemAt(place(value.at), `${path}.${key}`, wrong, known.type.expected, known.example),
        );
      } else values.set(key, parsed.value);
    }
    entries.set(name, {place: place(entry.at), values});
  }
  return {entries, problems, unknown};
}
