import {hasConfigVariables} from '../../config/no-configuration.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {judgeConfig} from './judge-config.ts';
import type {CheckId} from './registry.ts';
import type {Probe} from './run.ts';
import type {DoctorContext} from './context.ts';

const IDS = ['config.file', 'config.secrets', 'config.valid', 'config.unused'] as const satisfies CheckId[];

/** One probe a check, since they build on each other. */
export function configProbes({config, found, env}: DoctorContext): Probe[] {
  const {error, problems, warnings} = config;
  const file = found === null ? null : {path: sanitizeText(found.path), from: found.from};
  const findings = judgeConfig({file, hasVariables: hasConfigVariables(env), error, problems, warnings});
  return IDS.map((id) => ({
    checks: [id],
    run: (report) => {
      const finding = findings[id];
      if (finding !== undefined) report(id, finding);
      return Promise.resolve();
    },
  }));
}
