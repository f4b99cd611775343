import {placeText} from './problems.ts';
import {resolve, type Origin, type RawValue} from './resolve.ts';
import {ALL_FIELDS, type AnyField} from './schema.ts';
import {sanitizeText, sanitizeValue} from './sanitize.ts';
import {readSource, type ConfigSource} from './source.ts';

/** One value of a configuration as it may be shown. */
export type ListedValue = {
  path: string;
  /** Never a secret: of a URL that may hold a key only scheme and host. */
  value: string;
  from: Origin['from'];
  /** Flag, variable, FILE:LINE:COL or network; '' for a default. */
  detail: string;
  /** False: the value is not what the key takes. */
  valid: boolean;
};

export type Listing = {
  network: string;
  values: readonly ListedValue[];
  /** Keys of the file that are not used: unknown ones, and those that aos has no use for. */
  unused: readonly {path: string; at: string}[];
  /** How many things `aos config validate` would complain about in the values themselves. */
  wrong: number;
};

/**
 * Every value that is in force, with where it comes from; a file with errors is listed as far as it can be read.
 * @throws AosError RAW_PRIVATE_KEY | CONFIG_MISSING | CONFIG_UNREADABLE
 */
export function listConfig(source: ConfigSource): Listing {
  const {env, flags = {}} = source;
  const {tree, yaml} = readSource(source);
  const resolved = resolve({flags, env, tree});
  const values = ALL_FIELDS.flatMap((field): ListedValue[] => {
    const raw = resolved.raw(field);
    return raw === undefined || field.kind === 'unused' ? [] : [listed(field, raw)];
  });
  const idle = ALL_FIELDS.filter(({kind}) => kind === 'unused').flatMap(({path}) => {
    const place = tree.present.get(path);
    return place === undefined ? [] : [{path, at: placeText(place)}];
  });
  const unknown = tree.unknown.map(({path, place}) => ({path: sanitizeText(path), at: placeText(place)}));
  return {
    network: resolved.network,
    values,
    unused: [...idle, ...unknown],
    wrong: yaml.problems.length + resolved.problems.length,
  };
}

function listed(field: Exclude<AnyField, {kind: 'unused'}>, {texts, origin}: RawValue): ListedValue {
  return {
    path: field.path,
    value: texts.map(({text}) => (field.secret ? hiddenText(text) : listedText(text))).join(', '),
    from: origin.from,
    detail: origin.detail,
    valid: texts.every(({text}) => !('wrong' in field.type.parse(text))),
  };
}

/** As it is, unless it looks like a secret in the wrong place. */
function listedText(text: string): string {
  const told = sanitizeValue(text);
  return told.startsWith('"') ? sanitizeText(text) : `(${told})`;
}

/** Of a URL scheme, host and port; of anything else nothing. */
function hiddenText(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return '(not shown)';
  const url = new URL(text);
  const isBare = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  const origin = `${url.protocol}//${url.host}`;
  return isBare && url.pathname.length <= 1 ? origin : `${origin}/… (the rest is not shown)`;
}
