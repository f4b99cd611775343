import {run, say} from '../../foundation/next-step/next-step.ts';
import {rangeText} from '../../peers/dispatcher/row-range.ts';
import {probeWebSocket} from '../../peers/dispatcher/probe.ts';
import {blocked, ok, unclear, warn, type Finding} from './check.ts';
import type {Probe} from './run.ts';
import {CODES} from '../../foundation/errors/table.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import type {DoctorContext} from './context.ts';
import {noAnswerFrom, withinAnswerTime} from './answer-time.ts';
import type {RowReading} from './row-reading.ts';

const FIX = CODES.DISPATCHER_UNREACHABLE.next;
const NOT_NOW = say(
  'Try again in a minute: while the dispatcher registers an operator, it answers nothing else. Else see that it runs.',
);

export function dispatcherProbes(context: DoctorContext): Probe[] {
  const {config, time} = context;
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
        const found = await withinAnswerTime({who: host, next: FIX, signal}, async (end) => {
          await probeWebSocket(dispatcherUrl, end);
          return ok(`connected to ${host} in ${Math.round(time.monotonic() - started)} ms`);
        });
        report('dispatcher.websocket', found);
      },
    },
    {
      checks: ['dispatcher.identity'],
      run: (report) => {
        report('dispatcher.identity', judgeIdentity(config));
        return Promise.resolve();
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
  ];
}

function judgeIdentity({verifyDispatcher, dispatcherAddress}: DoctorContext['config']): Finding {
  if (verifyDispatcher === null) return blocked('config.valid', 'net.verify_dispatcher is wrong');
  if (verifyDispatcher === 'off')
    return warn(
      'net.verify_dispatcher is off: anyone on the way can put in jobs',
      say('Set net.verify_dispatcher: require'),
    );
  if (dispatcherAddress === null)
    return warn(
      'any signer is taken for the dispatcher',
      say('Set node.dispatcher_address to the address that signs its messages.'),
    );
  return ok(`signed by ${dispatcherAddress} (${verifyDispatcher})`);
}

function judgeRow(nodeId: string, reading: RowReading): Finding {
  switch (reading.state) {
    case 'not-asked':
      return blocked('config.valid', 'net.dispatcher_url is not known');
    case 'silent':
      return unclear(noAnswerFrom(reading.host), NOT_NOW);
    case 'failed': {
      const {host, error} = reading;
      if (error.code === 'DISPATCHER_FAILED') return unclear(`${error.message} (${error.code})`, error.next);
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
