import {describe, expect, it} from 'vitest';
import {errorLines} from '../../../src/lib/cli/error-lines.ts';
import {renderNext} from '../../../src/lib/cli/next-step.ts';
import {terminalLines} from '../../../src/lib/cli/terminal-lines.ts';
import {AosError} from '../../../src/lib/foundation/errors/error.ts';
import {run} from '../../../src/lib/foundation/next-step/next-step.ts';
import {cellsOf} from '../../../src/lib/foundation/text/cells.ts';

const ADDRESS = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const error = new AosError(
  'CONFIG_MISSING',
  `there is no configuration file\nconfiguration  node.node_id  is missing, e.g. ${ADDRESS} 运营商`,
  {
    cause: new Error('ENOENT: no such file or directory, open /etc/aos/config.yaml'),
    next: run('init', [], 'Name it with -c FILE or AOS_CONFIG, or make it'),
  },
);
const wordsOf = (lines: readonly string[]): string[] => lines.join(' ').split(/ +/).filter(Boolean);

describe('an error on a terminal', () => {
  it.each([40, 60, 80, 120])('cuts no word at %i columns, and wraps only there', (width) => {
    const lines = errorLines(error, renderNext, width);
    expect(wordsOf(lines)).toEqual(wordsOf(errorLines(error)));
    for (const line of lines) if (!line.includes(ADDRESS)) expect(cellsOf(line)).toBeLessThanOrEqual(width);
    expect(lines.filter((line) => cellsOf(line) > width).map((line) => line.trim())).toEqual(
      width === 40 ? [ADDRESS] : [],
    );
  });

  it('hangs its texts beside their names, and below them where there is little room', () => {
    expect(errorLines(error, renderNext, 60).join('\n')).toMatchInlineSnapshot(`
      "Error: there is no configuration file
      configuration  node.node_id  is missing, e.g.
                     0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73
                     运营商
        code   CONFIG_MISSING
        cause  ENOENT: no such file or directory, open
               /etc/aos/config.yaml
        means  No configuration file was found.
        next   Name it with -c FILE or AOS_CONFIG, or make it:
                 aos init"
    `);
    expect(errorLines(error, renderNext, 36).join('\n')).toMatchInlineSnapshot(`
      "Error: there is no configuration
        file
      configuration  node.node_id  is
        missing, e.g.
        0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73
        运营商
        code   CONFIG_MISSING
        cause
          ENOENT: no such file or
          directory, open
          /etc/aos/config.yaml
        means
          No configuration file was found.
        next
          Name it with -c FILE or
          AOS_CONFIG, or make it:
            aos init"
    `);
  });

  it('is one line for each text where there is no terminal', () => {
    expect(errorLines(error)).toHaveLength(6);
  });

  it('gives a command that does not fit a line of its own', () => {
    const next = run(
      'signer check',
      ['-c', '/etc/aos/a/long/path/to/the/config.yaml'],
      'Start Web3Signer, then',
    );
    expect(
      errorLines(new AosError('SIGNER_UNREACHABLE', 'no answer', {next}), renderNext, 70).slice(-2),
    ).toEqual([
      '  next   Start Web3Signer, then:',
      '           aos signer check -c /etc/aos/a/long/path/to/the/config.yaml',
    ]);
  });
});

describe('lines on a terminal', () => {
  it('continue below their text, and a command stays whole', () => {
    expect(terminalLines('  costs       up to 0.0042 ETH of 1.5 ETH that node_id has', 45)).toEqual([
      '  costs       up to 0.0042 ETH of 1.5 ETH',
      '              that node_id has',
    ]);
    expect(terminalLines('warning: the clock of this machine is off', 24)).toEqual([
      'warning: the clock of',
      '  this machine is off',
    ]);
    const command = '  aos run -c /etc/aos/config.yaml';
    expect(terminalLines(command, 20)).toEqual([command]);
    expect(terminalLines(`a long line\n${command}`, null)).toEqual(['a long line', command]);
  });
});
