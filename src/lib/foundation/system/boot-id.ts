import {readFileSync} from 'node:fs';

/**
 * Names the present boot of the machine. While it lasts, a file has everything that a process wrote into it, synced or not.
 * '' where the system does not say.
 */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return ''; // no /proc: each start counts as one after a power cut
  }
}
