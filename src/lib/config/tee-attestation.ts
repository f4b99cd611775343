import type {AllowedRegisters} from '../protocol/attestation/report.ts';
import type {TeeAttestation} from './config.ts';
import type {ConfigProblem} from './problems.ts';
import {problemAt} from './problems.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS, type ListField} from './schema.ts';

/** The registers that AWS gives a meaning to, and their keys. */
const REGISTERS: Readonly<Record<string, ListField<string>>> = {
  0: FIELDS.tee.pcr0,
  1: FIELDS.tee.pcr1,
  2: FIELDS.tee.pcr2,
  3: FIELDS.tee.pcr3,
  4: FIELDS.tee.pcr4,
  8: FIELDS.tee.pcr8,
};

/** One of these says which program runs: the whole image, or who signed it. */
const DECISIVE = ['0', '8'] as const;

/**
 * `workers.tee.verify` is `require` once root and registers are set, where the file does not say it.
 * @param rootFile absolute path of `workers.tee.root`
 */
export function teeAttestationOf(resolved: Resolved, rootFile: string | null): TeeAttestation {
  const registers = registersOf(resolved);
  const isWhole = rootFile !== null && DECISIVE.some((index) => registers[index] !== undefined);
  return {
    verify: resolved.one(FIELDS.tee.verify) ?? (isWhole ? 'require' : 'record'),
    rootFile,
    registers,
  };
}

function registersOf(resolved: Resolved): AllowedRegisters {
  return Object.fromEntries(
    Object.entries(REGISTERS).flatMap(([index, field]) => {
      const values = resolved.many(field);
      return values === undefined || values.length === 0 ? [] : [[index, [...new Set(values)]]];
    }),
  );
}

/** `require` without what it judges by, and registers none of which says which program runs. */
export function teeAttestationProblems(resolved: Resolved): ConfigProblem[] {
  const {verify, root, pcr0} = FIELDS.tee;
  const registers = registersOf(resolved);
  const isDecisive = DECISIVE.some((index) => registers[index] !== undefined);
  const problems: ConfigProblem[] = [];
  const place = resolved.raw(verify)?.texts[0]?.place;
  if (resolved.one(verify) === 'require' && place !== undefined) {
    const missing = resolved.raw(root) === undefined ? root : isDecisive ? null : pcr0;
    if (missing !== null)
      problems.push(
        problemAt(
          place,
          verify.path,
          `is require, but ${missing.path} is missing`,
          'both of them, or record',
          'record',
        ),
      );
  }
  const [index] = Object.keys(registers);
  const first = index === undefined ? undefined : REGISTERS[index];
  const given = first === undefined ? undefined : resolved.raw(first)?.texts[0]?.place;
  if (first !== undefined && given !== undefined && !isDecisive)
    problems.push(
      problemAt(
        given,
        first.path,
        'says nothing of which program runs',
        'register 0 or 8 beside it',
        pcr0.example,
      ),
    );
  return problems;
}
