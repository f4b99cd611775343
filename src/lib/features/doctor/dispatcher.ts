import {run, say} from '../../foundation/next-step/next-step.ts';
import {createDispatcherRest} from '../../peers/dispatcher/rest.ts';
import {probeWebSocket} from '../../peers/dispatcher/probe.ts';
import {blocked, ok, unclear, warn, type Finding} from './check.ts';
import type {Probe} from './run.ts';
import {CODES} from '../../foundation/errors/table.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import type {DoctorContext} from './context.ts';
import {withinAnswerTime} from './answer-time.ts';
import {dispatcherHttpUrl} from '../../config/dispatcher-http-url.ts';

const FIX = CODES.DISPATCHER_UNREACHABLE.next;

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
      run: async (report, signal) => {
        if (dispatcherUrl === null) {
          report('dispatcher.knows_us', unknown);
          return;
        }
        if (nodeId === null) {
          report('dispatcher.knows_us', blocked('config.valid', 'node.node_id is not known'));
          return;
        }
        const {host} = new URL(dispatcherHttpUrl(null, dispatcherUrl));
        const found = await withinAnswerTime({who: host, next: FIX, signal}, (end) =>
          askAboutUs(dispatcherUrl, nodeId, end),
        );
        report('dispatcher.knows_us', found);
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

async function askAboutUs(webSocketUrl: string, nodeId: string, signal: AbortSignal): Promise<Finding> {
  const url = dispatcherHttpUrl(null, webSocketUrl);
  const {host} = new URL(url);
  try {
    const found = await createDispatcherRest(url).operatorInfo(nodeId, signal);
    if (found === null || !sameAddress(found.address, nodeId))
      return warn(`${host} does not know node_id`, run('register'));
    const range = found.range === null ? '' : `, range ${found.range.start}–${found.range.end}`;
    return ok(`known to ${host}${range}`);
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error)) throw error;
    // Its HTTP API may well be elsewhere: the configuration names the WebSocket only.
    return unclear(
      `its HTTP API was not found at ${host} (${error.code})`,
      run('register', ['--dispatcher', 'URL'], 'Ask the operator of the dispatcher for it, then'),
    );
  }
}
