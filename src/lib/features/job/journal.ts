import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {noConfiguration} from '../../config/no-configuration.ts';
import type {Env} from '../../config/user-path.ts';
import {findConfig} from '../../config/file.ts';
import {aosDirs} from '../../config/paths.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {usableConfig, type UsableConfig} from '../../config/usable.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {JOURNAL_FILE} from '../../node/journal/sqlite.ts';
import {openJobReader, type JobReader} from '../../node/journal/job-query.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {say} from '../../foundation/next-step/next-step.ts';

export type OpenedJobs = {journal: JobReader; config: UsableConfig; dir: string};

/**
 * The journal of the configuration's node, or the only one on this machine. An incomplete configuration is enough: reading
 * an old job does not require a valid one.
 * @throws AosError JOURNAL_* | CONFIG_* when the file that was named cannot be read | USAGE for several journals
 */
export function openJobs(flag: string | undefined, note: (line: string) => void): OpenedJobs {
  const {env} = process;
  const cwd = process.cwd();
  const found = findConfig({flag, env, cwd});
  const config = usableConfig({file: found?.path ?? null, env, cwd});
  if (found !== null && isAosError(config.error, 'CONFIG_MISSING', 'CONFIG_UNREADABLE')) throw config.error;
  if (config.storeDir !== null) {
    if (found !== null) note(`config: ${sanitizeText(found.path)}`);
    return {journal: openJobReader({dir: config.storeDir}), config, dir: config.storeDir};
  }
  const dir = onlyJournal(aosDirs(env).state, env);
  note(`no configuration names a node; this is the only journal here, ${sanitizeText(dir)}`);
  return {journal: openJobReader({dir}), config, dir};
}

function onlyJournal(state: string, env: Env): string {
  const dirs = directoriesIn(state).filter((dir) => existsSync(join(dir, JOURNAL_FILE)));
  const [only, ...others] = dirs;
  if (only === undefined) throw noConfiguration(env);
  if (others.length > 0)
    throw new AosError('USAGE', `${dirs.length} nodes have a journal in ${safeText(state)}`, {
      next: say('Say which one by its configuration: -c FILE'),
    });
  return only;
}

function directoriesIn(dir: string): string[] {
  try {
    return readdirSync(dir, {withFileTypes: true})
      .filter((entry) => entry.isDirectory())
      .map(({name}) => join(dir, name));
  } catch {
    return []; // nothing has run here yet
  }
}
