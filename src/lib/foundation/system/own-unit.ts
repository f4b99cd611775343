import {existsSync} from 'node:fs';

/** The first line of every systemd unit that aos writes begins with it. */
export const UNIT_MARK = '# Written by aos service install';

/** The directory of the units that an administrator writes. */
export const SYSTEM_UNITS = '/etc/systemd/system';

/** Whether aos wrote a unit. */
export function isOurUnit(text: string): boolean {
  return text.startsWith(UNIT_MARK);
}

/** Returns the words of a unit's ExecStart; none when there is no such line. */
export function commandOfUnit(text: string): readonly string[] {
  const line = /^ExecStart=(.*)$/m.exec(text)?.[1] ?? '';
  return line
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => word.replaceAll('%%', '%').replaceAll('$$', () => '$'));
}

/** Whether systemd is the service manager of this machine (sd_booted). */
export function isBooted(): boolean {
  return existsSync('/run/systemd/system');
}
