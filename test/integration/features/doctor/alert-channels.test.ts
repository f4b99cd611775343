import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {run} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {writeMute} from '../../../../src/lib/node/alerts/mute.ts';
import {patient} from '../../../support/doctor.ts';
import {freePort, httpServer} from '../../../support/signer.ts';

it('says whether channels answer, are away, have a file that others read, or are muted', async () => {
  const service = await httpServer((_request, response) => response.end());
  const sick = patient();
  const found = async () => (await sick.checks('alerts.channels'))['alerts.channels'];
  expect(await found()).toMatchObject({state: 'skipped', because: null});
  const url = join(sick.dir, 'slack.url');
  writeFileSync(url, `${service}/services/the-secret`, {mode: 0o600});
  sick.configure({'alerts.slack.url_file': 'slack.url', 'alerts.watchdog.url_file': 'slack.url'});
  expect(await found()).toMatchObject({state: 'ok', found: 'something listens: slack, watchdog'});

  writeMute(join(sick.dir, 'state'), {since: Date.now(), until: Date.now() + 3_600_000});
  expect(await found()).toMatchObject({
    state: 'warn',
    next: run('alert mute', ['--end'], 'When the work is done'),
  });

  chmodSync(url, 0o644);
  const open = await found();
  expect(open).toMatchObject({state: 'fail', found: expect.stringContaining('KEY_UNSAFE') as string});
  expect(JSON.stringify(open)).not.toContain('the-secret');
  sick.configure({
    'alerts.email.server': `smtp://127.0.0.1:${await freePort()}`,
    'alerts.email.from': 'a@example.org',
    'alerts.email.to': 'a@example.org',
  });
  expect(await found()).toMatchObject({
    state: 'fail',
    found: expect.stringContaining('ECONNREFUSED') as string,
    next: run('alert test', ['--channel', 'email'], 'Correct alerts.email, then'),
  });
});
