import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {attestationKindCheck} from '../../../../src/lib/features/receipt/attestation-check.ts';
import {withProofSaid} from '../../../../src/lib/features/receipt/proof-said.ts';
import {linkLines} from '../../../../src/lib/features/receipt/text.ts';
import type {KindEvidence} from '../../../../src/lib/protocol/receipt/kind-check.ts';
import {ANSWER, enclave, MADE_AT} from '../../../support/attestations.ts';
import {inTempDir} from '../../../support/journal.ts';

const signal = new AbortController().signal;
const one = await enclave();
const registers = one.policy.registers;

function evidence(document: Uint8Array, over: Partial<KindEvidence> = {}): KindEvidence {
  const attestation = Buffer.from(document).toString('base64');
  const body = JSON.stringify({request_id: 'q', model: 'm', prompt: 'p', answer: ANSWER, attestation});
  return {
    kind: 'tee',
    jobId: 'job-1',
    model: 'm',
    prompt: 'p',
    result: ANSWER,
    proofPath: null,
    body: Buffer.from(body),
    proof: null,
    askedAt: MADE_AT - 1_000,
    answeredAt: MADE_AT + 1_000,
    ...over,
  };
}

/** Runs `use` with the root of the enclave in a file. */
const withRoot = (use: (rootFile: string) => Promise<void>): Promise<void> =>
  inTempDir(async (dir) => {
    const rootFile = join(dir, 'root.pem');
    const base64 = Buffer.from(one.policy.root ?? []).toString('base64');
    writeFileSync(rootFile, `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`);
    await use(rootFile);
  });

describe('the attestation of a receipt', () => {
  it('is valid by root, registers, answer and time, and says that revocation is not checked', () =>
    withRoot(async (rootFile) => {
      const check = attestationKindCheck({verify: 'require', rootFile, registers});
      expect(await check(evidence(one.document()), signal)).toEqual({
        verdict: 'valid',
        why: 'revocation is not checked',
      });
    }));

  it.each<[string, Partial<KindEvidence>]>([
    ['of another answer', {result: 'Another answer.'}],
    ['of another time', {askedAt: MADE_AT + 600_000, answeredAt: MADE_AT + 601_000}],
  ])('is broken %s', (_, over) =>
    withRoot(async (rootFile) => {
      const check = attestationKindCheck({verify: 'require', rootFile, registers});
      expect(await check(evidence(one.document(), over), signal)).toMatchObject({verdict: 'broken'});
    }),
  );

  it('is broken under another root, with other registers, and with one byte changed', () =>
    withRoot(async (rootFile) => {
      const other = await enclave();
      const check = attestationKindCheck({verify: 'require', rootFile, registers});
      expect(await check(evidence(other.document()), signal)).toMatchObject({verdict: 'broken'});
      const strict = attestationKindCheck({verify: 'require', rootFile, registers: {0: ['ab'.repeat(48)]}});
      expect(await strict(evidence(one.document()), signal)).toMatchObject({verdict: 'broken'});
      const changed = Buffer.from(one.document());
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      expect(await check(evidence(changed), signal)).toMatchObject({verdict: 'broken'});
    }));

  it('is not checked where no root is known, or none can be read', async () => {
    for (const known of [null, {verify: 'record' as const, rootFile: '/nowhere/root.pem', registers: {}}]) {
      const verdict = await attestationKindCheck(known)(evidence(one.document()), signal);
      expect(verdict.verdict).toBe('not_checked');
      expect(verdict.why).not.toBe('');
    }
  });
});

it('says of a proof what was found out before the answer was sent, and that it is not checked again', () => {
  const links = [{link: 'proof' as const, verdict: 'not_checked' as const, why: 'x'}];
  const result = {check: 'proof', verdict: 'ok', code: null, message: 'the engine says true too'} as const;
  const checked = {state: 'ok', at: 1, judgedAt: 2, code: null, message: null, then: null} as const;
  const row = {...checked, attempt: 1, body: null, results: [{...result, facts: {proof: 'ab12'}}]};
  expect(withProofSaid(links, {checks: [row], proof: null})).toEqual([
    {
      link: 'proof',
      verdict: 'not_checked',
      why: 'checked before the answer was sent: the engine says true too (proof ab12); the proof itself is not kept',
    },
  ]);
  expect(withProofSaid(links, {checks: [], proof: null})).toEqual(links);
  const proof = {deflated: Buffer.of(1), vkSha256: '', settingsSha256: null, srsSha256: null};
  expect(withProofSaid(links, {checks: [row], proof})).toEqual(links);
});

it('what a changed journal says of a proof moves no cursor', () => {
  const why = 'the engine says \u001b[2J';
  const lines = linkLines([{link: 'proof', verdict: 'not_checked', why}], 100);
  expect(lines.join('\n')).toContain('the engine says \\x1b[2J');
});
