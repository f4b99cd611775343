import {describe, expect, it} from 'vitest';
import {configSchema} from '../../../src/lib/config/json-schema.ts';
import {ALL_FIELDS} from '../../../src/lib/config/schema.ts';

type Schema = {
  type?: unknown;
  enum?: unknown[];
  pattern?: string;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  additionalProperties?: boolean;
  description?: string;
};

function at(path: string): Schema {
  return path.split('.').reduce<Schema>((schema, key) => schema.properties?.[key] ?? {}, configSchema());
}

/** As an editor would judge one text, as far as the schema uses it. */
function takes(schema: Schema, text: string): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((one) => takes(one, text));
  if (schema.enum !== undefined) return schema.enum.includes(text);
  return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(text);
}

describe('the JSON Schema of config.yaml', () => {
  it('has every key with its meaning', () => {
    for (const {path, aliases} of ALL_FIELDS) {
      expect({path, description: at(path).description ?? ''}).toMatchObject({
        description: expect.stringMatching(/\w/) as string,
      });
      for (const alias of aliases) expect(at(alias)).toEqual(at(path));
    }
    expect(at('chain.contracts').additionalProperties).toBe(false);
  });

  it('takes every example and every default', () => {
    for (const field of ALL_FIELDS) {
      if (field.kind === 'unused' || field.path === 'node.vrf_key') continue;
      const texts =
        field.kind === 'many' ? field.example.split(/[^\w.:/-]+/).filter(Boolean) : [field.example];
      if (field.fallback !== null) texts.push(field.fallback);
      for (const text of texts)
        expect({path: field.path, text, ok: takes(at(field.path), text)}).toMatchObject({ok: true});
    }
  });

  it.each([
    ['node.node_id', '0x123'],
    ['node.signer_key', '8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63'],
    ['node.signer_key', 'http://127.0.0.1:9000/eth1'],
    ['net.rest_url', '21001'],
    ['chain.chain_rpc_url', 'rpc.example.org'],
    ['policy.offline_grace', 'soon'],
    ['network', 'testnet'],
  ])('marks %s: %s', (path, text) => {
    expect(takes(at(path), text)).toBe(false);
  });
});
