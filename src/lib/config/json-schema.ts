import {MAPS, type MapSpec} from './maps.ts';
import {ALL_FIELDS, type AnyField} from './schema.ts';

type Schema = {readonly [key: string]: unknown};
type Node = {properties: Map<string, Node | Schema>};

/**
 * Makes the JSON Schema of config.yaml (draft 7, which editors support) from the table that loading uses. An editor
 * completes keys, shows their meaning and marks most wrong values; `aos config validate` finds the rest.
 */
export function configSchema(): Schema {
  const root: Node = {properties: new Map()};
  for (const field of ALL_FIELDS) {
    put(root, field.path.split('.'), fieldSchema(field));
    for (const alias of field.aliases) put(root, alias.split('.'), fieldSchema(field));
  }
  for (const spec of MAPS) put(root, spec.path.split('.'), mapSchema(spec));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of an AOS operator',
    description: 'config.yaml of aos; it accepts the reference operator’s file too.',
    ...objectSchema(root),
  };
}

/** A section whose names are the user's own. */
function mapSchema({meaning, keys}: MapSpec): Schema {
  const properties = Object.entries(keys).map(([key, {type, meaning: description, example}]) => {
    const pattern = type.pattern === undefined ? {} : {pattern: type.pattern};
    return [key, {description, type: ['string', 'null'], ...pattern, examples: [example]}];
  });
  return {
    description: meaning.replaceAll('`', ''),
    type: ['object', 'null'],
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(properties) as Schema,
    },
  };
}

function put(node: Node, path: readonly string[], schema: Schema): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    node.properties.set(key, schema);
    return;
  }
  const found = node.properties.get(key);
  const child: Node = isNode(found) ? found : {properties: new Map()};
  node.properties.set(key, child);
  put(child, rest, schema);
}

function isNode(value: Node | Schema | undefined): value is Node {
  return value !== undefined && value['properties' as keyof typeof value] instanceof Map;
}

function objectSchema(node: Node): Schema {
  const properties = [...node.properties].map(([key, child]) => [
    key,
    isNode(child) ? objectSchema(child) : child,
  ]);
  // An empty section counts as absent.
  return {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: Object.fromEntries(properties) as Schema,
  };
}

function fieldSchema(field: AnyField): Schema {
  const about = {
    description: field.meaning.replaceAll('`', ''),
    ...(field.fallback === null ? {} : {default: field.fallback}),
  };
  if (field.kind === 'unused') return {...about, description: `Not used by aos. ${about.description}`};
  const one = valueSchema(field);
  if (field.kind === 'one') return {...about, ...one, examples: [field.example]};
  const named = {type: 'object', additionalProperties: {type: ['string', 'number']}};
  const forms = field.type.isPair === true ? [named] : [];
  return {...about, anyOf: [...forms, {type: 'array', items: one}, one]};
}

/** Allows empty values (absent) and numbers: other YAML readers read unquoted addresses and times as numbers. */
function valueSchema(field: Exclude<AnyField, {kind: 'unused'}>): Schema {
  const {options, pattern} = field.type;
  if (options !== undefined) return {enum: [...options, null]};
  return {type: ['string', 'number', 'null'], ...(pattern === undefined ? {} : {pattern})};
}
