import {mailAddress} from './alert-values.ts';
import {placeText} from './problems.ts';
import {shownUrl} from '../foundation/text/shown-url.ts';
import {resolve, type Origin, type RawValue} from './resolve.ts';
import {ALL_FIELDS, type AnyField} from './schema.ts';
import {sanitizePath, sanitizeText, sanitizeValue} from './sanitize.ts';
import {readSource, type ConfigSource} from './source.ts';

/** One value of a configuration, safe to show. */
export type ListedValue = {
  path: string;
  /** Never a secret: only scheme and host of a URL that may contain a key. */
  value: string;
  from: Origin['from'];
  /** Flag, variable, FILE:LINE:COL or network; '' for a default. */
  detail: string;
  /** False: the key does not accept the value. */
  valid: boolean;
};

export type Listing = {
  network: string;
  values: readonly ListedValue[];
  /** Unused keys of the file: unknown ones, and those of the reference that aos ignores. */
  unused: readonly {path: string; at: string}[];
  /** Number of problems that `aos config validate` would find in the values. */
  wrong: number;
};

/**
 * Lists every value in force with its origin; of a file with errors, the readable part.
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
  const named = [...tree.maps].flatMap(([path, entries]) =>
    [...entries].flatMap(([name, entry]) =>
      [...entry.values].map(([key, value]): ListedValue => ({
        path: `${path}.${name}.${key}`,
        // A hash is public; in the place of a file the same form is a key.
        value: /_sha256$/.test(key) && /^[0-9a-f]{64}$/.test(value) ? value : listedText(value),
        from: 'file',
        detail: placeText(entry.place),
        valid: true,
      })),
    ),
  );
  const idle = ALL_FIELDS.filter(({kind}) => kind === 'unused').flatMap(({path}) => {
    const place = tree.present.get(path);
    return place === undefined ? [] : [{path, at: placeText(place)}];
  });
  const unknown = tree.unknown.map(({path, place}) => ({path: sanitizePath(path), at: placeText(place)}));
  return {
    network: resolved.network,
    values: [...values, ...named],
    unused: [...idle, ...unknown],
    wrong: yaml.problems.length + resolved.problems.length,
  };
}

function listed(field: Exclude<AnyField, {kind: 'unused'}>, {texts, origin}: RawValue): ListedValue {
  return {
    path: field.path,
    value: texts.map(({text}) => shownText(field, text)).join(', '),
    from: origin.from,
    detail: origin.detail,
    valid: texts.every(({text}) => !('wrong' in field.type.parse(text))),
  };
}

function shownText({secret, type}: Exclude<AnyField, {kind: 'unused'}>, text: string): string {
  if (secret) return hiddenText(text);
  // An address of mail is no user with a password.
  return type === mailAddress && !('wrong' in mailAddress.parse(text)) ? text : listedText(text);
}

/** Returns the text, or a placeholder when it looks like a misplaced secret; of a URL with a secret, scheme and host. */
function listedText(text: string): string {
  const shown = shownUrl(text);
  if (shown !== text && !/[@?#]/.test(text)) return `${shown} (the rest is not shown)`;
  const safe = sanitizeValue(text);
  return safe.startsWith('"') ? sanitizeText(text) : `(${safe})`;
}

/** Returns scheme, host and port of a URL; a placeholder for anything else. */
function hiddenText(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return '(not shown)';
  const url = new URL(text);
  const isBare = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  const origin = `${url.protocol}//${url.host}`;
  return isBare && url.pathname.length <= 1 ? origin : `${origin}/… (the rest is not shown)`;
}
