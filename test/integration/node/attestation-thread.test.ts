import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {getPriority, tmpdir} from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, beforeAll, expect, it, onTestFinished} from 'vitest';
import {systemTime} from '../../../src/lib/foundation/system/system-time.ts';
import {createAttestationThread} from '../../../src/lib/node/attestation-thread/client.ts';
import type {AttestedAnswer} from '../../../src/lib/protocol/attestation/report.ts';
import {ANSWER, enclave, MADE_AT, sha256} from '../../support/attestations.ts';
import {bundleAttestationThread} from '../../support/bundle-thread.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'aos-attestation-'));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const EXPECTED: AttestedAnswer = {sha256: sha256(ANSWER), between: {from: MADE_AT - 1, to: MADE_AT + 1}};
const never = new AbortController().signal;

function threadOf(threadUrl: URL | null, limitMs?: number) {
  const thread = createAttestationThread({
    threadUrl,
    time: systemTime,
    ...(limitMs === undefined ? {} : {limitMs}),
  });
  onTestFinished(() => thread.close());
  return thread;
}

/** A script that is a thread. */
function script(name: string, text: string): URL {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return pathToFileURL(file);
}

it('checks documents beside the event loop, also several at once and one that is none', async () => {
  const one = await enclave();
  const {check} = threadOf(bundleAttestationThread(folder));
  const documents = [one.document(), Buffer.alloc(60_000, 0x81), one.document({userData: null})];
  const found = await Promise.all(documents.map((document) => check(document, one.policy, EXPECTED, never)));
  expect(found.map(({verdict}) => verdict)).toEqual(['valid', 'invalid', 'invalid']);
});

it.runIf(process.platform === 'linux')('gives way to the event loop', async () => {
  const one = await enclave();
  await threadOf(bundleAttestationThread(folder)).check(one.document(), one.policy, EXPECTED, never);
  const own = getPriority(0);
  const others = readdirSync('/proc/self/task').map((task) => getPriority(Number(task)));
  expect(others).toContain(Math.min(19, own + 5));
  expect(getPriority(0)).toBe(own);
});

it('ends a check that takes too long, and starts again with the next', async () => {
  const url = script(
    'slow.mjs',
    `import {parentPort} from 'node:worker_threads';
     parentPort.on('message', ({id, document}) => {
       if (document.length === 1) for (;;);
       parentPort.postMessage({id, report: {verdict: 'not_checked', checks: [], document: null}});
     });`,
  );
  const {check} = threadOf(url, 2_000);
  const policy = {root: null, registers: {}};
  await expect(check(new Uint8Array(1), policy, EXPECTED, never)).rejects.toMatchObject({
    code: 'ATTESTATION_UNJUDGED',
  });
  expect(await check(new Uint8Array(2), policy, EXPECTED, never)).toMatchObject({verdict: 'not_checked'});
});

it('says so when its thread ends or there is none, and gives up with the signal', async () => {
  const policy = {root: null, registers: {}};
  const ends = threadOf(
    script(
      'ends.mjs',
      `import {parentPort} from 'node:worker_threads'; parentPort.once('message', () => process.exit(1));`,
    ),
  );
  const none = threadOf(null);
  for (const {check} of [ends, none])
    await expect(check(new Uint8Array(1), policy, EXPECTED, never)).rejects.toMatchObject({
      code: 'ATTESTATION_UNJUDGED',
    });
  const hangs = threadOf(
    script(
      'hangs.mjs',
      `import {parentPort} from 'node:worker_threads'; parentPort.on('message', () => {});`,
    ),
  );
  const stop = new AbortController();
  const checked = hangs.check(new Uint8Array(1), policy, EXPECTED, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(checked).rejects.toThrow('stopped');
});
