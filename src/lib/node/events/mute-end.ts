import {run} from '../../foundation/next-step/next-step.ts';

/** What to type so that alerts go out again. */
export const MUTE_END = run('alert mute', ['--end'], 'When the work is done');
