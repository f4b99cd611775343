import {run, say} from '../../foundation/next-step/next-step.ts';
import {isIP} from 'node:net';
import type {ListenAddress} from '../../config/config.ts';
import {blocked, fail, ok, unclear, warn, type Finding} from './check.ts';
import type {Probe} from './run.ts';
import {networkProblem} from '../../peers/http/network-code.ts';
import {isLoopbackHost} from '../../peers/signer/url.ts';
import {type StatusFacts} from '../status/facts.ts';
import {judgeProbed} from '../status/local-links.ts';
import type {DoctorContext, RunningReading} from './context.ts';
import {httpPlace} from './http.ts';
import {reachedAt} from './own-address.ts';
import type {JournalReading} from './journal-reading.ts';
import {known, unknown} from '../../foundation/fact.ts';
import {rulesOf} from './rules.ts';

const DEVNET = 'devnet';
/** Addresses that no one on the other side of a router can reach (RFC 1918, RFC 6598, link-local). */
const PRIVATE =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:|fe80:)/i;

export function pingProbes(context: DoctorContext): Probe[] {
  const {config, time, running, journal} = context;
  return [
    {
      checks: ['ping.local'],
      run: async (report, signal) =>
        report('ping.local', await judgeLocal(config.listen, await running(), time.now, signal)),
    },
    {
      checks: ['ping.outer_url'],
      run: (report) => {
        report('ping.outer_url', judgeOuterUrl(config));
        return Promise.resolve();
      },
    },
    {
      checks: ['ping.outside'],
      run: async (report) => {
        const [operator, stored] = await Promise.all([running(), journal()]);
        report('ping.outside', judgeOutside(context, operator, stored));
      },
    },
  ];
}

/**
 * Asks the operator's server for its root, which it does not have, because the operator would record `/ping` from
 * here as a probe of the network.
 */
async function judgeLocal(
  listen: ListenAddress | null,
  running: RunningReading,
  now: () => number,
  signal: AbortSignal,
): Promise<Finding> {
  if (listen === null) return blocked('config.valid', 'net.rest_url is not known');
  const {port} = listen;
  const at = reachedAt(listen);
  const place = httpPlace(`http://${at}/`, now);
  try {
    const {status} = await place.request(signal);
    if (running.state === 'running') return ok(`${at} answers (HTTP ${status} for /)`);
    if (running.state === 'broken')
      return unclear(`${at} answers (HTTP ${status} for /); ${running.message}`, running.next);
    return warn(
      `something answers at ${at}, and it is no operator of this node: aos run could not listen there`,
      say(`ss -ltnp 'sport = :${port}'   (who is it?), or change net.rest_url`),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (running.state === 'running')
      return fail(
        `the operator runs, but ${at} does not answer: ${networkProblem(error)}`,
        say('Check net.rest_url, then restart the operator.'),
      );
    return running.state === 'absent'
      ? blocked('ping.operator', `${at} is free; no operator runs`)
      : unclear(
          `${at} does not answer: ${networkProblem(error)}`,
          run('doctor', ['--only', 'files,ping'], 'See why the operator cannot be asked'),
        );
  } finally {
    place.close();
  }
}

function judgeOuterUrl({outerUrl, listen, network, trustedProxies}: DoctorContext['config']): Finding {
  if (outerUrl === null)
    return warn(
      'net.outer_url is not set, so it is not known where the network reaches this node',
      say(`Set net.outer_url: http://PUBLIC-ADDRESS:${listen?.port ?? 21001}`),
    );
  if (network === DEVNET) return ok(`${outerUrl}, on this machine like the whole network`);
  const host = new URL(outerUrl).hostname.replaceAll(/[[\]]/g, '');
  const next = `Set net.outer_url to the address by which others reach this machine.`;
  if (isLoopbackHost(host))
    return fail(`${outerUrl} is this machine’s own; no other machine can reach it`, say(next));
  if (isIP(host) !== 0 && PRIVATE.test(host))
    return warn(`${outerUrl} is a private address; only its own network can reach it`, say(next));
  if (listen !== null && isLoopbackHost(listen.host) && trustedProxies.length === 0)
    return warn(
      `net.rest_url listens on ${listen.host} only, and net.trusted_proxies names no proxy: what one passes on does not count`,
      say(
        `Set net.trusted_proxies: [${listen.host}]; without a proxy set net.rest_url: 0.0.0.0:${listen.port}`,
      ),
    );
  return ok(outerUrl);
}

/** Judges by the last probe that came in, because the node cannot see itself from outside. */
function judgeOutside(
  {config, time}: DoctorContext,
  running: RunningReading,
  journal: JournalReading,
): Finding {
  const {outerUrl, network} = config;
  const now = time.now();
  const facts: StatusFacts = {
    now,
    nodeId: config.nodeId ?? '',
    network,
    rules: rulesOf(config),
    vrfPublicKey: null,
    signer: unknown('not asked here'),
    chain: unknown('not asked here'),
    journal: journal.state === 'read' ? known(journal.facts, now) : unknown('there is no journal yet'),
    operator:
      running.state === 'running'
        ? known(running.facts, now)
        : running.state === 'absent'
          ? known(null, now)
          : unknown('the operator could not be asked'),
    row: unknown('not asked here'),
  };
  const from = outerUrl === null ? 'http://PUBLIC-ADDRESS:PORT' : outerUrl;
  const elsewhere = `From another network: curl -fsS --max-time 5 ${from}/ping`;
  const {state, found, next} = judgeProbed(facts);
  if (running.state === 'absent' && state !== 'ok')
    return blocked('ping.operator', `${found}; no operator runs`);
  switch (state) {
    case 'ok':
      return ok(found);
    case 'unknown':
    case 'pending':
    case 'skipped':
      return warn(`not known from inside: ${found}`, say(elsewhere));
    case 'warn':
      return warn(found, next ?? say(elsewhere));
    case 'fail':
      // A node that was never asked may also be unknown to the network yet.
      return /^never/.test(found) ? warn(found, say(elsewhere)) : fail(found, say(elsewhere));
  }
}
