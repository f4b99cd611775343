import {Flags} from '@oclif/core';
import {userInfo} from 'node:os';
import {AosError} from '../../foundation/errors/error.ts';
import {SCOPES, type Scope} from './unit-text.ts';

const NAME = /^[A-Za-z][\w.-]{0,60}$/;

/** Which unit is meant. */
export const unitFlags = {
  scope: Flags.option({
    summary: 'A service of the machine, or one of this user (default: system for root, else user).',
    options: SCOPES,
  })(),
  name: Flags.string({
    summary: 'Name of the unit, for several operators on one machine.',
    default: 'aos',
    parse: (text) => {
      const name = text.replace(/\.service$/, '');
      if (NAME.test(name)) return Promise.resolve(name);
      throw new AosError('USAGE', '--name takes letters, digits and . _ - (such as aos-2)');
    },
  }),
};

export function scopeOf(flag: Scope | undefined, uid: number): Scope {
  return flag ?? (uid === 0 ? 'system' : 'user');
}

/** The name of this user, for its own services; its number where no user database knows it. */
export function thisUser(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    return String(uid);
  }
}
