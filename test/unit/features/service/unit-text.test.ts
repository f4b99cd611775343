import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isPlainPath, unitText, type UnitPlan} from '../../../../src/lib/features/service/unit-text.ts';
import {commandOfUnit, isOurUnit} from '../../../../src/lib/foundation/system/own-unit.ts';

const PLAN: UnitPlan = {
  scope: 'system',
  name: 'aos',
  version: '0.1.0',
  account: 'aos',
  command: [
    '/usr/bin/node',
    '/usr/lib/node_modules/aos-operator/bin/run.cjs',
    'run',
    '--headless',
    '-c',
    '/etc/aos/config.yaml',
  ],
  docs: '/usr/lib/node_modules/aos-operator/docs',
  environment: {AOS_NODE_VRF_KEY_FILE: '/run/credentials/aos.service/vrf.key'},
  credentials: {'vrf.key': '/etc/aos/vrf.key'},
  stateDirectory: 'aos',
  writable: [],
  readsHomes: false,
  lowPort: false,
  stopSeconds: 60,
};

describe('the text of a unit', () => {
  it('of the system', () => {
    expect(unitText(PLAN)).toMatchSnapshot();
  });

  it('of a user, without limits that only root can set', () => {
    const text = unitText({
      ...PLAN,
      scope: 'user',
      account: null,
      environment: {},
      credentials: {},
      stateDirectory: null,
    });
    expect(text).toContain('WantedBy=default.target');
    expect(text).not.toMatch(/User=|Protect|Capabilit|Private|StateDirectory|LoadCredential/);
  });

  it('never forbids memory that is written and run, which V8 needs', () => {
    expect(unitText(PLAN)).not.toContain('MemoryDenyWriteExecute');
  });

  it('has the right to open a low port where it listens on one', () => {
    expect(unitText({...PLAN, lowPort: true})).toContain('AmbientCapabilities=CAP_NET_BIND_SERVICE\n');
  });

  it('keeps every plain path as it is, whatever its signs mean to systemd', () => {
    const sign = fc.constantFrom('a', '%', '$', '{', '}', 'é', '-', '.', '/', ';', '#');
    const path = fc.array(sign, {minLength: 1, maxLength: 12}).map((signs) => `/${signs.join('')}`);
    fc.assert(
      fc.property(fc.array(path, {minLength: 1, maxLength: 4}), (command) => {
        expect(command.every(isPlainPath)).toBe(true);
        expect(commandOfUnit(unitText({...PLAN, command}))).toEqual(command);
      }),
    );
  });

  it.each([
    'relative',
    '/with space',
    '/line\nExecStartPre=/bin/sh',
    '/tab\t',
    '/quote"',
    "/quote'",
    '/back\\slash',
    '',
  ])('takes no path like %j', (path) => {
    expect(isPlainPath(path)).toBe(false);
  });

  it('is known as ours by its first line', () => {
    expect(isOurUnit(unitText(PLAN))).toBe(true);
    expect(isOurUnit('[Unit]\nDescription=aos\n')).toBe(false);
  });
});
