import type {BundleJson, DoctorReport} from './report.ts';
import type {Plan} from './select.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {refuseOutput} from '../../cli/private-output.ts';
import {listenForSignals, interrupted} from '../../cli/signals.ts';
import {writeBundle} from './bundle.ts';
import {examine, type Surroundings} from './examine.ts';
import {fixFindings} from './fix.ts';
import {diskFacts} from './machine.ts';

export type DoctorOptions = {
  config?: string | undefined;
  fix: boolean;
  yes: boolean;
  bundle?: string | undefined;
  force: boolean;
  version: string;
  /** The user's limit for all checks, and for each; undefined for the usual ones. */
  timeoutMs: number | undefined;
  canAsk: boolean;
  note: (line: string) => void;
};

/**
 * Examines the node of this machine, repairs what may be repaired when that is wanted, and writes the bundle.
 * @throws AosError USAGE | OUT_* | INTERRUPTED | TERMINATED
 */
export async function runDoctor(
  plan: Plan,
  options: DoctorOptions,
): Promise<{report: DoctorReport; bundle: BundleJson | null}> {
  const {bundle, force, note} = options;
  if (bundle !== undefined) refuseOutput(bundle, force);
  const where: Surroundings = {
    config: options.config,
    env: process.env,
    cwd: process.cwd(),
    uid: process.getuid?.() ?? 0,
    version: options.version,
    node: process.versions.node,
    time: systemTime,
    disk: diskFacts,
    timeoutMs: options.timeoutMs,
  };
  const signals = listenForSignals('stop');
  try {
    let found = await examine(where, plan, signals.stop);
    if (options.fix) found = await fixFindings(found, where, {...options, signal: signals.stop});
    for (const {id, state, why} of found.report.repairs)
      if (state === 'failed') note(`warning: ${id} could not be repaired: ${why ?? ''}`);
    if (bundle === undefined) return {report: found.report, bundle: null};
    const written = await writeBundle(bundle, found, where, {force});
    note(`bundle: ${written.path}, ${written.files.length} files without secrets`);
    return {report: found.report, bundle: written};
  } catch (error) {
    if (!signals.stop.aborted) throw error;
    throw interrupted(signals.stop.reason);
  } finally {
    signals.dispose();
  }
}
