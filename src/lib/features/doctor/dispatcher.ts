import {run, say} from '../../foundation/next-step/next-step.ts';
import {rangeText} from '../../peers/dispatcher/row-range.ts';
import {ago, duration} from '../../foundation/time/duration.ts';
import {probeWebSocket} from '../../peers/dispatcher/probe.ts';
import {blocked, fail, ok, pending, unclear, warn, type Finding} from './check.ts';
import type {Probe} from './run.ts';
import {CODES} from '../../foundation/errors/table.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import type {DoctorContext, RunningReading} from './context.ts';
import {noAnswerFrom, withinAnswerTime} from './answer-time.ts';
import type {RowReading} from './row-reading.ts';

const FIX = CODES.DISPATCHER_UNREACHABLE.next;
const NOT_NOW = say(
  'Try again in a minute: while the dispatcher registers an operator, it answers nothing else. Else see that it runs.',
);

export function dispatcherProbes(context: DoctorContext): Probe[] {
  const {config, time, limits} = context;
  const {dispatcherUrl, nodeId} = config;
  const unknown = blocked('config.valid', 'net.dispatcher_url is not known');
  return [
    {
      checks: ['dispatcher.websocket'],
      run: async (report, signal) => {
        if (dispatcherUrl === null) {
          report('dispatcher.websocket', unknown);
          return;
        }
        const started = time.monotonic();
        const {host} = new URL(dispatcherUrl);
        const found = await withinAnswerTime(
          {who: host, ms: limits.answerMs, next: FIX, signal},
          async (end) => {
            await probeWebSocket(dispatcherUrl, {time, signal: end});
            return ok(`connected to ${host} in ${Math.round(time.monotonic() - started)} ms`);
          },
        );
        report('dispatcher.websocket', found);
      },
    },
    {
      checks: ['dispatcher.identity'],
      run: async (report) => {
        const journal = await context.journal();
        const newest = journal.state === 'read' ? journal.facts.newestSigner : null;
        report('dispatcher.identity', judgeIdentity(config, newest));
      },
    },
    {
      checks: ['dispatcher.knows_us'],
      run: async (report) => {
        if (dispatcherUrl === null) report('dispatcher.knows_us', unknown);
        else if (nodeId === null)
          report('dispatcher.knows_us', blocked('config.valid', 'node.node_id is not known'));
        else report('dispatcher.knows_us', judgeRow(nodeId, await context.row()));
      },
    },
    {
      checks: ['dispatcher.session'],
      run: async (report) => {
        const reading = await context.running();
        report('dispatcher.session', judgeSession(reading, time.now()));
      },
    },
  ];
}

/**
 * What the running operator knows of its connection. The doctor sends no `connect` of its own: the published dispatcher
 * would then send the jobs of this node to the doctor.
 */
function judgeSession(reading: RunningReading, now: number): Finding {
  if (reading.state !== 'running')
    return blocked('ping.operator', 'there is no operator that could be asked');
  const {connection, problems, work} = reading.facts.view;
  const problem = problems.find(({part}) => part === 'dispatcher');
  const lasted = connection.since === null ? '' : ` for ${duration(now - connection.since)}`;
  switch (connection.state) {
    case 'refused':
      return fail(
        `the dispatcher refuses the operator${lasted}: ${connection.reason ?? ''}`,
        problem?.next ?? CODES.DISPATCHER_REFUSED.next,
      );
    case 'disconnected':
      return fail(`${connection.reason ?? 'disconnected'}, not connected${lasted}`, problem?.next ?? FIX);
    case 'starting':
    case 'connecting':
      return pending(`the operator is connecting${lasted}`, say('Wait a few seconds.'));
    case 'connected': {
      const jobs = problems.find(({part}) => part === 'jobs');
      if (jobs !== undefined) return warn(`${jobs.message} (${jobs.code})`, jobs.next);
      const last = work?.lastJobAt ?? null;
      return ok(`connected${lasted}, ${last === null ? 'no job yet' : `last job ${ago(last, now)}`}`);
    }
  }
}

/** @param newest who signed the newest job; null: no job is known */
function judgeIdentity(
  {verifyDispatcher, dispatcherAddress}: DoctorContext['config'],
  newest: {signer: string | null} | null,
): Finding {
  if (verifyDispatcher === null) return blocked('config.valid', 'net.verify_dispatcher is wrong');
  if (verifyDispatcher === 'off')
    return warn(
      'net.verify_dispatcher is off: anyone on the way can put in jobs',
      say('Set net.verify_dispatcher: when-signed'),
    );
  if (dispatcherAddress !== null) return ok(`signed by ${dispatcherAddress} (${verifyDispatcher})`);
  const signer = newest?.signer ?? null;
  if (signer !== null)
    return warn(
      `any signer is taken for the dispatcher; the newest job is signed by ${signer}`,
      say(`Let the operator of the dispatcher confirm it, then set node.dispatcher_address: ${signer}`),
    );
  if (newest !== null)
    return warn(
      'the dispatcher does not sign its jobs: anyone on the way can put in jobs',
      say('Ask the operator of the dispatcher for a version that signs its jobs.'),
    );
  return warn(
    'any signer is taken for the dispatcher',
    say('Set node.dispatcher_address to the address that signs its jobs.'),
  );
}

function judgeRow(nodeId: string, reading: RowReading): Finding {
  switch (reading.state) {
    case 'not-asked':
      return blocked('config.valid', 'net.dispatcher_url is not known');
    case 'silent':
      return unclear(noAnswerFrom(reading.host, reading.ms), NOT_NOW);
    case 'failed': {
      const {host, error} = reading;
      if (error.code === 'DISPATCHER_FAILED' || error.details['rightUrl'] !== undefined)
        return unclear(`${error.message} (${error.code})`, error.next);
      // Its HTTP API may well be elsewhere: the configuration names the WebSocket only.
      return unclear(
        `its HTTP API was not found at ${host}: ${error.message} (${error.code})`,
        run('register', ['--dispatcher', 'URL'], 'Ask the operator of the dispatcher for it, then'),
      );
    }
    case 'read': {
      const {host, row} = reading;
      if (row === null || !sameAddress(row.address, nodeId))
        return warn(`${host} does not know node_id`, run('register'));
      const as = row.id === nodeId ? '' : ` as ${row.id}`;
      return ok(`known to ${host}${as}${row.range === null ? '' : `, range ${rangeText(row.range)}`}`);
    }
  }
}
