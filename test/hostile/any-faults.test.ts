import {it} from 'vitest';
import {ANY_FAULTS, tryAnyFaults} from '../support/any-faults.ts';
import {anyRuns} from '../support/any-runs.ts';
import {hostileSize} from '../support/hostile-size.ts';

const {params, timeout} = anyRuns(hostileSize({full: 300, bounded: 8}));

it(ANY_FAULTS, () => tryAnyFaults(params), timeout);
