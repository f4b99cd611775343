import {describe, expect, it} from 'vitest';
import {driverOrder} from '../../../../src/lib/node/journal/driver.ts';

describe('driverOrder', () => {
  const own = 'node:sqlite';
  const bundled = '@photostructure/sqlite';
  it.each([
    ['20.19.0', undefined, [bundled]],
    ['22.12.0', '3.51.3', [bundled]],
    ['22.13.0', '3.47.2', [bundled, own]],
    ['22.23.3', '3.51.3', [bundled, own]],
    ['24.0.0', '3.49.1', [bundled, own]],
    ['24.21.0', '3.51.3', [own, bundled]],
    ['26.10.0', '3.53.4', [own, bundled]],
    ['26.10.0', '4.0.0', [own, bundled]],
  ])('Node %s with SQLite %s tries %j', (node, sqlite, expected) => {
    expect(driverOrder({node, sqlite})).toEqual(expected);
  });
});
