import {Flags} from '@oclif/core';
import {ageFlag} from '../../cli/flags.ts';

/** The filters that `job list` and `job export` share. */
export const jobFilters = {
  state: Flags.string({
    summary:
      'Only these states or outcomes: received, selected, unanswered, concluded, signed, accepted, expired; answered, unselected, unsupported, invalid, failed.',
    helpValue: 'NAMES',
    multiple: true,
  }),
  kind: Flags.string({summary: 'Only jobs for these workers.', helpValue: 'KINDS', multiple: true}),
  tag: Flags.string({
    summary: 'Only jobs with this tag; "" for those without one.',
    helpValue: 'TAG',
    multiple: true,
  }),
  held: Flags.boolean({summary: 'Only jobs whose answer is held by a check (see aos job release).'}),
  since: ageFlag({summary: 'Only those received in the last 12h, 30d, 1y.'}),
};
