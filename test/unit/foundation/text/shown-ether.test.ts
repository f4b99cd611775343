import {expect, it} from 'vitest';
import {shownEther} from '../../../../src/lib/foundation/text/amounts.ts';

it.each([
  [612_345_678_901_234n, 'up', '0.000613'],
  [612_345_678_901_234n, 'down', '0.000612'],
  [10n ** 17n, 'up', '0.1'],
  [1_234_567_890_123_456_789n, 'down', '1.23'],
  [1_234n * 10n ** 18n + 5n, 'down', '1,234'],
  [1n, 'up', '0.000000000000000001'],
  [0n, 'up', '0'],
] as const)('%i wei, rounded %s, is %s ETH', (wei, rounding, text) => {
  expect(shownEther(wei, rounding)).toBe(text);
});
