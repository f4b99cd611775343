import type {OperatorEvent, OperatorEventBody} from '../../src/lib/node/events/events.ts';

/** Numbers and dates event bodies as the operator does, one second apart. */
export function eventLog(start = Date.UTC(2026, 0, 1)): (body: OperatorEventBody) => OperatorEvent {
  let seq = 0;
  return (body) => {
    seq += 1;
    return {seq, at: start + seq * 1_000, ...body};
  };
}

export const jobRef = (seq: number) => ({
  seq,
  jobId: `job-${seq}`,
  tag: '',
  position: '',
  kind: 'opml',
  model: 'tiny-llm',
});

export const STARTED: OperatorEventBody = {
  type: 'started',
  nodeId: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  network: 'devnet',
  version: '0.1.0',
  vrfPublicKey: 'ab'.repeat(32),
  workers: ['opml'],
  pending: 0,
};
