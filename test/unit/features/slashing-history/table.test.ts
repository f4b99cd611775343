import {wrap} from '../../../../src/lib/foundation/text/cells.ts';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Coverage, SlashingHistory} from '../../../../src/lib/peers/chain/slashing.ts';
import {row, totalsOf, type HistoryRow} from '../../../../src/lib/peers/chain/slashing-rows.ts';
import {csvLine} from '../../../../src/lib/foundation/text/csv.ts';
import {decimal, shortDecimal} from '../../../../src/lib/foundation/text/amounts.ts';
import {answerOf, historyJson, historyTable} from '../../../../src/lib/features/slashing-history/table.ts';
import {fitTable} from '../../../../src/lib/foundation/text/table.ts';

const OPERATOR = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const AVS = '0x500C4E641b5d61026f26148Ab9363EB3241C08f3';
const STRATEGY = '0x93c4b944D05dfe6df7645A86cd2206016c51564D';
const TX = `0x${'c4'.repeat(32)}`;

const slash = (over: Partial<HistoryRow> = {}): HistoryRow =>
  row({
    kind: 'slash',
    source: 'slashing',
    at: Date.UTC(2026, 5, 1, 12, 30),
    block: 22_500_000,
    txHash: TX,
    logIndex: 3,
    avs: AVS,
    operatorSet: 0,
    strategy: STRATEGY,
    wad: 125_000_000_000_000_000n,
    amount: 1_500_000_000_000_000_001n,
    symbol: 'stETH',
    decimals: 18,
    token: '0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84',
    rate: 'at-block',
    description: 'missed 12 tasks',
    executed: true,
    ...over,
  });
const penalty = (over: Partial<HistoryRow> = {}): HistoryRow =>
  row({
    kind: 'penalty',
    source: 'penalty-ledger',
    at: Date.UTC(2026, 6, 1),
    block: 22_600_000,
    txHash: TX,
    logIndex: 0,
    amount: 100_000_000_000_000_000n,
    symbol: 'ETH',
    decimals: 18,
    rate: 'at-block',
    description: 'penalty 0 recorded, Offline',
    executed: false,
    ...over,
  });
const READ: Coverage = {id: 'slashing', contract: AVS, covered: true, from: 22_218_956, to: 24_000_000};

function history(rows: HistoryRow[], sources: Coverage[] = [READ]): SlashingHistory {
  return {
    operator: OPERATOR,
    chainId: 1,
    endpoint: 'rpc.example.org',
    range: {from: 22_218_956, to: 24_000_000, fromAt: Date.UTC(2025, 3, 8), toAt: Date.UTC(2026, 10, 23)},
    finalBlock: 23_999_936,
    rows,
    totals: totalsOf(rows),
    sources,
    notKept: null,
    scan: {requests: 179, logs: 1, window: 10_000, ms: 5_000},
  };
}

describe('the answer', () => {
  const missing: Coverage = {
    id: 'challenge',
    contract: null,
    covered: false,
    kind: 'missing',
    reason: 'no contract',
  };
  const absent: Coverage = {...missing, kind: 'absent'};
  it.each([
    ['nothing', [], [READ, absent], 0, 'clean'],
    ['an executed slash', [slash()], [READ], 3, 'slashed'],
    ['one that is not final yet', [slash({state: 'not final'})], [READ], 3, 'slashed'],
    ['an executed penalty', [penalty({executed: true})], [READ], 3, 'slashed'],
    ['a recorded penalty', [penalty()], [READ], 4, 'warned'],
    ['a cancelled request', [penalty({kind: 'request', cancelled: true})], [READ], 0, 'clean'],
    ['an ejection', [penalty({kind: 'ejection', executed: true})], [READ], 4, 'warned'],
    ['a source that could not be read', [], [READ, missing], 4, 'warned'],
    [
      'registrations and challenges only',
      [penalty({kind: 'registration', executed: true}), penalty({kind: 'challenge'})],
      [READ],
      0,
      'clean',
    ],
  ] as const)('to %s', (_what, rows, sources, exitCode, verdict) => {
    expect(answerOf(history([...rows], [...sources]))).toMatchObject({exitCode, verdict});
  });

  it('is a sentence with the blocks it speaks of', () => {
    expect(answerOf(history([])).statement).toMatchInlineSnapshot(
      `"No slashing of 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 was executed in blocks 22218956 to 24000000 (2025-04-08 to 2026-11-23)."`,
    );
    expect(answerOf(history([slash(), penalty()])).statement).toMatchInlineSnapshot(
      `"0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 was slashed: 1 executed entry in blocks 22218956 to 24000000 (2025-04-08 to 2026-11-23), 1.500000000000000001 stETH. 1 penalty is recorded and not executed, 0.1 ETH."`,
    );
    expect(answerOf(history([], [missing])).statement).toMatchInlineSnapshot(
      `"No slashing of 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 was executed in blocks 22218956 to 24000000 (2025-04-08 to 2026-11-23), as far as could be read: EigenLayer’s own slashing was not. Not covered: challenge."`,
    );
  });
});

describe('the table', () => {
  const shown = (rows: HistoryRow[], width: number): string => {
    const told = history(rows);
    return historyTable(told, answerOf(told), width);
  };

  it('is wide where there is room', () => {
    expect(shown([slash(), penalty()], 10_000)).toMatchInlineSnapshot(`
      "0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 was slashed: 1 executed entry in blocks 22218956 to 24000000 (2025-04-08 to 2026-11-23), 1.500000000000000001 stETH. 1 penalty is recorded and not executed, 0.1 ETH.

      TIME (UTC)           BLOCK  TX           SOURCE          AVS/SET        STRATEGY     PERCENT      AMOUNT  STATE     DESCRIPTION
      2026-06-01 12:30  22500000  0xc4c…4c4c4  slashing        0x500…C08f3/0  0x93c…1564D   12.5 %  ~1.5 stETH  executed  missed 12 tasks
      2026-07-01 00:00  22600000  0xc4c…4c4c4  penalty-ledger                                          0.1 ETH  recorded  penalty 0 recorded, Offline

      total  1.500000000000000001 stETH executed, 0 recorded
      total  0 ETH executed, 0.1 recorded

      read slashing 0x500C4E641b5d61026f26148Ab9363EB3241C08f3 blocks 22218956 to 24000000"
    `);
  });

  it.each([60, 80, 100, 120])('fits into %i columns', (width) => {
    const text = shown([slash({description: 'x'.repeat(200)}), penalty({state: 'not final'})], width);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(text).toContain('22500000');
    // Below its row there is room for what an explorer takes.
    expect(text.replace(/\s/g, '').includes(TX)).toBe(width < 120);
    expect(text.replace(/\s/g, '')).toContain('x'.repeat(200));
  });

  it('shows nothing that could move a cursor', () => {
    const text = shown([slash({description: 'a\u001b[2Jb\u202ec\nd', symbol: 'E\u001b[31mTH'})], 10_000);
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text).toContain('a\\x1b[2Jb');
  });
});

describe('JSON', () => {
  it('has times as RFC 3339 and every row’s facts', () => {
    const told = history([slash()]);
    expect(historyJson(told, answerOf(told))).toMatchObject({
      verdict: 'slashed',
      range: {fromBlock: '22218956', fromTime: '2025-04-08T00:00:00.000Z'},
      rows: [
        {
          time: '2026-06-01T12:30:00.000Z',
          percent: '12.5',
          amount: 1_500_000_000_000_000_001n,
          rate: 'at-block',
          state: 'executed',
        },
      ],
      sources: [{id: 'slashing', covered: true, fromBlock: '22218956', toBlock: '24000000'}],
    });
  });
});

describe('the statement', () => {
  it('says which executed entries a reorg can still undo', () => {
    const {statement} = answerOf(history([slash(), slash({state: 'not final'})]));
    expect(statement).toContain('1 of 2 not final yet');
    expect(answerOf(history([slash()])).statement).not.toContain('not final');
  });
});

describe('the statement', () => {
  it('tells penalties from requests that wait for their execution', () => {
    const request = penalty({
      kind: 'request',
      source: 'avs-slasher',
      amount: null,
      symbol: null,
      decimals: null,
    });
    expect(answerOf(history([penalty(), penalty(), request])).statement).toContain(
      '2 penalties are recorded and not executed, 0.2 ETH. 1 request to slash is pending.',
    );
    expect(answerOf(history([request, request]))).toMatchObject({
      exitCode: 4,
      statement: expect.stringMatching(/23\)\. 2 requests to slash are pending\.$/) as string,
    });
  });
});

describe('the verdict', () => {
  const nothing = slash({source: 'zero-slash', wad: 0n, amount: null, symbol: null, decimals: null});
  const report = slash({source: 'avs-slasher', wad: null, amount: null, symbol: null, decimals: null});

  it('is a warning where a slash took nothing', () => {
    expect(answerOf(history([nothing]))).toMatchObject({
      verdict: 'warned',
      exitCode: 4,
      statement: expect.stringMatching(
        /^No slashing of .* was executed in .* 1 slash took nothing, because nothing was allocated at that time\.$/,
      ) as string,
    });
  });

  it('counts a slash by a slasher once, however many contracts log it', () => {
    expect(answerOf(history([slash(), report])).statement).toContain('was slashed: 1 executed entry in');
    expect(answerOf(history([nothing, report])).verdict).toBe('warned');
    const elsewhere = slash({...report, txHash: `0x${'c5'.repeat(32)}`});
    expect(answerOf(history([slash(), elsewhere])).statement).toContain('2 executed entries');
    expect(answerOf(history([report])).verdict).toBe('slashed');
  });

  it('counts the removals of one transaction as one', () => {
    const out = slash({kind: 'ejection', source: 'set-changes'});
    expect(answerOf(history([out, out])).statement).toContain('ejected or removed 1 time.');
  });
});

describe('csvLine', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' =1', "' =1"],
    ['\t=1', "'\t=1"],
    ['\uff1d1+1', "'\uff1d1+1"],
    ['\uff20SUM(A1)', "'\uff20SUM(A1)"],
    ['', ''],
  ])('%j becomes %j', (text, cell) => {
    const quoted = csvLine([text, 'x']);
    expect(quoted.endsWith(',x')).toBe(true);
    expect(quoted.slice(0, -2).replaceAll(/^"(.*)"$/gs, '"$1"')).toBe(cell);
  });

  it('never starts a cell with what a spreadsheet runs', () => {
    fc.assert(
      fc.property(
        fc.string({unit: fc.constantFrom('=', '+', '-', '@', ' ', '\t', '"', ',', 'a', '\n')}),
        (text) => {
          const cell = csvLine([text]).replace(/^"/, '');
          expect(cell.trimStart()).not.toMatch(/^[=+\-@]/);
        },
      ),
    );
  });
});

describe('numbers', () => {
  it('are written without rounding', () => {
    expect(decimal(1_500_000_000_000_000_001n, 18)).toBe('1.500000000000000001');
    expect(decimal(0n, 18)).toBe('0');
    expect(decimal(1n, 16)).toBe('0.0000000000000001');
    expect(decimal(5n, 0)).toBe('5');
    expect(shortDecimal(1_500_000_000_000_000_001n, 18, 6)).toBe('~1.5');
    expect(shortDecimal(125n, 2, 4)).toBe('1.25');
  });

  it('of a recorded and executed penalty count once', () => {
    const rows = [penalty({cancelled: true}), penalty({executed: true}), penalty()];
    expect(totalsOf(rows)).toMatchObject([{executed: 10n ** 17n, recorded: 10n ** 17n}]);
  });
});

describe('fitTable and wrap', () => {
  it('lose no word at any width', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,30}$/), {maxLength: 20}),
        fc.integer({min: 5, max: 40}),
        (words, width) => {
          const lines = wrap(words.join(' '), width);
          expect(lines.every((line) => line.length <= width)).toBe(true);
          expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
        },
      ),
    );
  });

  it('leaves out columns without content', () => {
    const column = (head: string, cells: string[], below: number) => ({head, cells, below});
    expect(fitTable([column('A', ['1'], 1), column('B', [''], 2), column('C', ['3'], 3)], 80)).toEqual([
      'A  C',
      '1  3',
    ]);
  });
});
