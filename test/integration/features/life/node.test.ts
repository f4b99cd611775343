import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {findNode} from '../../../../src/lib/features/life/node.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {startControl} from '../../../../src/lib/node/control/server.ts';

it('guesses at no operator without a configuration, and names the one that runs', async () => {
  const home = mkdtempSync(join(tmpdir(), 'aos-life-'));
  onTestFinished(() => rmSync(home, {recursive: true, force: true}));
  mkdirSync(join(home, 'run'), {mode: 0o700});
  const asked: string[] = [];
  const control = await startControl({
    dir: join(home, 'run'),
    file: '0123456789ab.sock',
    hello: {
      version: '0',
      nodeId: '0x1',
      network: 'devnet',
      host: 'h',
      pid: 7,
      config: '/etc/aos/config.yaml',
    },
    time: systemTime,
    carryOut: (command) => {
      asked.push(command);
      return null;
    },
  });
  onTestFinished(() => control.close());
  const place = {env: {AOS_HOME: home, HOME: home}, cwd: home};
  const error: unknown = await findNode('stop', undefined, () => undefined, place).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AosError);
  // Another operator of this user may run on this machine: then both are named.
  if (error instanceof AosError && error.code !== 'CONTROL_AMBIGUOUS')
    expect(error).toMatchObject({
      code: 'CONFIG_MISSING',
      next: {run: {command: 'stop', args: ['-c', '/etc/aos/config.yaml']}},
    });
  expect(asked).toEqual([]);
});
