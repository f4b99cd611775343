import {X509Certificate} from 'node:crypto';
import {beforeAll, describe, expect, it} from 'vitest';
import {createAttestor, type Attestor} from '../../../../src/devnet/tee/attestation.ts';
import type {AttestationFault} from '../../../../src/devnet/tee/faults.ts';
import {createAttestationChecker} from '../../../../src/lib/protocol/attestation/check/check.ts';
import type {AllowedRegisters, AttestationFinding} from '../../../../src/lib/protocol/attestation/report.ts';
import {ANSWER, MADE_AT, sha256} from '../../../support/attestations.ts';

const MINUTE = 60_000;
const check = createAttestationChecker();
let attestor: Attestor;
beforeAll(async () => {
  attestor = await createAttestor(MADE_AT);
});

type Failed = Extract<AttestationFinding, {verdict: 'failed'}>;

/** What fails in a document, judged as the devnet's own configuration does. */
async function failures(
  document: Uint8Array,
  {
    answer = ANSWER,
    at = MADE_AT,
    allowed = {},
    by = attestor,
  }: {answer?: string; at?: number; allowed?: AllowedRegisters; by?: Attestor} = {},
): Promise<Failed[]> {
  const own = Object.entries(by.registers).map(([index, value]) => [index, [value]]);
  const {checks, verdict} = await check(
    document,
    {
      root: new Uint8Array(new X509Certificate(by.rootPem).raw),
      registers: {...(Object.fromEntries(own) as AllowedRegisters), ...allowed},
    },
    {sha256: sha256(answer), between: {from: at - 2 * MINUTE, to: at + 2 * MINUTE}},
  );
  const failed = checks.filter((found): found is Failed => found.verdict === 'failed');
  expect(verdict).toBe(failed.length === 0 ? 'valid' : 'invalid');
  return failed;
}

describe('the stand-in of an enclave', () => {
  it('makes documents that are valid by its root and its registers, also with its next certificate', async () => {
    const by = await createAttestor(MADE_AT);
    expect(Object.keys(by.registers)).toEqual(['0', '1', '2', '3', '4', '8']);
    for (const at of [MADE_AT, MADE_AT + 175 * MINUTE, MADE_AT + 400 * MINUTE])
      expect(await failures(await by.attest(ANSWER, at), {at, by})).toEqual([]);
  });

  it.each<[AttestationFault, string, string]>([
    ['expired', 'dates', 'ATTESTATION_EXPIRED'],
    ['old', 'time', 'ATTESTATION_WRONG_TIME'],
    ['other-image', 'registers', 'ATTESTATION_WRONG_IMAGE'],
    ['debug', 'registers', 'ATTESTATION_DEBUG'],
    ['other-root', 'chain', 'ATTESTATION_UNTRUSTED'],
    ['bad-signature', 'signature', 'ATTESTATION_BAD_SIGNATURE'],
  ])('with the fault %s makes one that fails by %s alone', async (fault, name, code) => {
    const failed = await failures(await attestor.attest(ANSWER, MADE_AT, fault));
    expect(failed.map((found) => [found.check, found.code])).toEqual([[name, code]]);
  });

  it('that replays sends its first document, whatever the answer is', async () => {
    const own = await createAttestor(MADE_AT);
    const first = await own.attest(ANSWER, MADE_AT, 'replayed');
    expect((await own.attest('another answer', MADE_AT + MINUTE, 'replayed')).equals(first)).toBe(true);
    expect((await own.attest('another answer', MADE_AT + MINUTE)).equals(first)).toBe(false);
  });

  it('has a document that is of no other answer', async () => {
    const failed = await failures(await attestor.attest(ANSWER, MADE_AT), {answer: `${ANSWER}!`});
    expect(failed.map(({code}) => code)).toEqual(['ATTESTATION_OTHER_ANSWER']);
  });

  it.each(['0', '1', '2', '3', '4', '8', '5'])(
    'is refused by another value of register %s',
    async (index) => {
      const allowed = {[index]: ['ab'.repeat(48)]};
      const failed = await failures(await attestor.attest(ANSWER, MADE_AT), {allowed});
      expect(failed).toMatchObject([{code: 'ATTESTATION_WRONG_IMAGE'}]);
      expect(failed[0]?.message).toContain(`PCR${index} is `);
    },
  );

  it('is taken by one of several values of a register', async () => {
    const allowed = {8: ['ab'.repeat(48), attestor.registers['8'] ?? '']};
    expect(await failures(await attestor.attest(ANSWER, MADE_AT), {allowed})).toEqual([]);
  });
});
