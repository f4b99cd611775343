import {describe, expect, it} from 'vitest';
import {NETWORKS, networkPreset} from '../../../src/lib/config/networks.ts';
import {ALL_FIELDS} from '../../../src/lib/config/schema.ts';

describe('network presets', () => {
  const values = NETWORKS.flatMap(({name, values}) =>
    Object.entries(values).map(([path, text]) => [name, path, text] as const),
  );

  it.each(values)('%s %s is a known key with a valid value', (_, path, text) => {
    const field = ALL_FIELDS.find((known) => known.path === path);
    expect(field === undefined || field.kind === 'unused' ? null : field.type.parse(text)).toHaveProperty(
      'value',
    );
  });

  it('knows the chain ids', () => {
    const ids = Object.fromEntries(NETWORKS.map(({name, values}) => [name, values['chain.chain_id']]));
    expect(ids).toEqual({
      mainnet: '1',
      hoodi: '560048',
      sepolia: '11155111',
      devnet: '31337',
      holesky: '17000',
    });
  });

  it('has no preset for custom', () => {
    expect(networkPreset('custom')).toBeUndefined();
  });
});
