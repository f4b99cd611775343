import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, beforeAll, describe, expect, it, onTestFinished, vi} from 'vitest';
import {createCryptoWorker} from '../../../../src/lib/node/crypto-worker/client.ts';
import {checksumAddress, eip191Digest, fromHex} from '../../../../src/lib/protocol/wire/ethereum.ts';
import {devKey, signatureText} from '../../../../src/devnet/signer/keys.ts';
import {loadVrf, type Prover as Inline, type VrfProof} from '../../../../src/lib/protocol/vrf/ecvrf.ts';
import {vrfInput} from '../../../../src/lib/protocol/vrf/sampling.ts';
import {bundleAside} from '../../../support/bundle-thread.ts';
import {createRig, VRF_SEED} from '../../../support/operator-rig.ts';

let folder: string;
let threadUrl: URL;
let vrf: Inline;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aos-crypto-worker-'));
  threadUrl = bundleAside(folder);
  vrf = (await loadVrf()).prover(VRF_SEED);
});
afterAll(() => rmSync(folder, {recursive: true}));

/** A thread starts when a loaded machine gets to it. */
const PATIENCE = {timeout: 20_000};

const alphaOf = (text: string): Uint8Array => vrfInput(text).alpha;
const alphas = Array.from({length: 20}, (_, n) => alphaOf(`prompt ${n}`));

/** Signatures of two keys. */
const signed = ['01', '02'].flatMap((byte) =>
  ['one', 'two'].map((text) => {
    const key = devKey(byte.repeat(32));
    const digest = eip191Digest(Buffer.from(text));
    return {by: checksumAddress(key.address), digest, signature: bytesOf(signatureText(key.sign(digest)))};
  }),
);

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === null) throw new Error(`${hex} is no hex`);
  return bytes;
}

const settled = <T>(answers: readonly (T | Promise<T>)[]): Promise<T[]> =>
  Promise.all(answers.map((answer) => Promise.resolve(answer)));

/** A thread, and the proofs that are made beside it. */
function asideWith(url: URL | null) {
  const problems: string[] = [];
  const inline: Uint8Array[] = [];
  const cryptoWorker = createCryptoWorker({
    inline: {
      publicKey: vrf.publicKey,
      prove: (alpha) => {
        inline.push(alpha);
        return vrf.prove(alpha);
      },
    },
    seed: VRF_SEED,
    threadUrl: url,
    onFailure: (reason) => problems.push(reason),
  });
  onTestFinished(() => cryptoWorker.close());
  const {prover} = cryptoWorker;
  return {
    ...cryptoWorker,
    prover,
    inline,
    problems,
    /** Offloads until the thread has taken one over. */
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

describe('the thread beside the event loop', () => {
  it('makes the same proofs as the event loop, in order, and those asked for meanwhile wait their turn', async () => {
    const {prover, inline, taken} = asideWith(threadUrl);
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
    const {prover, inline} = asideWith(threadUrl);
    for (const offload of [false, true, true])
      expect(prover.prove(alphaOf('now'), offload)).toEqual(vrf.prove(alphaOf('now')));
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
    'that %s in the middle leaves nothing undone: all of it is done inline, and told once',
    async (_, body, reason) => {
      const url = threadOf(
        `import {parentPort} from 'node:worker_threads'; ${body} parentPort.postMessage('ready');`,
      );
      const {prover, recover, inline, problems, taken} = asideWith(url);
      const first = await taken();
      const proofs = alphas.map((alpha) => prover.prove(alpha, true));
      const signers = signed.map(({digest, signature}) => recover(digest, signature, true));
      expect(await settled(signers)).toEqual(signed.map(({by}) => by));
      expect(await first.proof).toEqual(vrf.prove(alphaOf('are you there')));
      expect(await settled(proofs)).toEqual(alphas.map((alpha) => vrf.prove(alpha)));
      expect(prover.prove(alphaOf('later'), true)).toEqual(vrf.prove(alphaOf('later')));
      expect(inline.length).toBeGreaterThan(1);
      expect(problems).toEqual([expect.stringContaining(reason)]);
    },
  );

  it('says whose a signature is as the event loop does, and of a bad one that it is nobody’s', async () => {
    const {prover, recover, taken} = asideWith(threadUrl);
    const [first] = signed;
    if (first === undefined) throw new Error('nothing is signed');
    // Not there yet: at once.
    expect(recover(first.digest, first.signature, true)).toBe(first.by);
    await taken();
    const answers = signed.map(({digest, signature}) => recover(digest, signature, true));
    for (const answer of answers) expect(answer).toBeInstanceOf(Promise);
    // Proofs are in the same line.
    const proof = prover.prove(alphaOf('between'), true);
    const high = Uint8Array.from(first.signature).fill(0xff, 32, 64);
    const bad = [first.signature.subarray(0, 64), high, new Uint8Array(65)].map((signature) =>
      recover(first.digest, signature, true),
    );
    expect(await settled(answers)).toEqual(signed.map(({by}) => by));
    expect(await proof).toEqual(vrf.prove(alphaOf('between')));
    expect(await settled(bad)).toEqual([null, null, null]);
    expect(recover(first.digest, first.signature, false)).toBe(first.by);
  });

  it('that is not there at all is done without', async () => {
    const {prover, problems} = asideWith(pathToFileURL(join(folder, 'nowhere.mjs')));
    expect(prover.prove(alphaOf('now'), true)).toEqual(vrf.prove(alphaOf('now')));
    await vi.waitFor(() => expect(problems).toHaveLength(1), PATIENCE);
    const none = asideWith(null);
    expect(none.prover.prove(alphaOf('now'), true)).toEqual(vrf.prove(alphaOf('now')));
    expect(none.problems).toEqual([]);
  });

  it('that the system refuses to start is done without, and told once', () => {
    // Only a file can be a thread: it is refused at once, as it is where no more threads are allowed.
    const {prover, problems} = asideWith(new URL('https://example.org/thread.mjs'));
    for (const text of ['now', 'then'])
      expect(prover.prove(alphaOf(text), true)).toEqual(vrf.prove(alphaOf(text)));
    expect(problems).toEqual([expect.stringContaining('file')]);
  });

  it('that is ready only when it is being closed stays closed, and says nothing', async () => {
    const said = join(folder, 'said');
    const {prover, close, problems} = asideWith(
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
    await close();
    expect(prover.prove(alphaOf('later'), true)).toEqual(vrf.prove(alphaOf('later')));
    expect(problems).toEqual([]);
  });

  it('ends when it is closed, says nothing, and what was in progress is proved', async () => {
    const {prover, recover, close, problems, taken} = asideWith(threadUrl);
    await taken();
    const proofs = alphas.map((alpha) => prover.prove(alpha, true));
    const signers = signed.map(({digest, signature}) => recover(digest, signature, true));
    await close();
    expect(await settled(signers)).toEqual(signed.map(({by}) => by));
    expect(await settled(proofs)).toEqual(alphas.map((alpha) => vrf.prove(alpha)));
    expect(problems).toEqual([]);
  });
});

describe('an operator with a thread beside it', () => {
  it('takes a burst into its journal in the order it came, and answers each job once, in that order', async () => {
    const proved: (VrfProof | Promise<VrfProof>)[] = [];
    const {prover, taken} = asideWith(threadUrl);
    await taken();
    const counted = {
      publicKey: prover.publicKey,
      prove: (alpha: Uint8Array, offload: boolean) => {
        const proof = prover.prove(alpha, offload);
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
       parentPort.on('message', (questions) => { n += questions.length; if (n > 4) process.exit(1); }); parentPort.postMessage('ready');`,
    );
    const {prover, problems, taken} = asideWith(url);
    await taken();
    const rig = await createRig({range: [0n, 0n], prover});
    const run = await rig.start();
    await run.event('connected');
    rig.submit(30);
    await rig.answered(30);
    await run.event('result_accepted', () => run.of('result_accepted').length === 30);
    expect(problems).toHaveLength(1);
    expect(await run.stop()).toMatchObject({accepted: 30, received: 30, failed: 0, pending: 0});
  });
});
