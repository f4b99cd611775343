import {Flags} from '@oclif/core';
import {ageFlag} from './age-flag.ts';

/** The filters that `task list` and `task export` share. */
export const taskFilters = {
  state: Flags.string({
    summary:
      'Only these states or outcomes: received, selected, concluded, signed, accepted, expired; answered, unselected, unsupported, invalid, failed.',
    helpValue: 'NAMES',
    multiple: true,
  }),
  kind: Flags.string({summary: 'Only jobs for these workers.', helpValue: 'KINDS', multiple: true}),
  tag: Flags.string({
    summary: 'Only jobs with this tag; "" for those without one.',
    helpValue: 'TAG',
    multiple: true,
  }),
  since: ageFlag({summary: 'Only those received in the last 12h, 30d, 1y.'}),
};
