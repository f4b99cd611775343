import Ajv, {type ValidateFunction} from 'ajv';
import {publishedSchema} from '../../src/lib/features/schema/publish.ts';
import {snakeKeys} from './snake-keys.ts';

type Node = {[key: string]: unknown};

const ajv = new Ajv({allErrors: true});
const compiled = new Map<string, ValidateFunction>();

/** Streams by the command that gives them, with the flags that decide. */
const STREAMS: readonly {words: readonly string[]; flag?: string; without?: string; schema: string}[] = [
  {words: ['run'], schema: 'run'},
  {words: ['devnet', 'up'], schema: 'devnet-up'},
  {words: ['logs'], schema: 'logs'},
  {words: ['status'], flag: '--watch', schema: 'status-watch'},
  {words: ['job', 'export'], without: '--out', schema: 'job-export-lines'},
];

/**
 * Throws when what a command printed with `--json` is not what its published schema says, has a field that the schema
 * does not name, or a key that is not camelCase. Anything that is no JSON of ours (a crash, a closed pipe) is for others to find.
 */
export function checkContract(args: readonly string[], stdout: string): void {
  if (!args.includes('--json') || stdout === '') return;
  const stream = STREAMS.find(
    ({words, flag, without}) =>
      words.every((word, index) => args[index] === word) &&
      (flag === undefined || args.includes(flag)) &&
      (without === undefined || !args.includes(without)),
  );
  if (stream !== undefined) checkLines(stream.schema, stdout);
  else if (stdout.startsWith('{')) checkDocument(stdout);
}

function checkDocument(text: string): void {
  const document = parsed(text);
  const name = /^aos\.([a-z-]+)\/v1$/.exec(String(document?.['schema']))?.[1];
  if (document === null || name === undefined) throw new Error(`no envelope: ${text.slice(0, 300)}`);
  const schema = publishedSchema(name);
  if (schema === null) throw new Error(`no schema is published for ${name}`);
  compare(name, schema, document);
}

function checkLines(name: string, text: string): void {
  const lines = lineSchemas(name);
  // The last one may be cut off: by a signal, or by a reader that has gone away.
  for (const line of text.split('\n').slice(0, -1)) {
    const document = parsed(line);
    const type = String(document?.['type']);
    const schema = lines[type];
    if (document === null || schema === undefined) throw new Error(`${name}: no schema of the line ${line}`);
    compare(`${name}/${type}`, schema, document);
  }
}

/** The schemas of a stream's lines by their `type`: the published schema is a union of them. */
function lineSchemas(name: string): Record<string, object> {
  const {anyOf} = (publishedSchema(name) ?? {}) as {anyOf?: {properties: {type: {const: string}}}[]};
  if (anyOf === undefined) throw new Error(`no stream schema ${name}`);
  return Object.fromEntries(anyOf.map((line) => [line.properties.type.const, line]));
}

function compare(name: string, schema: object, document: Node): void {
  // The configuration's own schema names the keys of the configuration.
  const snake = name === 'config-schema' ? [] : snakeKeys(document);
  if (snake.length > 0) throw new Error(`${name}: keys that are not camelCase: ${snake.join(', ')}`);
  let validate = compiled.get(name);
  if (validate === undefined) {
    validate = ajv.compile(closed(schema) as object);
    compiled.set(name, validate);
  }
  if (validate(document) === true) return;
  const [first] = validate.errors ?? [];
  const errors = (validate.errors ?? [])
    .slice(0, 5)
    .map(({dataPath, message, params}) => `${dataPath} ${message ?? ''} ${JSON.stringify(params)}`);
  throw new Error(
    `not as schema ${name} says:\n${errors.join('\n')}\n${JSON.stringify(document).slice(0, 1000)}`,
    {cause: first},
  );
}

function parsed(text: string): Node | null {
  try {
    return JSON.parse(text) as Node;
  } catch {
    return null;
  }
}

/** The same schema without room for fields that it does not name, and without ids, which may be used once only. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const {$id: _, ...rest} = schema as Node;
  const node = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, closed(value)]));
  const isObject = node['type'] === 'object' && 'properties' in node && !('additionalProperties' in node);
  return isObject ? {...node, additionalProperties: false} : node;
}
