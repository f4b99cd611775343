import {describe, expect, it} from 'vitest';
import {done, fail, ok} from '../../../../src/lib/peers/chain/precondition.ts';
import {renderPreconditions, renderSteps, step} from '../../../../src/lib/features/register/report.ts';

const HASH = `0x${'ab'.repeat(32)}`;

describe('what aos register prints', () => {
  it('fits 80 columns, with every hash in one piece', () => {
    const tx = {
      txHash: HASH,
      state: 'mined',
      kind: 'send',
      title: 'register with the AVS',
      chainId: 1,
      from: '0x',
      to: '0x',
      nonce: 1,
      valueWei: 0n,
      maxFeePerGas: 1n,
      maxPriorityFeePerGas: 1n,
      signedAt: '',
      block: 25_000_000n,
      gasUsed: 639_710n,
      feeWei: 648_362_103_978_110n,
    };
    const lines = renderSteps([
      step('eigenlayer-operator', 'already', '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73'),
      step('bls-key', 'done', `${HASH}, with the registration`),
      step('avs', 'done', 'register with the AVS', {tx}),
      step('range', 'waiting', 'x'.repeat(30), {next: 'word '.repeat(40).trim()}),
    ]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toContain(`    ${HASH}`);
    expect(lines.slice(0, 5)).toMatchInlineSnapshot(`
      [
        "✓ already   EigenLayer operator  0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73",
        "✓ done      BLS key",
        "    0xabababababababababababababababababababababababababababababababab, with the",
        "    registration",
        "✓ done      AVS                  register with the AVS",
      ]
    `);
  });

  it('begins a line with each command that can be typed, so that -c FILE can be put into it', () => {
    const next = `${'word '.repeat(15)}end. To pay more for it: aos tx speed-up 0x12345678`;
    const lines = renderSteps([step('avs', 'pending', 'waits', {next})]);
    expect(lines).toContain('    → To pay more for it: aos tx speed-up 0x12345678');
  });

  it('keeps the columns of preconditions, and escapes what the chain says', () => {
    const lines = renderPreconditions([
      ok('gas-balance', '1 ETH', 'more'),
      done('bls-key', 'x', 'y'),
      fail('way-back', '\u001b[31mred', 'z', 'word '.repeat(40).trim()),
    ]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.slice(0, 3)).toMatchInlineSnapshot(`
      [
        "✓         gas-balance  1 ETH",
        "✓ already bls-key      x",
        "✗         way-back     \\x1b[31mred  (needed: z)",
      ]
    `);
  });
});
