import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {VrfFields} from '../../src/lib/protocol/wire/messages.ts';
import {driverOrder, sqliteDriver, type SqliteDriver} from '../../src/lib/node/journal/driver.ts';
import type {NewJob} from '../../src/lib/node/journal/records.ts';

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

export function newJob(jobId: string, over: Partial<NewJob> = {}): NewJob {
  return {
    key: {jobId, tag: '', position: ''},
    receivedAt: 1_000,
    frame: `{"job":${JSON.stringify(jobId)}}`,
    index: 0,
    kind: 'opml',
    model: 'tiny',
    signer: null,
    clock: new Map([[7n, 3]]),
    ...over,
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
