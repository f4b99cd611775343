import Ajv from 'ajv';
import * as v from 'valibot';
import {describe, expect, expectTypeOf, it} from 'vitest';
import {decimal, type Json, schemaOf} from '../../../../src/lib/cli/schema/parts.ts';
import {publishedSchema, schemaList, schemaListText} from '../../../../src/lib/features/schema/publish.ts';

describe('the published schemas', () => {
  it('are JSON Schemas that name themselves', () => {
    const ajv = new Ajv();
    for (const {name, id, summary} of schemaList()) {
      const schema = publishedSchema(name);
      expect(schema).toMatchObject({$id: id, title: id, description: summary});
      expect(ajv.validateSchema(schema as object), name).toBe(true);
      expect(JSON.stringify(schema), name).not.toContain('"additionalProperties":false');
    }
  });

  it('are listed one a line', () => {
    const rows = schemaList();
    expect(rows.map(({name}) => name)).toEqual(rows.map(({name}) => name).sort());
    const lines = schemaListText(rows).split('\n');
    expect(lines).toHaveLength(rows.length);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(120);
  });

  it('name every field in camelCase', () => {
    for (const {name} of schemaList())
      expect(
        fieldNames(publishedSchema(name)).filter((field) => field.includes('_')),
        name,
      ).toEqual([]);
  });

  it('give the number of a block and every amount of wei as a decimal string', () => {
    const kinds = new Map(schemaList().map(({name}) => [name, new Set(bigTypes(publishedSchema(name)))]));
    for (const [name, types] of kinds) {
      types.delete('null');
      expect(
        [...types].filter((type) => type !== 'string'),
        name,
      ).toEqual([]);
    }
    const those = [...kinds].filter(([, types]) => types.has('string')).map(([name]) => name);
    expect(those).toEqual(
      expect.arrayContaining(['challenge-list', 'register', 'run', 'slashing-history', 'status', 'tx-list']),
    );
  });

  it('are none for another name', () => {
    for (const name of ['', 'nonsense', 'toString', '__proto__']) expect(publishedSchema(name)).toBeNull();
  });
});

/** The names of all fields that a schema has, at any depth. */
function fieldNames(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => [
    ...(key === 'properties' ? Object.keys(value as object) : []),
    ...fieldNames(value),
  ]);
}

/** The JSON types of the fields `block`, `…Block` and `…Wei`; `msPerBlock` is a time. */
function bigTypes(node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    return /^block$|(?<!Per)Block$|Wei$/.test(key) ? typesOf(value) : bigTypes(value);
  });
}

/** Those of a field that may be null; an object of that name is looked into. */
function typesOf(field: unknown): unknown[] {
  const {type, anyOf} = field as {type?: unknown; anyOf?: unknown[]};
  if (anyOf !== undefined) return anyOf.flatMap(typesOf);
  return type === 'object' ? bigTypes(field) : [type];
}

describe('schemaOf', () => {
  it('knows JSON from the types of the code', () => {
    expectTypeOf<
      Json<{wei: bigint; readonly list: readonly `0x${string}`[]; state: 'a' | 'b'; none?: bigint}>
    >().toEqualTypeOf<{wei: string; list: string[]; state: 'a' | 'b'; none?: string}>();
  });

  it('is refused by the compiler where type and schema differ', () => {
    type Facts = {wei: bigint; state: 'a' | 'b'};
    schemaOf<Facts>()(v.object({wei: decimal, state: v.picklist(['a', 'b'])}));
    // @ts-expect-error -- a field is missing
    schemaOf<Facts>()(v.object({wei: decimal}));
    // @ts-expect-error -- a value is missing
    schemaOf<Facts>()(v.object({wei: decimal, state: v.literal('a')}));
    // @ts-expect-error -- a field too many
    schemaOf<Facts>()(v.object({wei: decimal, state: v.picklist(['a', 'b']), more: v.string()}));
    expect(v.is(schemaOf<bigint>()(decimal), '17')).toBe(true);
  });
});
