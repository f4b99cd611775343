import * as v from 'valibot';
import {AosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {NodeTarget} from './node.ts';

/** What a running operator took over of its configuration. */
export type ReloadAnswer = {pid: number; file: string | null; applied: string[]; needRestart: string[]};

const resultSchema = v.object({
  file: v.nullable(v.string()),
  applied: v.array(v.string()),
  needRestart: v.array(v.string()),
});

const MOST_PATH = 300;

/**
 * Has the operator take over its configuration file.
 * @throws AosError CONTROL_* | CONFIG_* and others when the new one is wrong: the operator works on with the old one
 */
export async function reloadNode(node: NodeTarget, signal: AbortSignal): Promise<ReloadAnswer> {
  const client = await node.connect(signal);
  try {
    const read = v.safeParse(resultSchema, await client.command('reload', {signal}));
    if (!read.success) throw new AosError('CONTROL_BROKEN', 'the operator did not say what it took over');
    return {pid: client.hello.pid, ...read.output};
  } finally {
    client.close();
  }
}

export function reloadText({pid, file, applied, needRestart}: ReloadAnswer): string {
  const from = file === null ? 'the environment' : safeText(file, MOST_PATH);
  const took = applied.length === 0 ? 'nothing to take over' : `took over ${applied.join(', ')}`;
  const rest = needRestart.length === 0 ? '' : `\nneeds a restart: ${needRestart.join(', ')} (aos restart)`;
  return `pid ${pid}, ${from}: ${took}${rest}`;
}
