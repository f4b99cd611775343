import Ajv from 'ajv';
import * as v from 'valibot';
import {describe, expect, expectTypeOf, it} from 'vitest';
import {decimal, type Json, schemaOf} from '../../../src/lib/schemas/parts.ts';
import {publishedSchema, schemaList, schemaListText} from '../../../src/lib/schemas/publish.ts';

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

  it('are none for another name', () => {
    for (const name of ['', 'nonsense', 'toString', '__proto__']) expect(publishedSchema(name)).toBeNull();
  });
});

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
