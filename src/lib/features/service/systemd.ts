import type {RunProgram} from '../life/unit.ts';
import type {Scope} from './unit-text.ts';

/** What systemd says of a unit. */
export type UnitState = {
  /** active, activating, deactivating, failed, inactive */
  active: string;
  /** The finer state, such as running or auto-restart. */
  sub: string;
  /** enabled, disabled, masked, …; empty: it knows no such unit */
  file: string;
  /** Why it ended: success, exit-code, signal, start-limit-hit, … */
  result: string;
  /** Exit code of the main process; null while it runs for the first time. */
  exitStatus: number | null;
  /** 0: none runs. */
  pid: number;
  restarts: number;
  /** When it became active, in systemd's words; empty: never. */
  since: string;
  /** The file on disk is newer than what systemd has read. */
  needsReload: boolean;
};

const PROPERTIES =
  'ActiveState,SubState,UnitFileState,Result,ExecMainStatus,MainPID,NRestarts,ActiveEnterTimestamp,NeedDaemonReload';

/** Asks systemd about a unit. Rejects where it does not answer this user. */
export async function unitState(scope: Scope, name: string, run: RunProgram): Promise<UnitState> {
  const text = await run('systemctl', [
    ...(scope === 'user' ? ['--user'] : []),
    'show',
    '-p',
    PROPERTIES,
    '--',
    `${name}.service`,
  ]);
  const values = new Map(
    text.split('\n').map((line) => {
      const cut = line.indexOf('=');
      return [line.slice(0, cut), line.slice(cut + 1)];
    }),
  );
  const of = (key: string): string => values.get(key) ?? '';
  return {
    active: of('ActiveState'),
    sub: of('SubState'),
    file: of('UnitFileState'),
    result: of('Result'),
    exitStatus: /^\d+$/.test(of('ExecMainStatus')) ? Number(of('ExecMainStatus')) : null,
    pid: Number(of('MainPID')) || 0,
    restarts: Number(of('NRestarts')) || 0,
    since: of('ActiveEnterTimestamp'),
    needsReload: of('NeedDaemonReload') === 'yes',
  };
}

/** A command of systemctl as a person types it. */
export function systemctl(scope: Scope, ...words: string[]): string {
  return `${scope === 'user' ? 'systemctl --user' : 'sudo systemctl'} ${words.join(' ')}`;
}
