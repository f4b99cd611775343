import {it} from 'vitest';
import {ANY_FAULTS, tryAnyFaults} from '../../../support/any-faults.ts';
import {anyRuns} from '../../../support/any-runs.ts';

// With many more plans: test/hostile/any-faults.test.ts.
const {params, timeout} = anyRuns(6);

it(ANY_FAULTS, () => tryAnyFaults(params), timeout);
