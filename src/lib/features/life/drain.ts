import * as v from 'valibot';
import {AosError} from '../../foundation/errors/error.ts';
import {count} from '../../foundation/text/words.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {ControlClient} from '../../node/control/client.ts';
import type {NodeTarget} from './node.ts';

/** How far a drain is. */
export type DrainResult = {
  pid: number;
  phase: 'working' | 'draining' | 'drained';
  /** Jobs without an answer, and answers that are not accepted yet. */
  toAnswer: number;
  toDeliver: number;
};

const count0 = v.pipe(v.number(), v.integer(), v.minValue(0));
const stateSchema = v.object({
  phase: v.picklist(['working', 'draining', 'drained']),
  toAnswer: count0,
  toDeliver: count0,
});

const LOOK_EVERY_MS = 500;

/**
 * Drains the node, or ends its drain.
 * @param options.wait until it is drained; else it is only begun
 * @throws AosError CONTROL_* | DRAIN_UNFINISHED when it takes longer than `timeoutMs`
 */
export async function drainNode(
  node: NodeTarget,
  options: {
    end: boolean;
    wait: boolean;
    timeoutMs: number;
    time: Time;
    signal: AbortSignal;
    onProgress: (text: () => string) => void;
  },
): Promise<DrainResult> {
  const {end, wait, timeoutMs, time, signal, onProgress} = options;
  const client = await node.connect(signal);
  try {
    let state = await ask(client, end ? 'drain-end' : 'drain', signal);
    if (end || !wait) return state;
    const until = time.monotonic() + timeoutMs;
    while (state.phase !== 'drained') {
      const now = state;
      onProgress(() => leftText(now));
      if (state.phase === 'working')
        throw new AosError('DRAIN_UNFINISHED', 'the drain was ended', {details: state});
      if (time.monotonic() >= until)
        throw new AosError(
          'DRAIN_UNFINISHED',
          `not drained after ${duration(timeoutMs)}: ${leftText(state)}`,
          {
            details: state,
          },
        );
      await time.sleep(LOOK_EVERY_MS, signal);
      state = await ask(client, 'drain-state', signal);
    }
    return state;
  } finally {
    client.close();
  }
}

async function ask(
  client: ControlClient,
  command: 'drain' | 'drain-end' | 'drain-state',
  signal: AbortSignal,
): Promise<DrainResult> {
  const read = v.safeParse(stateSchema, await client.command(command, {signal}));
  if (!read.success) throw new AosError('CONTROL_BROKEN', 'the operator did not say how far the drain is');
  return {pid: client.hello.pid, ...read.output};
}

function leftText({toAnswer, toDeliver}: Pick<DrainResult, 'toAnswer' | 'toDeliver'>): string {
  return `${count(toAnswer, 'job')} to answer, ${count(toDeliver, 'answer')} to deliver`;
}

export function drainText(result: DrainResult): string {
  switch (result.phase) {
    case 'working':
      return 'the node works again: it connects to the dispatcher and takes jobs';
    case 'draining':
      return `draining: the node takes no new job; ${leftText(result)}`;
    case 'drained':
      return 'drained: every job that the node took is answered and accepted; it answers /ping and takes no new job';
  }
}
