import {WORKER_KINDS} from '../protocol/wire/messages.ts';
import {secretSteps} from '../foundation/text/shown-url.ts';
import {readConfigFile} from './file.ts';
import {resolve} from './resolve.ts';
import {ALL_FIELDS, envNames, FIELDS, type AnyField} from './schema.ts';
import {sanitizeText, sanitizeValue} from './sanitize.ts';
import {readTree} from './tree.ts';
import {baseUrl, text} from './values.ts';
import {parseYaml} from './yaml.ts';
import type {ConfigSource} from './source.ts';

export type RedactedConfig = {
  /** Lines `path = value   (origin)`, of known keys only and without secrets. */
  lines: readonly string[];
  /** Every text that is a secret or is in the place of one: to be removed from other texts, never to be shown. */
  secrets: readonly string[];
};

/** Makes a configuration that is safe to share. Unknown keys, comments and wrong values are left out. */
export function redactedConfig(source: ConfigSource): RedactedConfig {
  const {file, env, cwd, flags = {}} = source;
  const content = file === null ? '' : textOf(file, cwd);
  const tree = readTree(parseYaml(content).root, sanitizeText(file ?? ''));
  const resolved = resolve({flags, env, tree});
  const lines: string[] = [];
  const secrets: string[] = [];
  for (const field of ALL_FIELDS) {
    const raw = resolved.raw(field);
    if (raw === undefined || field.kind === 'unused') continue;
    if (field.secret) secrets.push(...raw.texts.map((one) => one.text));
    else secrets.push(...raw.texts.flatMap((one) => secretSteps(one.text)));
    const {from, detail} = raw.origin;
    const origin = detail === '' ? from : `${from} ${detail}`;
    lines.push(
      `${field.path} = ${raw.texts.map(({text: value}) => valueText(field, value)).join(', ')}   (${origin})`,
    );
  }
  for (const [path, entries] of tree.maps)
    for (const [name, {values}] of entries)
      for (const [key, value] of values)
        lines.push(`${path}.${name}.${key} = ${sanitizeValue(value)}   (file)`);
  return {lines, secrets: [...secrets, ...environmentSecrets(env), ...hiddenInFile(content)]};
}

function valueText(field: Exclude<AnyField, {kind: 'unused'}>, value: string): string {
  if (field.secret) return URL.canParse(value) ? `${hostOf(value)} (the rest is not shown)` : '(not shown)';
  if ('wrong' in field.type.parse(value)) return '(wrong, not shown)';
  // Such a field accepts any text, so also a misplaced password.
  if (field.type === text && !isSafeToShow(field, value)) return '(not shown)';
  return sanitizeValue(value);
}

function isSafeToShow(field: AnyField, value: string): boolean {
  if (field.path === FIELDS.nodeType.path) return WORKER_KINDS.some((kind) => kind === value.toLowerCase());
  return !('wrong' in baseUrl.parse(value));
}

function hostOf(url: string): string {
  const {protocol, host} = new URL(url);
  return `${protocol}//${host}`;
}

/** Values of variables whose names mean a secret, ours or not. */
function environmentSecrets(env: ConfigSource['env']): string[] {
  const named = ALL_FIELDS.filter(({secret}) => secret).flatMap(envNames);
  return Object.entries(env).flatMap(([name, value = '']) =>
    value !== '' && (named.includes(name) || /KEY|TOKEN|SECRET|PASS|CREDENTIAL|MNEMONIC/i.test(name))
      ? [value]
      : [],
  );
}

/** Values of keys whose names mean a secret, known or not, right or wrong. */
function hiddenInFile(content: string): string[] {
  return [
    ...content.matchAll(
      /(?:key|token|secret|pass(?:word|phrase|wd)?|mnemonic|db_url|queue_url)["']?[ \t]*[:=][ \t]*["']?([^\s"'#]+)/gi,
    ),
  ].map(([, value = '']) => value);
}

function textOf(file: string, cwd: string): string {
  try {
    return readConfigFile(file, cwd).text;
  } catch {
    return ''; // the report says why
  }
}
