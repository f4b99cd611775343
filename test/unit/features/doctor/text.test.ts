import {expect, it} from 'vitest';
import {ok, warn, type CheckResult, type Finding} from '../../../../src/lib/features/doctor/check.ts';
import type {CheckId} from '../../../../src/lib/features/doctor/registry.ts';
import {doctorText} from '../../../../src/lib/features/doctor/text.ts';
import {run, say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {listStyle} from '../../../support/list-style.ts';

const result = (id: CheckId, finding: Finding): CheckResult => ({id, ...finding, ms: 1});
const SOCKETS = result('files.sockets', warn('left behind: a.sock', say('rm a.sock')));
const AWAY = result('ping.operator', warn('no operator runs', run('run')));
const last = (checks: readonly CheckResult[]): string | undefined =>
  doctorText(
    {verdict: 'warn', nodeId: null, network: null, config: null, tookMs: 1, checks, repairs: []},
    listStyle(),
    {all: false},
  )
    .split('\n')
    .at(-1);

it('starts the operator before it removes what the start removes itself', () => {
  expect(last([SOCKETS, AWAY])).toBe('Fix first: ping.operator → aos run');
  expect(last([SOCKETS, result('disk.space', ok('2 GiB'))])).toBe('Fix first: files.sockets → rm a.sock');
});
