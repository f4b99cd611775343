import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {VrfFields} from '../../src/lib/protocol/wire/messages.ts';
import {driverOrder, sqliteDriver, type SqliteDriver} from '../../src/lib/node/journal/driver.ts';
import type {NewJob} from '../../src/lib/node/journal/records.ts';
import {systemTime} from '../../src/lib/foundation/system/system-time.ts';
import type {Time} from '../../src/lib/foundation/time/time.ts';

/** The drivers that load on this Node; the test names say which. */
export function loadableDrivers(): SqliteDriver[] {
  return driverOrder({node: '24.0.0', sqlite: '99.0.0'}).flatMap((name) => {
    try {
      return [sqliteDriver(name)];
    } catch {
      return []; // not on this Node
    }
  });
}

/** Runs `use` in a directory of its own that is gone afterwards. */
export async function inTempDir<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'aos-journal-'));
  try {
    return await use(dir);
  } finally {
    rmSync(dir, {recursive: true, force: true});
  }
}

/** A job whose frame is its own text, unless another one is given. */
export function newJob(
  jobId: string,
  {
    frame = `{"job":${JSON.stringify(jobId)}}`,
    ...over
  }: Omit<Partial<NewJob>, 'frame'> & {
    frame?: string | Uint8Array;
  } = {},
): NewJob {
  return {
    key: {jobId, tag: '', position: ''},
    receivedAt: 1_000,
    frame: typeof frame === 'string' ? Buffer.from(frame) : frame,
    span: null,
    index: 0,
    kind: 'opml',
    model: 'tiny',
    signer: null,
    clock: new Map([[7n, 3]]),
    ...over,
  };
}

/** The machine's time for timers, with clocks that a test moves: each by itself. */
export function clocks(): Time & {pass(ms: number): void; jump(ms: number): void} {
  let [passed, jumped] = [0, 0];
  return {
    ...systemTime,
    now: () => Date.UTC(2030, 0, 1) + passed + jumped,
    monotonic: () => passed,
    /** Time passes, by every clock. */
    pass(ms) {
      passed += ms;
    },
    /** The wall clock jumps; no time passes. */
    jump(ms) {
      jumped += ms;
    },
  };
}

export const VRF: VrfFields = {
  selected: true,
  vrf_prompt_hash: '01',
  vrf_random_value: '02',
  vrf_verify_pubkey: '03',
  vrf_proof: '04',
};

export const DELIVERY = {envelopeId: 'e', signature: 'ff', at: 3_000} as const;

export function answerOf(content: string, at = 2_000) {
  return {outcome: 'answered', vrf: VRF, content, at} as const;
}
