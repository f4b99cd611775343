import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, expectTypeOf, it} from 'vitest';
import type {OutputWarning} from '../../../../src/lib/cli/envelope.ts';
import type {ConfigWarning} from '../../../../src/lib/config/config.ts';
import type {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {Alert} from '../../../../src/lib/node/alerts/due.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {
  allCodes,
  type Code,
  CODES,
  type ErrorCode,
  EXIT,
  isErrorCode,
  type NoticeCode,
} from '../../../../src/lib/foundation/errors/table.ts';
import {EXIT_CODES, exitCodesText} from '../../../../src/lib/features/explain/exit-codes.ts';
import {
  codeListText,
  explain,
  explainedCodes,
  explanationText,
  meantCodes,
} from '../../../../src/lib/features/explain/explain.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import {LEAVE_EXPLAINED} from '../../../../src/lib/features/register/leave-explained.ts';
import {CHECK_IDS} from '../../../../src/lib/features/doctor/registry.ts';
import {EXPLAINED_PRECONDITIONS as PRECONDITIONS} from '../../../../src/lib/peers/chain/flows/explained.ts';

const SRC = path.join(import.meta.dirname, '../../../../src');
/** Codes of Node and of HTTP, which are compared with and never shown as ours. */
const NOT_OURS = /^(E[A-Z]+|ERR_.*|UND_ERR_.*|CERT_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|UNABLE_TO_.*|SQLITE_.*)$/;

const sources = readdirSync(SRC, {recursive: true, encoding: 'utf8'})
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({name, text: readFileSync(path.join(SRC, name), 'utf8')}));

/** Codes as the source throws and tells them. */
function codesInSource(): Map<string, string> {
  const found = new Map<string, string>();
  for (const {name, text} of sources)
    for (const pattern of [/new AosError\(\s*'([A-Z][A-Z0-9_]+)'/g, /\bcode: '([A-Z][A-Z0-9_]+)'/g])
      for (const [, code = ''] of text.matchAll(pattern)) if (!NOT_OURS.test(code)) found.set(code, name);
  return found;
}

/** The ids of preconditions as the source makes them; a number in one is `N`. */
function preconditionIds(): string[] {
  const texts = sources.filter(({name}) => /chain\/(precondition|flows\/[\w-]+)\.ts$/.test(name));
  const patterns = [
    /\b(?:fail|pause)\('([a-z0-9-]+)'/g,
    /\[id, needed\] = \['([a-z0-9-]+)'/g,
    /`((?:quorum|set)-\$\{\w+\}-[a-z]+)`/g,
  ];
  const ids = texts.flatMap(({text}) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, id = '']) => id)),
  );
  return ids.map((id) => id.replace(/\$\{\w+\}/, '7'));
}

describe('aos explain', () => {
  it('has an entry for each code in the source', () => {
    const codes = codesInSource();
    expect(codes.size).toBeGreaterThan(80);
    expect([...codes].filter(([code]) => explain(code) === null)).toEqual([]);
    // Each is thrown somewhere: an entry of the table that nothing uses explains nothing.
    const all = sources.map(({text}) => text).join('\n');
    const uses = (code: string): number => all.split(`'${code}'`).length - 1;
    expect(allCodes().filter((code) => uses(code) === 0)).toEqual([]);
  });

  it('knows every code that the types of warnings, events, alerts and errors allow', () => {
    expectTypeOf<OutputWarning['code']>().toExtend<Code>();
    expectTypeOf<ConfigWarning['code']>().toExtend<NoticeCode>();
    expectTypeOf<Alert['code']>().toExtend<Code>();
    expectTypeOf<AosError['code']>().toExtend<ErrorCode>();
    expectTypeOf<Extract<OperatorEventBody, {code: unknown}>['code']>().toExtend<Code>();
    for (const code of allCodes())
      expect(explain(code), code).toMatchObject({code, kind: isErrorCode(code) ? 'error' : 'notice'});
    for (const code of ['DASHBOARD_ENDED', 'TERMINAL_GONE'])
      expect(explain(code)).toMatchObject({kind: 'notice', exitCode: null});
  });

  it('has an entry for each check and each precondition', () => {
    expect(preconditionIds().length).toBeGreaterThan(15);
    for (const id of [...CHECK_IDS, ...preconditionIds()]) expect(explain(id)?.kind, id).toBe('check');
  });

  it('counts as many entries as the tables have', () => {
    expect(explainedCodes()).toHaveLength(
      Object.keys(CODES).length +
        Object.keys(EXIT).length +
        CHECK_IDS.length +
        Object.keys(PRECONDITIONS).length +
        Object.keys(LEAVE_EXPLAINED).length,
    );
    expect(codeListText().split('\n')).toHaveLength(explainedCodes().length);
  });

  it('says of every error what it means, what is behind it and what to do', () => {
    for (const code of explainedCodes()) {
      const about = explain(code);
      expect(about, code).not.toBeNull();
      expect(about?.means, code).not.toBe('');
      expect(about && renderNext(about.next), code).not.toBe('');
      if (about?.kind === 'error' || about?.kind === 'notice')
        expect(about.causes.length, code).toBeGreaterThan(0);
      for (const width of [40, 80])
        for (const line of explanationText(about!, width, renderNext).split('\n'))
          expect(line.length, line).toBeLessThanOrEqual(width);
    }
  });

  it.each([
    ['signer_unreachable', 'SIGNER_UNREACHABLE'],
    ['Signer-Unreachable', 'SIGNER_UNREACHABLE'],
    [' gas low ', 'GAS_LOW'],
    ['77', '77'],
    ['registry.avs', 'registry.avs'],
    ['signer.strangers', 'signer.strangers'],
    ['Quorum-3-stake', 'quorum-N-stake'],
    ['reregistration', 'reregistration'],
  ])('finds %j', (typed, code) => expect(explain(typed)?.code).toBe(code));

  it.each(['', '2', '077', 'toString', '__proto__', 'nonsense'])('knows no %j', (word) =>
    expect(explain(word)).toBeNull(),
  );

  it('names the nearest codes', () => {
    expect(meantCodes('sginer_unreachable')).toEqual(['SIGNER_UNREACHABLE']);
    expect(meantCodes('JOURNAL_LOCK')).toEqual(['JOURNAL_LOCKED']);
    expect(meantCodes('signer_unreach')).toEqual(['SIGNER_UNREACHABLE']);
    expect(meantCodes('config-mis')).toEqual(['CONFIG_MISSING']);
    expect(meantCodes('journal').length).toBeGreaterThan(3);
    expect(meantCodes('journal').every((code) => code.startsWith('JOURNAL_'))).toBe(true);
    expect(meantCodes('unreachable')).toContain('SIGNER_UNREACHABLE');
    expect(meantCodes('xyzzy')).toEqual([]);
    expect(meantCodes('99')).toEqual([]);
    expect(meantCodes('')).toEqual([]);
  });
});

describe('the exit codes', () => {
  it('are all there', () => {
    expect(Object.keys(EXIT_CODES).map(Number)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
    for (const code of Object.values(EXIT))
      expect(exitCodesText()).toMatch(new RegExp(`^ +${code}  \\w`, 'm'));
  });

  it('list their errors', () => {
    expect(explain('69')?.codes).toContain('SIGNER_UNREACHABLE');
    const listed = Object.keys(EXIT_CODES).flatMap((code) => explain(code)?.codes ?? []);
    expect(listed.sort()).toEqual(allCodes().filter(isErrorCode).sort());
  });
});
