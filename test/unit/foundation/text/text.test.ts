import {cellsOf, middle} from '../../../../src/lib/foundation/text/cells.ts';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {errorEnvelope, publicError, resultEnvelope} from '../../../../src/lib/cli/envelope.ts';
import {errorLines} from '../../../../src/lib/cli/error-lines.ts';
import {translateReferenceArgs} from '../../../../src/lib/cli/reference-args.ts';
import {jsonLine, safeText} from '../../../../src/lib/foundation/text/safe-text.ts';
import {codePoint} from '../../../support/any-text.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';

/** Control characters, bidirectional and zero-width marks, line separators, tags. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u;
const anyText = fc.string({unit: codePoint, maxLength: 200});

describe('outside text', () => {
  it('is harmless on a terminal, whatever it was', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(safeText(text)).not.toMatch(UNSAFE);
      }),
    );
    expect(safeText('a\u001b[2Jb\nc\u202ed')).toBe('a\\x1b[2Jb\\nc\\u{202e}d');
    expect(safeText('naïve 漢字 🙂')).toBe('naïve 漢字 🙂');
  });

  it('is cut without splitting a character', () => {
    expect(safeText('abcdef', 3)).toBe('abc…');
    expect(safeText('ab🙂', 3)).toBe('ab…');
    fc.assert(
      fc.property(anyText, fc.integer({min: 1, max: 50}), (text, limit) => {
        const safe = safeText(text, limit);
        expect(Buffer.from(safe).toString()).toBe(safe);
      }),
    );
  });

  it('as a JSON line is harmless, one line, and the same after parsing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), anyText, (value, text) => {
        const line = jsonLine({value, text});
        expect(line).not.toMatch(UNSAFE);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({value, text})));
      }),
    );
    expect(jsonLine({wei: 10n ** 20n})).toBe('{"wei":"100000000000000000000"}');
    expect(jsonLine({a: 1}, 2)).toBe('{\n  "a": 1\n}');
  });

  it('of ids is shortened in the middle', () => {
    expect(middle('short', 17)).toBe('short');
    expect(middle('0123456789abcdef0123456789', 9)).toBe('0123…6789');
    expect(middle(`ab${'x'.repeat(1_000)}スト`, 9)).toBe('abxx…スト');
    fc.assert(
      fc.property(anyText, fc.integer({min: 3, max: 30}), (text, width) => {
        expect(cellsOf(middle(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('the reference operator’s arguments', () => {
  it.each([
    [
      ['-c', './config.yaml'],
      ['run', '-c', './config.yaml'],
    ],
    [[], ['run']],
    [['--version'], ['--version']],
    [['-V'], ['--version']],
    [
      ['-c', 'x', '--help'],
      ['run', '--help'],
    ],
    [['-h'], ['run', '--help']],
  ])('%j', (argv, args) => expect(translateReferenceArgs(argv)).toEqual({args, note: null}));

  const PG = 'postgres://u:secret@h/db';
  it.each<[string[], string[] | null]>([
    [['-i', PG], null],
    [[`-i${PG}`], null],
    [['--init_pg', PG], null],
    [[`--init_pg=${PG}`], null],
    // Of a start script whose variable is empty.
    [['-i'], null],
    [
      ['-i', PG, '-c', 'x'],
      ['run', '-c', 'x'],
    ],
    [
      ['-c', 'x', '-i', '--json'],
      ['run', '-c', 'x', '--json'],
    ],
  ])('%j makes no database, says so, and repeats no secret', (argv, args) => {
    const {note, ...translated} = translateReferenceArgs(argv);
    expect(translated).toEqual({args});
    expect(note).toMatch(/-i\/--init_pg does nothing/);
    expect(note).not.toContain('secret');
  });

  it.each([['-k'], ['--eth_account']])('refuses %s with the aos way', (arg) => {
    const refused = (): unknown => translateReferenceArgs(['-c', 'x', '-i', PG, arg]);
    expect(refused).toThrow(expect.objectContaining({code: 'USAGE', exitCode: 64}) as Error);
    expect(refused).toThrow(/^(?!.*secret)/);
  });
});

describe('the output of a command', () => {
  const meta = {version: '1', at: 0, durationMs: 1};
  it.each([
    [0, true],
    [3, false],
    [4, true],
    [8, false],
  ])('with exit %d has ok %s', (exitCode, ok) => {
    expect(resultEnvelope('x', {exitCode, result: {n: 1n}, warnings: []}, meta)).toMatchObject({
      schema: 'aos.x/v1',
      ok,
      exitCode,
      meta: {at: '1970-01-01T00:00:00.000Z'},
    });
  });

  it('shows of an error only what may be shown', () => {
    const error = new AosError('SIGNER_UNREACHABLE', 'down', {
      cause: new Error('http://u:secret@h'),
      next: say('start it'),
    });
    expect(errorEnvelope(error)).toMatchObject({
      ok: false,
      exitCode: 69,
      error: {code: 'SIGNER_UNREACHABLE', next: 'start it'},
    });
    expect(JSON.stringify(errorEnvelope(error))).not.toContain('secret');
    expect(Object.keys(publicError(error))).toEqual(['code', 'category', 'message', 'hint', 'next']);
  });

  it('says an error in lines that are safe', () => {
    const lines = errorLines(new AosError('USAGE', 'one\ntwo \u001b[31m', {next: say('type this')}));
    expect(lines.slice(0, 2)).toEqual(['Error: one', 'two \\x1b[31m']);
    expect(lines.at(-1)).toBe('  next   type this');
  });
});
