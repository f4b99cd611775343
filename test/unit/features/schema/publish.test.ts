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

  it('give the number of a block as a decimal string, but for the three that were published with numbers', () => {
    const kinds = new Map(schemaList().map(({name}) => [name, new Set(blockTypes(publishedSchema(name)))]));
    const numbers = ['challenge-list', 'challenge-show', 'slashing-history'];
    const of = (kind: string) => [...kinds].filter(([, types]) => types.has(kind)).map(([name]) => name);
    expect(of('integer')).toEqual(numbers);
    expect(of('string')).toEqual(expect.arrayContaining(['register', 'run', 'status', 'tx-list']));
    expect(of('string').filter((name) => numbers.includes(name))).toEqual([]);
  });

  it('are none for another name', () => {
    for (const name of ['', 'nonsense', 'toString', '__proto__']) expect(publishedSchema(name)).toBeNull();
  });
});

/** The JSON types of the fields `block` and `…_block`. */
function blockTypes(node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    return /^(?:\w+_)?block$/.test(key) ? typesOf(value) : blockTypes(value);
  });
}

/** Those of a field that may be null; an object of that name is looked into. */
function typesOf(field: unknown): unknown[] {
  const {type, anyOf} = field as {type?: unknown; anyOf?: unknown[]};
  if (anyOf !== undefined) return anyOf.flatMap(typesOf);
  return type === 'object' ? blockTypes(field) : [type];
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
