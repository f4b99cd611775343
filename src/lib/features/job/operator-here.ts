import {isAosError} from '../../foundation/errors/error.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {ControlClient} from '../../node/control/client.ts';
import {connectHere} from '../../node/presence/here.ts';
import type {OpenedJobs} from './journal.ts';

const CONTROL_TIMEOUT_MS = 2_000;

/** The operator that works with this journal; null: none runs. @throws AosError CONTROL_* */
export async function connectOperator({
  config: {network, nodeId},
  dir,
}: OpenedJobs): Promise<ControlClient | null> {
  if (nodeId === null) return null;
  try {
    return await connectHere(
      {network, nodeId, storeDir: dir},
      {
        env: process.env,
        uid: process.getuid?.() ?? 0,
        timeoutMs: CONTROL_TIMEOUT_MS,
        time: systemTime,
      },
    );
  } catch (error) {
    if (isAosError(error, 'CONTROL_ABSENT')) return null;
    throw error;
  }
}
