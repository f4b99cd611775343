import {statSync} from 'node:fs';
import {dirname} from 'node:path';

/** Who owns a directory, or the nearest above it that this user may look at; null: none can be. */
export function visibleOwner(dir: string): number | null {
  for (let at = dir; ; at = dirname(at)) {
    try {
      return statSync(at).uid;
    } catch {
      if (at === dirname(at)) return null; // nothing on the way can be looked at
    }
  }
}
