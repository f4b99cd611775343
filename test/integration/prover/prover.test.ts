import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, beforeAll, describe, expect, it, onTestFinished, vi} from 'vitest';
import {createProver} from '../../../src/lib/prover/prover.ts';
import {loadVrf, type Prover as Inline, type VrfProof} from '../../../src/lib/vrf/ecvrf.ts';
import {vrfInput} from '../../../src/lib/vrf/sampling.ts';
import {bundleProver} from '../../support/bundle-thread.ts';
import {createRig, VRF_SEED} from '../../support/operator-rig.ts';

let folder: string;
let threadUrl: URL;
let vrf: Inline;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aos-prover-'));
  threadUrl = bundleProver(folder);
  vrf = (await loadVrf()).prover(VRF_SEED);
});
afterAll(() => rmSync(folder, {recursive: true}));

/** A thread starts when a loaded machine gets to it. */
const PATIENCE = {timeout: 20_000};

const alphaOf = (text: string): Uint8Array => vrfInput(text).alpha;
const alphas = Array.from({length: 20}, (_, n) => alphaOf(`prompt ${n}`));

const settled = (proofs: readonly (VrfProof | Promise<VrfProof>)[]): Promise<VrfProof[]> =>
  Promise.all(proofs.map((proof) => Promise.resolve(proof)));

/** A prover whose inline proofs are counted. */
function proverWith(url: URL | null) {
  const troubles: string[] = [];
  const inline: Uint8Array[] = [];
  const prover = createProver({
    inline: {
      publicKey: vrf.publicKey,
      prove: (alpha) => {
        inline.push(alpha);
        return vrf.prove(alpha);
      },
    },
    seed: VRF_SEED,
    threadUrl: url,
    onTrouble: (reason) => troubles.push(reason),
  });
  onTestFinished(() => prover.close());
  return {
    prover,
    inline,
    troubles,
    /** Asks aside until the thread has taken one over. */
    taken: () =>
      vi.waitFor(() => {
        const proof = prover.prove(alphaOf('are you there'), true);
        expect(proof).toBeInstanceOf(Promise);
        return {proof};
      }, PATIENCE),
  };
}

function threadOf(source: string): URL {
  const file = join(mkdtempSync(join(folder, 'fake-')), 'thread.mjs');
  writeFileSync(file, source);
  return pathToFileURL(file);
}

describe('the proving thread', () => {
  it('makes the same proofs as the event loop, in order, and those asked for meanwhile wait their turn', async () => {
    const {prover, inline, taken} = proverWith(threadUrl);
    await taken();
    inline.length = 0;
    const order: number[] = [];
    const proofs = alphas.map((alpha, n) => {
      const proof = prover.prove(alpha, n === 0);
      void Promise.resolve(proof).then(() => order.push(n));
      return proof;
    });
    expect(await settled(proofs)).toEqual(alphas.map((alpha) => vrf.prove(alpha)));
    expect(order).toEqual(alphas.map((_, n) => n));
    expect(inline).toEqual([]);
    // Alone again: at once.
    expect(prover.prove(alphaOf('alone'), false)).toEqual(vrf.prove(alphaOf('alone')));
  });

  it('is not waited for while it starts, and not started for a job that comes alone', () => {
    const {prover, inline} = proverWith(threadUrl);
    for (const aside of [false, true, true])
      expect(prover.prove(alphaOf('now'), aside)).toEqual(vrf.prove(alphaOf('now')));
    expect(inline).toHaveLength(3);
  });

  it.each([
    ['throws', `parentPort.on('message', () => { throw new Error('out of order'); });`, 'out of order'],
    ['ends', `parentPort.on('message', () => process.exit(3));`, 'it ended'],
    [
      'runs out of memory',
      `parentPort.on('message', () => { for (const all = [];;) all.push([...Array(1e4)]); });`,
      'memory',
    ],
  ])(
    'that %s in the middle leaves nothing undone: all of it is proved inline, and told once',
    async (_, body, reason) => {
      const url = threadOf(
        `import {parentPort} from 'node:worker_threads'; ${body} parentPort.postMessage('ready');`,
      );
      const {prover, inline, troubles, taken} = proverWith(url);
      const first = await taken();
      const proofs = alphas.map((alpha) => prover.prove(alpha, true));
      expect(await first.proof).toEqual(vrf.prove(alphaOf('are you there')));
      expect(await settled(proofs)).toEqual(alphas.map((alpha) => vrf.prove(alpha)));
      expect(prover.prove(alphaOf('later'), true)).toEqual(vrf.prove(alphaOf('later')));
      expect(inline.length).toBeGreaterThan(1);
      expect(troubles).toEqual([expect.stringContaining(reason)]);
    },
  );

  it('that is not there at all is done without', async () => {
    const {prover, troubles} = proverWith(pathToFileURL(join(folder, 'nowhere.mjs')));
    expect(prover.prove(alphaOf('now'), true)).toEqual(vrf.prove(alphaOf('now')));
    await vi.waitFor(() => expect(troubles).toHaveLength(1), PATIENCE);
    const none = proverWith(null);
    expect(none.prover.prove(alphaOf('now'), true)).toEqual(vrf.prove(alphaOf('now')));
    expect(none.troubles).toEqual([]);
  });

  it('that the system refuses to start is done without, and told once', () => {
    // Only a file can be a thread: it is refused at once, as it is where no more threads are allowed.
    const {prover, troubles} = proverWith(new URL('https://example.org/thread.mjs'));
    for (const text of ['now', 'then'])
      expect(prover.prove(alphaOf(text), true)).toEqual(vrf.prove(alphaOf(text)));
    expect(troubles).toEqual([expect.stringContaining('file')]);
  });

  it('that is ready only when it is being closed stays closed, and says nothing', async () => {
    const said = join(folder, 'said');
    const {prover, troubles} = proverWith(
      threadOf(
        `import {writeFileSync} from 'node:fs'; import {parentPort} from 'node:worker_threads';
         parentPort.on('message', () => {}); parentPort.postMessage('ready'); writeFileSync(${JSON.stringify(said)}, '');`,
      ),
    );
    void prover.prove(alphaOf('now'), true);
    // Without leaving this turn of the event loop: its word has come, and is read after the end.
    const nap = new Int32Array(new SharedArrayBuffer(4));
    const until = Date.now() + PATIENCE.timeout;
    while (!existsSync(said) && Date.now() < until) Atomics.wait(nap, 0, 0, 10);
    expect(existsSync(said)).toBe(true);
    await prover.close();
    expect(prover.prove(alphaOf('later'), true)).toEqual(vrf.prove(alphaOf('later')));
    expect(troubles).toEqual([]);
  });

  it('ends when it is closed, says nothing, and what it had in hand is proved', async () => {
    const {prover, troubles, taken} = proverWith(threadUrl);
    await taken();
    const proofs = alphas.map((alpha) => prover.prove(alpha, true));
    await prover.close();
    expect(await settled(proofs)).toEqual(alphas.map((alpha) => vrf.prove(alpha)));
    expect(troubles).toEqual([]);
  });
});

describe('an operator with a proving thread', () => {
  it('takes a burst into its journal in the order it came, and answers each job once, in that order', async () => {
    const proved: (VrfProof | Promise<VrfProof>)[] = [];
    const {prover, taken} = proverWith(threadUrl);
    await taken();
    const counted = {
      publicKey: prover.publicKey,
      prove: (alpha: Uint8Array, aside: boolean) => {
        const proof = prover.prove(alpha, aside);
        proved.push(proof);
        return proof;
      },
    };
    const rig = await createRig({range: [0n, 0n], prover: counted});
    const run = await rig.start();
    await run.event('range');
    await run.event('connected');
    rig.submit(60);
    await rig.answered(60);
    await run.event('result_accepted', () => run.of('result_accepted').length === 60);
    const ids = Array.from({length: 60}, (_, n) => `job-${n}`);
    expect(run.of('job_received').map(({job}) => job.jobId)).toEqual(ids);
    expect(run.of('job_received').map(({job}) => job.seq)).toEqual(ids.map((_, n) => n + 1));
    const order = rig.dispatched.flatMap((event) => (event.type === 'result' ? [event.key.jobId] : []));
    expect(order).toEqual(ids);
    expect(proved.some((proof) => proof instanceof Promise)).toBe(true);
    await run.stop();
  });

  it('loses no job when the thread dies in the middle of a burst', async () => {
    const url = threadOf(
      `import {parentPort} from 'node:worker_threads'; let n = 0;
       parentPort.on('message', () => { n += 1; if (n > 4) process.exit(1); }); parentPort.postMessage('ready');`,
    );
    const {prover, troubles, taken} = proverWith(url);
    await taken();
    const rig = await createRig({range: [0n, 0n], prover});
    const run = await rig.start();
    await run.event('connected');
    rig.submit(30);
    await rig.answered(30);
    await run.event('result_accepted', () => run.of('result_accepted').length === 30);
    expect(troubles).toHaveLength(1);
    expect(await run.stop()).toMatchObject({accepted: 30, received: 30, failed: 0, pending: 0});
  });
});
