import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, describe, expect, it} from 'vitest';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {createProofThread, type ProofThread} from '../../../../src/lib/peers/zk/proof-thread.ts';
import {bundleProofThread} from '../../../support/bundle-thread.ts';
import {modelFiles, NO_ENGINE, proofFile, proofRequest} from '../../../support/proofs.ts';

const folder = mkdtempSync(join(tmpdir(), 'aos-proof-thread-'));
const threadUrl = bundleProofThread(folder);
const opened: ProofThread[] = [];
afterAll(async () => {
  await Promise.all(opened.map((thread) => thread.close()));
  rmSync(folder, {recursive: true});
});

const open = (url: URL = threadUrl, limits: {limitMs?: number; heapMb?: number} = {}): ProofThread => {
  const thread = createProofThread({threadUrl: url, time: systemTime, ...limits});
  opened.push(thread);
  return thread;
};
/** A thread of another program. */
const script = (name: string, text: string): URL => {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, `import {parentPort} from 'node:worker_threads';\n${text}`);
  return pathToFileURL(path);
};
const never = new AbortController().signal;
const mean = modelFiles('mean');
const good = proofRequest(mean, proofFile('mean-0'));

describe('the thread that checks proofs', () => {
  it.skipIf(NO_ENGINE)('answers one proof after the other, in order', async () => {
    const thread = open();
    const names = ['mean-0', 'mean-1', 'dense-0'];
    const reports = await Promise.all(
      names.map((name) => thread.judge(proofRequest(mean, proofFile(name)), never)),
    );
    expect(reports.map(({word}) => word)).toEqual(['true', 'true', 'false']);
  });

  it('is ended when a check takes longer than its limit, and the next one gets a new thread', async () => {
    // The first one hangs in a loop that no message ends.
    const url = script(
      'hangs',
      `import {existsSync, writeFileSync} from 'node:fs';
      parentPort.on('message', () => {
        const mark = ${JSON.stringify(join(folder, 'hung'))};
        if (!existsSync(mark)) { writeFileSync(mark, ''); for (;;); }
        parentPort.postMessage({report: {word: 'true'}, recycle: false});
      });`,
    );
    const thread = open(url, {limitMs: 1_500});
    await expect(thread.judge(good, never)).rejects.toMatchObject({code: 'PROOF_CHECK_TIMEOUT'});
    expect(await thread.judge(good, never)).toEqual({word: 'true'});
  });

  it('may end by itself, or take too much memory: nothing is said of the proof', async () => {
    const ends = script('ends', `parentPort.on('message', () => process.exit(0));`);
    await expect(open(ends).judge(good, never)).rejects.toMatchObject({code: 'PROOF_ENGINE_FAILED'});
    const grows = script(
      'grows',
      `parentPort.on('message', () => { const all = []; for (;;) all.push(new Array(10_000).fill({})); });`,
    );
    await expect(open(grows, {heapMb: 8}).judge(good, never)).rejects.toMatchObject({
      code: 'PROOF_ENGINE_FAILED',
    });
  });

  it('may fail while no proof is with it: the process lives, and the next proof gets a new thread', async () => {
    const url = script(
      'fails-later',
      `parentPort.on('message', () => {
        parentPort.postMessage({report: {word: 'true'}, recycle: false});
        setImmediate(() => { throw new Error('out of something'); });
      });`,
    );
    const thread = open(url);
    expect(await thread.judge(good, never)).toEqual({word: 'true'});
    await expect.poll(() => thread.judge(good, never).catch(() => null)).toEqual({word: 'true'});
  });

  it('is replaced after it has grown', async () => {
    const url = script(
      'counts',
      `let n = 0; parentPort.on('message', () => parentPort.postMessage({report: {n: ++n}, recycle: n === 2}));`,
    );
    const thread = open(url);
    const counts = [];
    for (let turn = 0; turn < 3; turn += 1) counts.push(await thread.judge(good, never));
    expect(counts).toEqual([{n: 1}, {n: 2}, {n: 1}]);
  });

  it('is left at once when its caller stops', async () => {
    const stop = new AbortController();
    const silent = open(script('silent', `parentPort.on('message', () => {});`));
    const judged = silent.judge(good, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(judged).rejects.toThrow('stopped');
  });
});
