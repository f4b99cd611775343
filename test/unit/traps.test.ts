import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {jsonLine} from '../../src/lib/foundation/text/safe-text.ts';

const ROOT = path.join(import.meta.dirname, '../..');

/** Traps of what we build on, each measured once, and the test that would fail if we stepped into it again. */
const TRAPS: readonly [trap: string, file: string, test: string][] = [
  [
    'oclif exits 1 with --json, whatever the error says',
    'e2e/contract.test.ts',
    'ends by itself, asks nothing, and never takes a missing answer for a yes',
  ],
  [
    'oclif prints its whole Config and argv in a JSON error',
    'e2e/refusals.test.ts',
    'repeats no secret of the command line',
  ],
  [
    'oclif says warnings on no stream with --json',
    'e2e/signer-check.test.ts',
    "'schema', 'ok', 'exitCode', 'result', 'warnings', 'meta'",
  ],
  ['oclif writes nothing for a bigint', 'unit/traps.test.ts', 'a bigint is a decimal string in JSON'],
  [
    'oclif answers an unknown command in plain text with --json',
    'e2e/contract.test.ts',
    'is JSON with --json, also where there is no such command, schema or code',
  ],
  [
    'oclif evaluates defaults of flags into the manifest',
    'unit/traps.test.ts',
    'the manifest knows nothing of the machine it was made on',
  ],
  [
    'with a manifest oclif loads dist, never src',
    'unit/traps.test.ts',
    'there is no entry point for development',
  ],
  [
    'oclif swallows EPIPE on stdout alone',
    'e2e/streams.test.ts',
    'goes on when stderr is closed from the start',
  ],
  ['a pipe whose reader goes away', 'e2e/contract.test.ts', 'a reader that goes away'],
  [
    'inquirer ends with 0 at the end of its input',
    'e2e/contract.test.ts',
    'names all that is missing at once',
  ],
  ['inquirer draws on stdout', 'unit/traps.test.ts', 'questions are drawn on stderr'],
  [
    'inquirer draws a long paste anew for each character',
    'e2e/init.test.ts',
    'a paste of 1 MB or of escape sequences harms nothing',
  ],
  [
    'Node lets FORCE_COLOR win over NO_COLOR, and warns',
    'unit/cli/terminal-style.test.ts',
    'has the packages that look by themselves decide alike, and Node say nothing',
  ],
  [
    'ink writes only its last frame into a pipe',
    'e2e/dash.test.ts',
    'refuses what it cannot do, with the way',
  ],
  [
    'ink takes CI for “no terminal”',
    'e2e/dash.test.ts',
    'attaches, also with CI set, and q leaves the terminal as it was',
  ],
  [
    'React keeps a measurement of every render unless it is built for production',
    'e2e/dash.test.ts',
    'runs React for production: no measurement entries pile up',
  ],
  [
    'Ctrl-C is no signal in raw mode',
    'e2e/dash.test.ts',
    'Ctrl-C is a key here: it closes the dashboard, not the operator',
  ],
  [
    'ink draws one row too low after its first frame',
    'integration/features/dashboard/painter.test.ts',
    'shows after N frames what a fresh drawing of the last one shows',
  ],
  [
    'a terminal is written to synchronously on Linux',
    'e2e/terminal.test.ts',
    'a terminal that is not read stops neither the operator nor its end',
  ],
  [
    'a child that is killed leaves the terminal raw',
    'e2e/dashboard-child.test.ts',
    'that is killed is started again, once, and the terminal is as it was',
  ],
  ['Ctrl-Z leaves the alternate screen on', 'e2e/dash.test.ts', 'Ctrl-Z suspends it, and fg draws it again'],
  ['ink, react and viem are slow to load', 'e2e/help.test.ts', 'starts without what a command does not need'],
  ['commands without a manifest are slow to start', 'e2e/help.test.ts', 'loads no module of the build'],
  [
    'fake timers of vitest miss node:timers/promises',
    'unit/traps.test.ts',
    'no test fakes timers or modules',
  ],
  [
    'yaml reads 0x… as a number',
    'integration/config/load.test.ts',
    'keeps every digit, however a value is quoted',
  ],
  [
    'pino escapes C0 controls alone',
    'unit/node/events/lines.test.ts',
    'are one harmless line each, in every format, however hostile the text',
  ],
];

describe('the traps of what we build on', () => {
  it.each(TRAPS)('%s: %s, “%s”', (_trap, file, name) => {
    expect(readFileSync(path.join(ROOT, 'test', file), 'utf8')).toContain(name);
  });

  it('a bigint is a decimal string in JSON', () => {
    expect(jsonLine({wei: 2n ** 70n, list: [1n]})).toBe('{"wei":"1180591620717411303424","list":["1"]}');
  });

  it('the manifest knows nothing of the machine it was made on', () => {
    const manifest = readFileSync(path.join(ROOT, 'oclif.manifest.json'), 'utf8');
    for (const here of [ROOT, homedir(), process.cwd()])
      if (here.length > 1) expect(manifest).not.toContain(`"${here}`);
    expect(manifest).not.toMatch(/"(?:\/(?:home|root|tmp|Users|var)\/|[A-Z]:\\\\)/);
  });

  it('there is no entry point for development', () => {
    expect(readdirSync(path.join(ROOT, 'bin')).sort()).toEqual(['operator-runer.cjs', 'run.cjs']);
    expect(existsSync(path.join(ROOT, 'oclif.manifest.json'))).toBe(true);
  });

  it('questions are drawn on stderr', () => {
    const text = readFileSync(path.join(ROOT, 'src/lib/cli/prompt.ts'), 'utf8');
    expect(text).toMatch(/output: process\.stderr/);
  });

  it('no test fakes timers or modules', () => {
    const files = readdirSync(path.join(ROOT, 'test'), {recursive: true, encoding: 'utf8'});
    const faking = files
      .filter((name) => name.endsWith('.ts') && !name.endsWith('traps.test.ts'))
      .filter((name) =>
        /vi\.(?:mock|doMock|useFakeTimers)\(/.test(readFileSync(path.join(ROOT, 'test', name), 'utf8')),
      );
    expect(faking).toEqual([]);
  });
});
