import {describe, expect, it} from 'vitest';
import type {SignerReport} from '../../../../src/lib/features/signer/check.ts';
import {verdictExit} from '../../../../src/lib/cli/verdict-exit.ts';
import {renderSignerReport} from '../../../../src/lib/features/signer/text.ts';

const report: SignerReport = {
  verdict: 'fail',
  signer: 'http://127.0.0.1:9000',
  address: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
  chainId: null,
  accounts: [],
  latency: null,
  steps: [
    {
      id: 'upcheck',
      state: 'ok',
      asked: 'GET /upcheck at 127.0.0.1:9000',
      got: 'HTTP 200 OK',
      means: 'Web3Signer is up',
      fix: null,
      ms: 1,
    },
    {
      id: 'healthcheck',
      state: 'warn',
      asked: 'GET /healthcheck',
      got: 'HTTP 404 \u001b[2J',
      means: 'a proxy hides it',
      fix: 'Let it through.',
      ms: 1,
    },
    {
      id: 'eth_accounts',
      state: 'fail',
      asked: 'eth_accounts',
      got: '[]',
      means: 'no key is loaded',
      fix: 'Check the key directory.',
      ms: 1,
    },
    {
      id: 'eth_sign',
      state: 'skipped',
      asked: '',
      got: '',
      means: 'needs eth_accounts to pass',
      fix: null,
      ms: 0,
    },
  ],
};

describe('renderSignerReport', () => {
  it('gives a line a step, with a fix under what is not well', () => {
    expect(renderSignerReport(report, {color: false})).toMatchInlineSnapshot(`
      "✓ upcheck              GET /upcheck at 127.0.0.1:9000 → HTTP 200 OK: Web3Signer is up
      ! healthcheck          GET /healthcheck → HTTP 404 \\x1b[2J: a proxy hides it
                             fix: Let it through.
      ✗ eth_accounts         eth_accounts → []: no key is loaded
                             fix: Check the key directory.
      · eth_sign             skipped: needs eth_accounts to pass
      signer check: 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 at http://127.0.0.1:9000: 1 ok, 1 to look at, 1 failed, 1 skipped
      "
    `);
  });

  it('breaks lines below their own text at the width of the terminal', () => {
    const told = {
      ...report,
      steps: report.steps.slice(0, 2).map((step) => ({...step, means: 'word '.repeat(30).trim()})),
    };
    for (const width of [200, 120, 80, 60, 40]) {
      const lines = renderSignerReport(told, {color: false, width}).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(lines.join(' ').match(/word/g)).toHaveLength(60);
      const plain = renderSignerReport(told, {color: true, width}).replaceAll(/\u001b\[\d+m/g, '');
      expect(plain.split('\n')).toEqual(lines);
    }
    expect(renderSignerReport({...told, steps: told.steps.slice(0, 1)}, {color: false, width: 60}))
      .toMatchInlineSnapshot(`
      "✓ upcheck              GET /upcheck at 127.0.0.1:9000 → HTTP
                             200 OK: word word word word word word
                             word word word word word word word
                             word word word word word word word
                             word word word word word word word
                             word word word
      signer check: 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 at
      http://127.0.0.1:9000: 1 ok, 0 to look at, 0 failed
      "
    `);
    expect(renderSignerReport({...told, steps: told.steps.slice(1)}, {color: false, width: 40}))
      .toMatchInlineSnapshot(`
      "! healthcheck
          GET /healthcheck → HTTP 404 \\x1b[2J:
          word word word word word word word
          word word word word word word word
          word word word word word word word
          word word word word word word word
          word word
          fix: Let it through.
      signer check:
      0xFE3B557E8Fb62b89F4916B721be55cEb828dBd
      73 at http://127.0.0.1:9000: 0 ok, 1 to
      look at, 0 failed
      "
    `);
  });

  it('has an ASCII form', () => {
    const text = renderSignerReport(
      {...report, steps: report.steps.map((step) => ({...step, got: 'the signer’s…'}))},
      {color: false, ascii: true},
    );
    expect(text).toMatch(/^[\x00-\x7f]*$/);
    expect(text.split('\n').map((line) => line.slice(0, 3))).toEqual([
      'ok ',
      '!! ',
      '   ',
      'XX ',
      '   ',
      '-- ',
      'sig',
      '',
    ]);
  });

  it('never lets an escape sequence of the other side through', () => {
    expect(renderSignerReport(report, {color: false})).not.toContain('\u001b');
    expect(renderSignerReport(report, {color: true})).not.toContain('\u001b[2J');
    expect(renderSignerReport(report, {color: true})).toContain('\u001b[31m✗');
  });

  it.each([
    ['ok', 0],
    ['warn', 4],
    ['fail', 3],
  ] as const)('exits %s with %i', (verdict, code) => {
    expect(verdictExit(verdict)).toBe(code);
  });
});
