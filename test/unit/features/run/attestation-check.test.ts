import {beforeAll, describe, expect, it} from 'vitest';
import type {TeeAttestation} from '../../../../src/lib/config/config.ts';
import type {TeeRoot} from '../../../../src/lib/config/tee-root.ts';
import {createAttestationCheck} from '../../../../src/lib/features/run/attestation-check.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {AnswerToCheck, CheckVerdict} from '../../../../src/lib/node/operator/check-port.ts';
import {createAttestationChecker} from '../../../../src/lib/protocol/attestation/check/check.ts';
import {ANSWER, enclave, MADE_AT, sha256, type Enclave} from '../../../support/attestations.ts';

let one: Enclave;
let root: TeeRoot;
beforeAll(async () => {
  one = await enclave();
  const der = one.policy.root ?? new Uint8Array();
  root = {der, sha256: sha256(der), subject: '', notBefore: 0, notAfter: 0, isOfAws: false};
});

const check = createAttestationChecker();

/** A check with marks of its own; `judge` has it judge one answer. */
function rig(attestation: Partial<TeeAttestation> = {}, {thread = check, withRoot = true} = {}) {
  const marks = new Map<string, string>();
  const made = createAttestationCheck({
    attestation: {verify: 'require', rootFile: '/root.pem', registers: one.policy.registers, ...attestation},
    root: withRoot ? root : null,
    thread: {check: (document, policy, answer) => thread(document, policy, answer)},
    claim: (mark, owner) => {
      const before = marks.get(mark) ?? owner;
      marks.set(mark, before);
      return Promise.resolve(before);
    },
  });
  const judge = (document: Uint8Array, changed: Partial<AnswerToCheck> = {}): Promise<CheckVerdict> =>
    made.check({...answerWith(document), ...changed}, new AbortController().signal);
  return {made, judge, marks};
}

function answerWith(document: Uint8Array): AnswerToCheck {
  const attestation = Buffer.from(document).toString('base64');
  return {
    key: {jobId: 'job', tag: '', position: ''},
    kind: 'tee',
    model: '',
    seq: 1,
    requestId: 'first',
    prompt: '',
    params: new Map(),
    body: '',
    said: {
      kind: 'tee',
      requestId: 'first',
      answer: ANSWER,
      model: '',
      prompt: '',
      stateRoot: '',
      attestation,
      engine: null,
      flaw: null,
      unattested: null,
    },
    workerUrl: null,
    askedAt: MADE_AT - 1_000,
    receivedAt: MADE_AT + 1_000,
  };
}

describe('the attestation of an answer', () => {
  it('is ok when it is valid, with what it was decided by', async () => {
    const {judge} = rig();
    expect(await judge(one.document())).toMatchObject({
      verdict: 'ok',
      facts: {
        chain: 'ok',
        registers: 'ok',
        answer: 'ok',
        replay: 'ok',
        revocation: 'not_checked',
        root: root.sha256,
      },
    });
  });

  it('counts for one request, which may be checked again', async () => {
    const {judge} = rig();
    const document = one.document();
    expect((await judge(document)).verdict).toBe('ok');
    expect((await judge(document)).verdict).toBe('ok');
    expect(await judge(document, {requestId: 'second'})).toMatchObject({
      verdict: 'held',
      code: 'ATTESTATION_REPLAYED',
      facts: {replay: 'failed'},
    });
  });

  it('is the same with its other signature, and with the tag before it', async () => {
    const {judge} = rig();
    expect((await judge(one.document())).verdict).toBe('ok');
    // Signed anew: another signature of the same bytes.
    const again = one.document();
    expect(again.equals(one.document())).toBe(false);
    for (const document of [again, Buffer.concat([Buffer.from([0xd2]), again])])
      expect(await judge(document, {requestId: 'second'})).toMatchObject({code: 'ATTESTATION_REPLAYED'});
  });

  it('does not count when it fails', async () => {
    const {judge, marks} = rig();
    const said = {...answerWith(one.document()).said, answer: 'another answer'};
    expect(await judge(one.document(), {said})).toMatchObject({
      verdict: 'held',
      code: 'ATTESTATION_OTHER_ANSWER',
    });
    expect(marks.size).toBe(0);
    expect((await judge(one.document(), {requestId: 'second'})).verdict).toBe('ok');
  });

  it.each<[string, Partial<AnswerToCheck>, string]>([
    [
      'asked for more than two minutes after it was made',
      {askedAt: MADE_AT + 120_001, receivedAt: MADE_AT + 121_000},
      'ATTESTATION_WRONG_TIME',
    ],
    [
      'received more than two minutes before it was made',
      {askedAt: MADE_AT - 200_000, receivedAt: MADE_AT - 120_001},
      'ATTESTATION_WRONG_TIME',
    ],
  ])('is held when it was %s', async (_, changed, code) => {
    expect(await rig().judge(one.document(), changed)).toMatchObject({verdict: 'held', code, then: 'wait'});
  });

  it('is held when it is no document', async () => {
    expect(await rig().judge(Buffer.alloc(60_000, 0x81))).toMatchObject({
      verdict: 'held',
      code: 'ATTESTATION_MALFORMED',
      message: expect.stringContaining('no attestation document') as unknown,
    });
  });
});

describe('an answer without a document', () => {
  const without = (why: string): Partial<AnswerToCheck> => ({
    said: {...answerWith(Buffer.alloc(0)).said, unattested: why},
  });

  it.each(['its attestation is missing', 'its attestation is no base64'])(
    'is held with a code of its own: %s',
    async (why) => {
      const {judge, marks, made} = rig();
      expect(made.takesUnattested).toBe(true);
      const found = await judge(Buffer.alloc(0), without(why));
      expect(found).toMatchObject({verdict: 'held', code: 'ATTESTATION_MALFORMED', then: 'wait'});
      expect(found.message).toBe(`${why}: nothing shows which program gave the answer`);
      expect(marks.size).toBe(0);
    },
  );

  it('is none where attestations are only recorded', async () => {
    const {judge, made} = rig({verify: 'record'});
    expect(made.takesUnattested).toBe(false);
    expect(await judge(Buffer.alloc(0), without('its attestation is missing'))).toMatchObject({
      verdict: 'refused',
      code: 'ATTESTATION_MALFORMED',
    });
  });
});

describe('with record', () => {
  it('an answer is delivered, and what fails is said', async () => {
    const {judge} = rig({verify: 'record'});
    expect(await judge(one.document({userData: null}))).toMatchObject({
      verdict: 'not_checked',
      code: 'ATTESTATION_OTHER_ANSWER',
    });
  });

  it('nothing is ok without root and registers', async () => {
    const {judge} = rig({verify: 'record', rootFile: null, registers: {}}, {withRoot: false});
    const found = await judge(one.document());
    expect(found).toMatchObject({verdict: 'not_checked', code: 'ATTESTATION_NOT_CHECKED'});
    expect(found.facts).toMatchObject({chain: 'not_checked', pcr0: one.policy.registers['0']?.[0]});
  });

  it('a check that cannot be made holds nothing up; with require it does', async () => {
    const thread = () => Promise.reject(new AosError('ATTESTATION_UNJUDGED', 'its thread ended'));
    expect(await rig({verify: 'record'}, {thread}).judge(one.document())).toMatchObject({
      verdict: 'not_checked',
      code: 'ATTESTATION_UNJUDGED',
    });
    await expect(rig({}, {thread}).judge(one.document())).rejects.toMatchObject({
      code: 'ATTESTATION_UNJUDGED',
    });
  });
});

it('looks at the answers of tee workers alone', () => {
  const {made} = rig();
  const key = {jobId: 'job', tag: '', position: ''};
  expect(made.wants({key, kind: 'tee', model: ''})).toBe(true);
  expect(made.wants({key, kind: 'opml', model: ''})).toBe(false);
});
