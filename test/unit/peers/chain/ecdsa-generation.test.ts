import type {Hex} from 'viem';
import {describe, expect, it} from 'vitest';
import {
  generationByCode,
  generationByProbes,
} from '../../../../src/lib/peers/chain/flows/ecdsa-generation.ts';
import type {ReadResult} from '../../../../src/lib/peers/chain/read.ts';
import {revertError} from '../../../../src/lib/peers/chain/revert.ts';

describe('generationByCode', () => {
  it.each([
    ['0x608060405263' + '0a601a12' + '1461', 'ecdsa-b1'],
    ['0x608060405263' + '3D5611F6' + '1461', 'ecdsa-b2'],
    ['0x608060405263' + 'b884cb62' + '1461', 'ecdsa-b3'],
    ['0x6080604052' + '0a601a12', null],
    ['0x63' + '0a601a12' + '63' + '3d5611f6', null],
    ['0x', null],
  ] as [Hex, string | null][])('%s → %s', (code, generation) => {
    expect(generationByCode(code)).toBe(generation);
  });
});

describe('generationByProbes', () => {
  const silent: ReadResult<unknown> = {ok: false, error: revertError('0x', 'probe')};
  const refused: ReadResult<unknown> = {ok: false, error: revertError('0x9f88c8af', 'probe')};
  it.each([
    [[refused, silent, silent], 'ecdsa-b1'],
    [[silent, refused, silent], 'ecdsa-b2'],
    [[silent, silent, {ok: true, value: undefined}], 'ecdsa-b3'],
    [[silent, silent, silent], null],
    [[refused, refused, silent], null],
    [[], null],
  ] as const)('%#', (results, generation) => {
    expect(generationByProbes(results)).toBe(generation);
  });
});
