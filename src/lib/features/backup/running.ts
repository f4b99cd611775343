import {isAosError} from '../../foundation/errors/error.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {connectHere} from '../../node/presence/here.ts';

const TIMEOUT_MS = 2_000;

/** The operator of a node that runs on this machine, in words; null: none answers this user. */
export async function runningHere(node: {network: string; nodeId: string}): Promise<string | null> {
  try {
    const client = await connectHere(
      {...node, storeDir: null},
      {env: process.env, uid: process.getuid?.() ?? 0, timeoutMs: TIMEOUT_MS, time: systemTime},
    );
    client.close();
    return `pid ${client.hello.pid}`;
  } catch (error) {
    // One that cannot be asked holds the lock of its node, which the first run meets.
    if (isAosError(error)) return null;
    throw error;
  }
}
