import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {isModelName, isProofUrl} from '../../../../src/lib/protocol/wire/proof.ts';
import {readWorkerAnswer} from '../../../../src/lib/protocol/wire/worker-answers.ts';

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const tee = (change: object = {}) =>
  readWorkerAnswer(
    'tee',
    bytesOf({
      request_id: 'q1',
      node_id: '',
      model: './llama-2-7b-chat.Q4_0.gguf',
      prompt: 'What is AI?',
      answer: 'an answer',
      attestation: 'hEShATgioAEC',
      attest_signature: '',
      elapsed: 4000,
      ...change,
    }),
  );

describe('the answer of a tee worker', () => {
  it('is known by its request id: its model is its own, and it names no node', () => {
    expect(tee()).toEqual({
      kind: 'tee',
      requestId: 'q1',
      answer: 'an answer',
      model: '',
      prompt: 'What is AI?',
      stateRoot: '',
      attestation: 'hEShATgioAEC',
      engine: null,
      flaw: null,
      unattested: null,
    });
  });

  it('has any document as its attestation, up to 64 KiB of base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({minLength: 1, maxLength: 500}), (document) => {
        expect(tee({attestation: Buffer.from(document).toString('base64')}).unattested).toBeNull();
      }),
    );
    expect(tee({attestation: 'A'.repeat(65_536)}).unattested).toBeNull();
    expect(tee({attestation: 'A'.repeat(65_540)}).unattested).toContain('of at most 65536');
  });

  it.each(['', null, 7, 'hESh*', 'hES', 'aGVsbG8', 'aGVs bG8=', 'aGVsbG8==', '-_-_', '='])(
    'is none with the attestation %j',
    (attestation) => {
      expect(tee({attestation}).unattested).toMatch(/^its attestation is (?:missing|no base64)$/);
    },
  );
});

describe('the answer of a zkml worker', () => {
  it.each([
    ['true', null],
    ['false', null],
    ['', 'neither'],
    ['TRUE', 'neither'],
    ['Other Error for the Operator: Model directory does not exist', 'neither'],
  ])('%j', (result, flaw) => {
    const read = readWorkerAnswer('zkml', bytesOf({req_id: 'q1', code: 200, result}));
    expect(read).toMatchObject({kind: 'zkml', requestId: 'q1', answer: result});
    if (flaw === null) expect(read.flaw).toBeNull();
    else expect(read.flaw).toContain(flaw);
  });
});

it('whatever bytes come, they are an answer or MESSAGE_INVALID or no JSON', () => {
  const member = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.object());
  const body = fc.record({
    request_id: member,
    req_id: member,
    answer: member,
    result: member,
    attestation: member,
  });
  fc.assert(
    fc.property(fc.constantFrom('opml', 'tee', 'zkml'), fc.oneof(body, fc.anything()), (kind, value) => {
      try {
        expect(readWorkerAnswer(kind, Buffer.from(JSON.stringify([value]).slice(1, -1))).requestId).not.toBe(
          '',
        );
      } catch (error) {
        if (!(error instanceof AosError)) throw error;
        expect(error.code).toMatch(/^(?:MESSAGE_INVALID|FRAME_)/);
      }
    }),
  );
});

describe('what a zkml worker is asked about', () => {
  it('is a model whose name stays in its directory', () => {
    fc.assert(
      fc.property(fc.string({maxLength: 30}), (name) => {
        const stays = /^[A-Za-z0-9._-]+$/.test(name) && !/^\.+$/.test(name);
        expect(isModelName(name)).toBe(stays);
      }),
    );
    for (const name of ['1l_average', 'llama-2.7b', '..a']) expect(isModelName(name)).toBe(true);
    for (const name of ['..', '.', '...', 'a\n', 'a/..', 'a'.repeat(201)])
      expect(isModelName(name)).toBe(false);
  });

  it.each([
    ['http://127.0.0.1:8898/p17.json', true],
    ['HTTPS://example.org/a?b=c#d', true],
    ['/tmp/proof.json', false],
    ['file:///etc/passwd', false],
    ['ftp://h/x', false],
    ['http://', false],
    ['http:///x', false],
    ['http://h/a b', false],
    ['http://h/\nx', false],
    [`http://h/${'x'.repeat(4_100)}`, false],
  ])('is a proof at %j: %j', (url, is) => {
    expect(isProofUrl(url)).toBe(is);
  });
});
