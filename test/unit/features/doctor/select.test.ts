import {describe, expect, it} from 'vitest';
import {CHECK_IDS} from '../../../../src/lib/features/doctor/registry.ts';
import {planChecks} from '../../../../src/lib/features/doctor/select.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {thrown} from '../../../support/config-file.ts';

const plan = (only: string[], skip: string[] = []) => {
  const {run, asked, needed} = planChecks({only, skip});
  return {run: [...run].sort(), asked: [...asked].sort(), needed: [...needed].sort()};
};

describe('--only and --skip', () => {
  it('without either ask for everything', () => {
    expect(plan([])).toEqual({run: [...CHECK_IDS].sort(), asked: [...CHECK_IDS].sort(), needed: []});
  });

  it('take categories and checks, with commas or several times, and add what is needed', () => {
    expect(plan(['disk', 'chain.gas'])).toEqual({
      run: ['chain.gas', 'chain.rpc', 'config.file', 'disk.inodes', 'disk.space'],
      asked: ['chain.gas', 'disk.inodes', 'disk.space'],
      needed: ['chain.rpc', 'config.file'],
    });
    expect(plan(['disk,chain.gas'])).toEqual(plan(['chain.gas', 'disk']));
    expect(plan(['disk'], ['disk.inodes']).asked).toEqual(['disk.space']);
  });

  it('still make what is needed by others and skipped, but do not show it', () => {
    const {run, asked, needed} = planChecks({only: [], skip: ['chain.rpc']});
    expect([run.has('chain.rpc'), asked.has('chain.rpc'), needed.has('chain.rpc')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.each([
    [['sgner'], [], 'did you mean signer?'],
    [['signer.acounts'], [], 'did you mean signer.accounts?'],
    [[], ['\u001b[31m'], 'is no check'],
    [['disk'], ['disk'], 'no check is left'],
  ])('refuse %j without %j', (only, skip, message) => {
    const error = thrown(() => planChecks({only, skip}));
    expect(isAosError(error, 'USAGE') && error.message).toContain(message);
    expect(isAosError(error) && error.message).not.toContain('\u001b');
  });
});
