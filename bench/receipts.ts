import {hash as digestOf} from 'node:crypto';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {createCheckPool} from '../src/lib/node/receipts/check-pool.ts';
import type {Reading} from '../src/lib/protocol/clock/readings.ts';
import {createCheck} from '../src/lib/protocol/receipt/check/check.ts';
import type {Receipt} from '../src/lib/protocol/receipt/receipt.ts';
import {loadVrf, type Vrf} from '../src/lib/protocol/vrf/ecvrf.ts';
import {parseEnvelope, verifyEnvelope, type Envelope} from '../src/lib/protocol/wire/envelope.ts';
import {fromHex} from '../src/lib/protocol/wire/ethereum.ts';
import {PARTIES, receiptFor} from '../test/support/receipts.ts';
import {median, type Row} from './figures.ts';

const THREADS = 2;
/** Together 10,000; each round has its own primitives beside it, so that other work on the machine meets both. */
const ROUNDS = 10;
const A_ROUND = 1_000;
const AT_ONCE = 16;
const PROMPT = 'What is AI?';

/**
 * Checks opml receipts on two threads, as `aos job verify --all` does, against half the time of their primitives on one: the
 * signatures of dispatcher and operator, the VRF proof, and the hashes of prompt and clock readings. The processor time says what
 * the same comparison is where both threads have a core each, and nothing else has them.
 */
export async function benchReceipts(root: string): Promise<Row[]> {
  const vrf = await loadVrf();
  const receipts = Array.from({length: A_ROUND}, (_, n) =>
    receiptFor(vrf, {jobId: `job-${n}`, prompt: PROMPT}),
  );
  const pool = createCheckPool({
    threadUrl: pathToFileURL(path.join(root, 'dist', 'receipt-thread.js')),
    threads: THREADS,
    inline: createCheck(vrf),
  });
  try {
    await checkAll(pool, receipts);
    const needed = receipts.map(neededFor);
    primitives(vrf, needed);
    const ratios: number[] = [];
    let checkedMs = 0;
    const processor = {checked: 0, primitives: 0};
    for (let round = 0; round < ROUNDS; round += 1) {
      const atStart = process.cpuUsage();
      const before = performance.now();
      await checkAll(pool, receipts);
      const between = performance.now();
      const atHalf = process.cpuUsage();
      primitives(vrf, needed);
      const after = performance.now();
      processor.checked += secondsOf(atStart, atHalf);
      processor.primitives += secondsOf(atHalf, process.cpuUsage());
      checkedMs += between - before;
      ratios.push((between - before) / ((after - between) / THREADS));
    }
    const count = (ROUNDS * A_ROUND).toLocaleString('en-US');
    return [
      {
        part: `receipts (${count}, two threads)`,
        what: 'time, against half that of their primitives',
        figure: median(ratios),
        unit: '×',
        target: {atMost: 1.5},
        note: `${(checkedMs / 1000).toFixed(1)} s in all; processor time ${processor.checked.toFixed(1)} s against ${processor.primitives.toFixed(1)} s (${(processor.checked / processor.primitives).toFixed(2)} ×)`,
      },
    ];
  } finally {
    await pool.close();
  }
}

function secondsOf(from: NodeJS.CpuUsage, to: NodeJS.CpuUsage): number {
  return (to.user - from.user + to.system - from.system) / 1e6;
}

async function checkAll(
  pool: ReturnType<typeof createCheckPool>,
  receipts: readonly Receipt[],
): Promise<void> {
  const under: Promise<void>[] = [];
  for (let from = 0; from < receipts.length; from += AT_ONCE) {
    const jobs = receipts
      .slice(from, from + AT_ONCE)
      .map((receipt) => ({evidence: {...receipt, content: null}, parties: PARTIES}));
    await pool.room();
    under.push(
      pool.check({jobs, readings: []}).then((checked) => {
        const isBad = checked.jobs.some(({links}) => links.some(({verdict}) => verdict === 'broken'));
        if (isBad) throw new Error('a receipt of the bench does not verify');
      }),
    );
  }
  await Promise.all(under);
}

/** What the primitives of a receipt are fed with, read before they are timed. */
type Needed = {
  signed: readonly Envelope[];
  key: Uint8Array;
  alpha: Uint8Array;
  proof: Uint8Array;
  prompt: string;
  /** What is hashed of each reading: its clock, and itself. */
  readings: readonly (Uint8Array | string)[];
};

function neededFor({frame, result, vrf, readings}: Receipt): Needed {
  const key = fromHex(vrf.vrf_verify_pubkey);
  const proof = fromHex(vrf.vrf_proof);
  if (frame === null || key === null || proof === null)
    throw new Error('a receipt of the bench is not whole');
  const signed = [parseEnvelope(frame.bytes), parseEnvelope(result)];
  return {
    signed,
    key,
    alpha: Buffer.from(vrf.vrf_prompt_hash),
    proof,
    prompt: PROMPT,
    readings: readings.flatMap(hashedOf),
  };
}

/** The inputs of the two hashes of a reading (docs/protocol.md#clock-readings), for clocks of small numbers. */
function hashedOf({n, at, event, ref, clock, previous, hash}: Reading): (Uint8Array | string)[] {
  const entries = [...clock].sort(([a], [b]) => Number(a - b));
  const digested = Uint8Array.from([
    clock.size,
    ...entries.flatMap(([id, counter]) => [Number(id), counter]),
  ]);
  const digest = digestOf('sha256', digested);
  const text = JSON.stringify(['aos-reading-1', n, at, event, ref, digest, previous]);
  if (digestOf('sha256', text) !== hash) throw new Error('the bench hashes something else than a reading');
  return [digested, text];
}

function primitives(vrf: Pick<Vrf, 'verify'>, needed: readonly Needed[]): void {
  for (const {signed, key, alpha, proof, prompt, readings} of needed) {
    digestOf('sha512', prompt);
    for (const hashed of readings) digestOf('sha256', hashed);
    for (const envelope of signed)
      if (verifyEnvelope(envelope).state !== 'signed')
        throw new Error('a receipt of the bench is not signed');
    if (vrf.verify(key, alpha, proof) === null) throw new Error('a receipt of the bench is not proven');
  }
}
