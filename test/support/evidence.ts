import {draftEnvelope} from '../../src/lib/protocol/wire/envelope.ts';
import {signText, TEST_ADDRESS} from './envelope-signing.ts';
import {VRF} from './journal.ts';
import type {JobRecord} from '../../src/lib/node/journal/records.ts';

type Entries = Readonly<Record<string, string>>;
export type Dispatched = {jobId: string; clock: Entries};

/** A frame of the dispatcher with these jobs, signed by the tests' key unless told otherwise. */
export function dispatchFrame(jobs: readonly Dispatched[], {signed = true} = {}): string {
  const params = jobs.map(({jobId, clock}) => ({
    user: 'u',
    job_id: jobId,
    job: {tag: 'opml', model: 'tiny', prompt: 'p'},
    clock,
  }));
  const {message, seal} = draftEnvelope({
    id: 'f-1',
    method: 'dispatch_job',
    params: JSON.stringify(params),
    result: 'null',
    address: TEST_ADDRESS,
  });
  const sealed = seal(signText(message));
  return signed ? sealed : sealed.replace(/"signature":"[0-9a-f]{130}"(?=[^[\]]*$)/, '"signature":""');
}

/** The element of one job in such a frame. */
export function elementOf(jobId: string, clock: Entries): string {
  return JSON.stringify({user: 'u', job_id: jobId, job: {tag: 'opml', model: 'tiny', prompt: 'p'}, clock});
}

/** The frame of {@link jobRecord}. */
export const jobFrame = (): string => dispatchFrame([{jobId: 'job', clock: {'7': '3'}}]);

export function contentOf(clock: Entries): string {
  return JSON.stringify({result: 'r', clock});
}

/** A callback of an opml worker. */
export function callbackBody(stateRoot: string): string {
  return JSON.stringify({
    req_id: 'q',
    node_id: '',
    model: 'tiny',
    prompt: 'p',
    answer: 'a',
    state_root: stateRoot,
  });
}

export function jobRecord(over: Partial<JobRecord> = {}): JobRecord {
  return {
    seq: 1,
    key: {jobId: 'job', tag: '', position: ''},
    state: 'accepted',
    receivedAt: 1_000,
    bornAge: 0,
    element: elementOf('job', {'7': '3'}),
    index: 0,
    kind: 'opml',
    model: 'tiny',
    vrf: VRF,
    range: null,
    outcome: 'answered',
    content: contentOf({'7': '4'}),
    ...over,
  };
}
