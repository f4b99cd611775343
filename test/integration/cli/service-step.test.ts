import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {renderNext} from '../../../src/lib/cli/next-step.ts';
import {serviceStep, type ServiceWhere} from '../../../src/lib/cli/service-step.ts';
import {run, say, type NextStep} from '../../../src/lib/foundation/next-step/next-step.ts';
import {UNIT_MARK} from '../../../src/lib/foundation/system/own-unit.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'aos-step-'));
  mkdirSync(join(home, 'units'));
});
afterEach(() => rmSync(home, {recursive: true}));

const BY_HAND = 'Start it: aos run -c /etc/aos/config.yaml';
const START = run('run', [], 'Start it');

/** A unit of a configuration. */
function unit(name: string, config: string, text = `${UNIT_MARK} (aos 0.1.0)`): void {
  writeFileSync(join(home, name), `${text}\nExecStart=/usr/bin/node run.cjs run --headless -c ${config}\n`);
}

function stepOf(change: Partial<ServiceWhere> = {}, step: NextStep = START): string {
  const where = {
    config: '/etc/aos/config.yaml',
    env: {HOME: home},
    cwd: '/',
    uid: 0,
    units: join(home, 'units'),
    booted: true,
    ...change,
  };
  return renderNext(serviceStep(step, where), {config: where.config});
}

it('names the service that runs the configuration, instead of a start by hand beside it', () => {
  expect(stepOf()).toBe(BY_HAND);
  unit('units/aos.service', '/etc/aos/config.yaml');
  const named = 'Its service says why it is down, and what to type: aos service status';
  expect(stepOf()).toBe(named);
  expect(stepOf({config: './config.yaml', cwd: '/etc/aos'})).toBe(named);
  expect(stepOf({config: undefined, env: {HOME: home, AOS_CONFIG: '/etc/aos/config.yaml'}})).toBe(named);
  expect(stepOf({uid: 1000})).toBe(`${named} --scope system`);
});

it('names a unit of another name, and that of a user', () => {
  unit('units/aos.service', '/etc/aos/other.yaml');
  unit('units/aos-2.service', '/etc/aos/config.yaml');
  expect(stepOf()).toContain(': aos service status --name aos-2');
  mkdirSync(join(home, '.config/systemd/user'), {recursive: true});
  unit('.config/systemd/user/aos.service', '/home/me/config.yaml');
  expect(stepOf({config: '/home/me/config.yaml', uid: 1000})).toMatch(/: aos service status$/);
});

it('leaves alone what no unit of aos runs, and every other step', () => {
  unit('units/web.service', '/etc/aos/config.yaml', '[Unit]');
  expect(stepOf()).toBe(BY_HAND);
  unit('units/aos.service', '/etc/aos/config.yaml');
  expect(stepOf({booted: false}), 'a container').toBe(BY_HAND);
  expect(stepOf({config: '/etc/aos/new.yaml'})).toBe('Start it: aos run -c /etc/aos/new.yaml');
  expect(stepOf({units: join(home, 'none')})).toBe(BY_HAND);
  expect(stepOf({}, run('run', ['--accept-all']))).toBe('aos run -c /etc/aos/config.yaml --accept-all');
  expect(stepOf({}, run('status'))).toBe('aos status -c /etc/aos/config.yaml');
  expect(stepOf({}, say('Wait.'))).toBe('Wait.');
});
