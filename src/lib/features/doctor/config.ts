import {say} from '../../foundation/next-step/next-step.ts';
import {proxyUses, proxyUseText} from '../../foundation/system/proxy-choice.ts';
import {hasConfigVariables} from '../../config/no-configuration.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {alertPeers} from '../alert/peers.ts';
import {judgeConfig} from './judge-config.ts';
import {notApplicable, ok, warn, type Finding} from './check.ts';
import type {CheckId} from './registry.ts';
import type {Probe} from './run.ts';
import type {DoctorContext} from './context.ts';

const IDS = ['config.file', 'config.secrets', 'config.valid', 'config.unused'] as const satisfies CheckId[];

/** One probe a check, since they build on each other. */
export function configProbes(context: DoctorContext): Probe[] {
  const {config, found, env} = context;
  const {error, publicKey, problems, warnings} = config;
  const file = found === null ? null : {path: sanitizeText(found.path), from: found.from};
  const findings = judgeConfig({
    file,
    hasVariables: hasConfigVariables(env),
    error,
    publicKey,
    problems,
    warnings,
  });
  const probes = IDS.map((id): Probe => ({
    checks: [id],
    run: (report) => {
      const finding = findings[id];
      if (finding !== undefined) report(id, finding);
      return Promise.resolve();
    },
  }));
  return [
    ...probes,
    {
      checks: ['config.proxy'],
      run: (report) => {
        report('config.proxy', judgeProxies(context));
        return Promise.resolve();
      },
    },
  ];
}

/** Whether the proxies work is found out by the checks of the peers behind them. */
function judgeProxies({config, env}: DoctorContext): Finding {
  const {rpcUrls, alertChannels, watchdog} = config;
  const uses = proxyUses(
    [
      ...rpcUrls.map((url) => ({name: `RPC ${new URL(url).host}`, url})),
      ...alertPeers(alertChannels, watchdog),
    ],
    env,
  );
  if (uses.length === 0) return notApplicable('every peer is reached without a proxy');
  const text = uses.map(proxyUseText).join('; ');
  const wrong = uses.find(({place}) => place === null);
  return wrong === undefined
    ? ok(text)
    : warn(
        `${text}: ${wrong.variable} cannot be used`,
        say(`Set ${wrong.variable}=http://HOST:PORT, or unset it.`),
      );
}
