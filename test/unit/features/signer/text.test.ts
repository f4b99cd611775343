import {palette} from '../../../../src/lib/cli/palette.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {listStyle} from '../../../support/list-style.ts';
import {describe, expect, it} from 'vitest';
import type {SignersReport} from '../../../../src/lib/features/signer/check-line.ts';
import {verdictExit} from '../../../../src/lib/cli/verdict-exit.ts';
import {signerText} from '../../../../src/lib/features/signer/text.ts';

const report: SignersReport = {
  verdict: 'fail',
  signer: 'http://127.0.0.1:9000',
  address: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
  chainId: null,
  accounts: [],
  latency: null,
  standby: [],
  steps: [
    {
      id: 'signer.upcheck',
      state: 'ok',
      asked: 'GET /upcheck at 127.0.0.1:9000',
      found: 'HTTP 200 OK',
      means: 'Web3Signer is up',
      next: null,
      because: null,
      ms: 1,
    },
    {
      id: 'signer.healthcheck',
      state: 'warn',
      asked: 'GET /healthcheck',
      found: 'HTTP 404 \u001b[2J',
      means: 'a proxy hides it',
      next: say('Let it through.'),
      because: null,
      ms: 1,
    },
    {
      id: 'signer.accounts',
      state: 'fail',
      asked: 'eth_accounts',
      found: '[]',
      means: 'no key is loaded',
      next: say('Check the key directory.'),
      because: null,
      ms: 1,
    },
    {
      id: 'signer.sign',
      state: 'skipped',
      asked: '',
      found: '',
      means: 'needs signer.accounts to pass',
      next: null,
      because: 'signer.accounts',
      ms: 0,
    },
  ],
};

const text = (over: Parameters<typeof listStyle>[0] = {}, all = false, told = report): string =>
  signerText(told, listStyle(over), {all});

describe('signerText', () => {
  it('folds what is well, gives the next step of what is not, and ends with the verdict', () => {
    expect(text()).toMatchInlineSnapshot(`
      "! signer.healthcheck  HTTP 404 \\x1b[2J: a proxy hides it
                            → Let it through.
      ✗ signer.accounts     []: no key is loaded
                            → Check the key directory.
      ✓ signer              1 passed, 1 skipped (needs signer.accounts)

      Signer: 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 at http://127.0.0.1:9000
      Problems found: 1 failed, 1 warning (1 passed, 1 skipped)
      Fix first: signer.accounts → Check the key directory."
    `);
  });

  it('shows every step with --all', () => {
    expect(text({}, true)).toMatchInlineSnapshot(`
      "✓ signer.upcheck      GET /upcheck at 127.0.0.1:9000 → HTTP 200 OK: Web3Signer is up
      ! signer.healthcheck  GET /healthcheck → HTTP 404 \\x1b[2J: a proxy hides it
                            → Let it through.
      ✗ signer.accounts     eth_accounts → []: no key is loaded
                            → Check the key directory.
      · signer.sign         skipped: needs signer.accounts to pass

      Signer: 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 at http://127.0.0.1:9000
      Problems found: 1 failed, 1 warning (1 passed, 1 skipped)
      Fix first: signer.accounts → Check the key directory."
    `);
  });

  it('lists what stands in by itself, with its failures as warnings', () => {
    const {standby: _, ...other} = {...report, signer: 'http://10.0.0.8:9000'};
    const told: SignersReport = {
      ...report,
      verdict: 'warn',
      steps: report.steps.slice(0, 1),
      latency: {p50: 2, p95: 3, n: 10},
      standby: [other],
    };
    expect(text({}, false, told)).toMatchInlineSnapshot(`
      "✓ signer  1 passed

      Stands in: http://10.0.0.8:9000
      ! signer.healthcheck  HTTP 404 \\x1b[2J: a proxy hides it
                            → Let it through.
      ! signer.accounts     []: no key is loaded
                            → Check the key directory.
      ✓ signer              1 passed, 1 skipped (needs signer.accounts)

      Signer: 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 at http://127.0.0.1:9000, eth_sign p50 2 ms, p95
      3 ms
      OK with 2 warnings (2 passed, 1 skipped)
      Fix first: signer.healthcheck at 10.0.0.8:9000 → Let it through."
    `);
  });

  it('breaks lines below their own text at the width of the terminal', () => {
    const told = {
      ...report,
      steps: report.steps.slice(0, 2).map((step) => ({...step, means: 'word '.repeat(30).trim()})),
    };
    for (const width of [200, 120, 80, 60, 40]) {
      const lines = text({width}, true, told).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(lines.join(' ').match(/word/g)).toHaveLength(60);
      const plain = text({width, paint: palette(true)}, true, told).replaceAll(/\u001b\[[\d;]+m/g, '');
      expect(plain.split('\n')).toEqual(lines);
    }
    expect(text({width: 60}, true, {...told, steps: told.steps.slice(0, 1)})).toMatchInlineSnapshot(`
      "✓ signer.upcheck  GET /upcheck at 127.0.0.1:9000 → HTTP 200
                        OK: word word word word word word word
                        word word word word word word word word
                        word word word word word word word word
                        word word word word word word word

      Signer: 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 at
      http://127.0.0.1:9000
      OK (1 passed)"
    `);
    expect(text({width: 40}, true, {...told, steps: told.steps.slice(1)})).toMatchInlineSnapshot(`
      "! signer.healthcheck
          GET /healthcheck → HTTP 404 \\x1b[2J:
          word word word word word word word
          word word word word word word word
          word word word word word word word
          word word word word word word word
          word word
          → Let it through.

      Signer:
      0xFE3B557E8Fb62b89F4916B721be55cEb828dBd
      73 at http://127.0.0.1:9000
      OK with 1 warning
      Fix first: signer.healthcheck → Let it
        through."
    `);
  });

  it('has an ASCII form', () => {
    const told = {...report, steps: report.steps.map((step) => ({...step, found: 'the signer’s…'}))};
    const lines = text({ascii: true}, true, told);
    expect(lines).toMatch(/^[\x00-\x7f]*$/);
    expect(lines).toMatch(
      /^\+ signer\.upcheck[^]*^! signer\.healthcheck[^]*^x signer\.accounts[^]*^- signer\.sign/m,
    );
  });

  it('never lets an escape sequence of the other side through', () => {
    const painted = text({paint: palette(true)});
    expect(text()).not.toContain('\u001b');
    expect(painted).not.toContain('\u001b[2J');
    expect(painted).toContain('\u001b[1;31m✗');
  });

  it.each([
    ['ok', 0],
    ['warn', 4],
    ['fail', 3],
  ] as const)('exits %s with %i', (verdict, code) => {
    expect(verdictExit(verdict)).toBe(code);
  });
});
