import {run, say} from '../../foundation/next-step/next-step.ts';
import type {ListenAddress} from '../../config/config.ts';
import {networkProblem} from '../../peers/http/network-code.ts';
import {tryConnect} from '../../peers/http/try-connect.ts';
import {blocked, notApplicable, ok, unclear, warn, type Finding} from './check.ts';
import type {DoctorContext} from './context.ts';
import {httpPlace} from './http.ts';
import {reachedAt} from './own-address.ts';
import type {Probe} from './run.ts';

export function metricsProbes(context: DoctorContext): Probe[] {
  return [
    {
      checks: ['metrics.port'],
      run: async (report, signal) => report('metrics.port', await judgeMetrics(context, signal)),
    },
  ];
}

/** A node works without metrics, so that the worst is a warning. */
async function judgeMetrics(context: DoctorContext, signal: AbortSignal): Promise<Finding> {
  const {config} = context;
  const running = await context.running();
  const served = running.state === 'running' ? running.facts.view.metricsUrl : null;
  if (served !== null && URL.canParse(served)) return answers(served, context, signal);
  const {metrics: address} = config;
  if (address === null)
    return config.warnings.some(({code, path}) => code === 'CONTRADICTION' && path === 'net.metrics_url')
      ? blocked('config.unused', 'net.metrics_url has the port of another part of this node')
      : notApplicable('none are served: net.metrics_url is off, or not set for a network of one’s own');
  const at = reachedAt(address);
  const isTaken = await isOpen(address, context, signal);
  switch (running.state) {
    case 'unknown':
      return blocked('config.valid', 'node.node_id is not known');
    case 'broken':
      return unclear(`${at} is ${isTaken ? 'taken' : 'free'}; ${running.message}`, running.next);
    case 'absent':
      return isTaken
        ? warn(`${at} is taken by another program: aos run could serve no metrics there`, whoHas(address))
        : blocked('ping.operator', `${at} is free; no operator runs`);
    case 'running':
      return isTaken
        ? warn(`${at} is taken by another program, so the operator serves no metrics`, whoHas(address))
        : warn(
            `the operator serves no metrics, and ${at} is free`,
            run('logs', ['--grep', 'metrics'], 'It tries again every 30 s; else aos restart. See why'),
          );
  }
}

/** Asks the operator where it says that it serves them. */
async function answers(url: string, {time}: DoctorContext, signal: AbortSignal): Promise<Finding> {
  const {hostname, port} = new URL(url);
  const at = reachedAt({host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port)});
  const place = httpPlace(`http://${at}/livez`, time.now);
  try {
    const {status} = await place.request(signal);
    if (status === 200) return ok(`served at http://${at}/metrics`);
    return warn(`http://${at}/livez answers HTTP ${status}`, run('logs', ['--grep', 'metrics']));
  } catch (error) {
    signal.throwIfAborted();
    return warn(
      `the operator serves metrics at ${url}, but it does not answer: ${networkProblem(error)}`,
      say('Look for a firewall on this machine, or for too many readers.'),
    );
  } finally {
    place.close();
  }
}

async function isOpen(
  address: ListenAddress,
  {limits}: DoctorContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (address.port === 0) return false;
  const {hostname} = new URL(`http://${reachedAt(address)}`);
  const host = hostname.replaceAll(/[[\]]/g, '');
  return (await tryConnect(host, address.port, limits.answerMs, signal)) === null;
}

const whoHas = ({port}: ListenAddress) =>
  say(
    `ss -ltnp 'sport = :${port}'   (who is it?), or set net.metrics_url to a free port; a freed port is taken within 30 s`,
  );
