import {run, say} from '../../foundation/next-step/next-step.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Env} from '../../config/user-path.ts';
import {connectHere} from '../../node/presence/here.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {blocked, fail, ok, warn} from './check.ts';
import type {Probe} from './run.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {DoctorContext, RunningReading} from './context.ts';

/** Within the limit of one check, also where two places are asked. */
const HELLO_MS = 1_200;

/** Asks the control socket of the node whether an operator runs. */
export async function findOperator(
  {network, nodeId, storeDir}: {network: string; nodeId: string | null; storeDir: string | null},
  {env, uid, time}: {env: Env; uid: number; time: Time},
): Promise<RunningReading> {
  if (nodeId === null) return {state: 'unknown'};
  try {
    const client = await connectHere({network, nodeId, storeDir}, {env, uid, timeoutMs: HELLO_MS, time});
    client.close();
    const {pid, host, version} = client.hello;
    return {state: 'running', facts: {pid, host, version, view: client.snapshot}};
  } catch (error) {
    if (!isAosError(error)) throw error;
    if (error.code === 'CONTROL_ABSENT') return {state: 'absent', message: error.message};
    return {state: 'broken', message: `${error.message} (${error.code})`, next: error.next};
  }
}

export function operatorProbes({running, time, version}: DoctorContext): Probe[] {
  return [
    {
      checks: ['ping.operator'],
      run: async (report) => {
        const reading = await running();
        switch (reading.state) {
          case 'unknown': {
            report('ping.operator', blocked('config.valid', 'node.node_id is not known'));
            return;
          }
          case 'absent': {
            report('ping.operator', warn(reading.message, run('run')));
            return;
          }
          case 'broken': {
            report('ping.operator', fail(reading.message, reading.next));
            return;
          }
          case 'running': {
            const {pid, host, view} = reading.facts;
            const since = view.node === null ? '' : `, up ${duration(time.now() - view.node.startedAt)}`;
            report('ping.operator', ok(`runs as process ${pid} on ${host}${since}`));
            return;
          }
        }
      },
    },
    {
      checks: ['versions.operator'],
      run: async (report) => {
        const reading = await running();
        if (reading.state !== 'running') {
          report('versions.operator', blocked('ping.operator', 'there is no operator to compare with'));
          return;
        }
        const own = reading.facts.version;
        if (own === version) {
          report('versions.operator', ok(`both are ${version}`));
          return;
        }
        report(
          'versions.operator',
          warn(
            `the running operator is aos ${own}, this is ${version}`,
            say('Restart the operator: it then runs the installed version.'),
          ),
        );
      },
    },
  ];
}
