import {run, say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {listStyle} from '../../../support/list-style.ts';
import {describe, expect, it} from 'vitest';
import {done, fail, ok} from '../../../../src/lib/peers/chain/precondition.ts';
import {preconditionLines, step, stepLines} from '../../../../src/lib/features/register/report.ts';

const HASH = `0x${'ab'.repeat(32)}`;

const STYLE = listStyle({width: 80});

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
    const lines = stepLines(
      [
        step('eigenlayer-operator', 'already', '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73'),
        step('bls-key', 'done', `${HASH}, with the registration`),
        step('avs', 'done', 'register with the AVS', {tx}),
        step('range', 'waiting', 'x'.repeat(30), {next: say('word '.repeat(40).trim())}),
      ],
      STYLE,
    );
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toContain(`    ${HASH}`);
    expect(lines.slice(0, 5)).toMatchInlineSnapshot(`
      [
        "✓ EigenLayer operator  already: 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73",
        "✓ BLS key",
        "    done: 0xabababababababababababababababababababababababababababababababab,",
        "    with the registration",
        "✓ AVS",
      ]
    `);
  });

  it('says of a call who sends it, and how long it is taken', () => {
    const call = {
      title: 'register',
      from: '0xFE',
      to: '0xAB',
      valueWei: 0n,
      data: HASH,
      validUntil: '2026-01-01T00:00:00Z',
    };
    expect(stepLines([step('avs', 'planned', 'register with the AVS', {call})], STYLE).slice(1)).toEqual([
      '    from  0xFE',
      '    to    0xAB',
      '    value 0',
      `    data  ${HASH}`,
      '    until 2026-01-01T00:00:00Z, when the signature in it expires',
    ]);
  });

  it('keeps a command in one piece, so that it can be copied', () => {
    const next = run('tx speed-up', ['0x12345678'], `${'word '.repeat(15)}end. To pay more for it`);
    const lines = stepLines([step('avs', 'pending', 'waits', {next})], STYLE);
    expect(lines.map((line) => line.trim())).toContain('aos tx speed-up 0x12345678');
  });

  it('keeps the columns of preconditions, and escapes what the chain says', () => {
    const lines = preconditionLines(
      [
        ok('gas-balance', '1 ETH', 'more'),
        done('bls-key', 'x', 'y'),
        fail('reregistration', '\u001b[31mred', 'z', say('word '.repeat(40).trim())),
      ],
      STYLE,
    );
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.slice(0, 3)).toMatchInlineSnapshot(`
      [
        "✓ gas-balance     1 ETH (needed: more)",
        "✓ bls-key         already: x (needed: y)",
        "✗ reregistration  \\x1b[31mred (needed: z)",
      ]
    `);
  });
});
