'use strict';
const os = require('node:os');

/** Debian's name for “no home directory”; `src/lib/config/user-path.ts` takes it for none. */
const NO_HOME = '/nonexistent';

/**
 * A container often runs as a user id that no user database knows. Packages that ask it for the shell and the home
 * directory would end every command; they look into the environment first.
 */
function settleUnknownUser(env) {
  try {
    if (!env.HOME) os.homedir();
    if (env.SHELL === undefined) os.userInfo();
  } catch {
    env.HOME ||= NO_HOME;
    env.SHELL ??= 'unknown';
  }
}

module.exports = {settleUnknownUser};
