import {expect, it} from 'vitest';
import {configReference} from '../../../scripts/config-reference.ts';

it('docs/config.md is the reference made from the table of keys', async () => {
  await expect(configReference()).toMatchFileSnapshot('../../../docs/config.md');
});
