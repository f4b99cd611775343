import {expect, it, onTestFinished} from 'vitest';
import {controlDirs, controlFile} from '../../../../src/lib/config/control-paths.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {startControl} from '../../../../src/lib/node/control/server.ts';
import {NODE_ID, patient, type Patient} from '../../../support/doctor.ts';
import {eventLog, STARTED} from '../../../support/event-log.ts';
import {freePort, httpServer} from '../../../support/signer.ts';

const found = async (sick: Patient) => (await sick.checks('metrics.port'))['metrics.port'];

/** A running operator as the doctor sees it. @returns lets it report something */
async function operatorOf(sick: Patient): Promise<(body: OperatorEventBody) => void> {
  const {env, uid} = sick.where;
  const [dir = ''] = controlDirs(env, uid);
  const hello = {version: '0.1.0', nodeId: NODE_ID, network: 'devnet', host: 'here', pid: 1};
  const control = await startControl({dir, file: controlFile('devnet', NODE_ID), hello, time: systemTime});
  onTestFinished(() => control.close());
  const event = eventLog();
  control.publish(event(STARTED));
  return (body) => control.publish(event(body));
}

it('says that none are served, that the port has another part of the node, or that it is taken or free', async () => {
  const sick = patient();
  expect(await found(sick)).toMatchObject({state: 'skipped', because: null});
  sick.configure({'net.rest_url': '127.0.0.1:21999', 'net.metrics_url': '127.0.0.1:21999'});
  expect(await found(sick)).toMatchObject({state: 'skipped', because: 'config.unused'});

  const free = `127.0.0.1:${await freePort()}`;
  sick.configure({'net.metrics_url': free});
  expect(await found(sick)).toMatchObject({
    state: 'skipped',
    because: 'ping.operator',
    found: `${free} is free; no operator runs`,
  });
  const {host, port} = new URL(await httpServer((_request, response) => response.end()));
  sick.configure({'net.metrics_url': host});
  const next = {say: expect.stringContaining(`sport = :${port}`) as string};
  expect(await found(sick)).toMatchObject({
    state: 'warn',
    found: `${host} is taken by another program: aos run could serve no metrics there`,
    next,
  });
  await operatorOf(sick);
  expect(await found(sick)).toMatchObject({
    state: 'warn',
    found: `${host} is taken by another program, so the operator serves no metrics`,
    next,
  });
  sick.configure({'net.metrics_url': free});
  expect(await found(sick)).toMatchObject({
    state: 'warn',
    found: `the operator serves no metrics, and ${free} is free`,
  });
});

it('asks the operator where it serves them', async () => {
  const sick = patient();
  const report = await operatorOf(sick);
  const url = await httpServer((request, response) =>
    response.writeHead(request.url === '/livez' ? 200 : 404).end(),
  );
  report({type: 'listening', what: 'metrics', url});
  expect(await found(sick)).toMatchObject({state: 'ok', found: `served at ${url}/metrics`});
  report({type: 'listening', what: 'metrics', url: `http://127.0.0.1:${await freePort()}`});
  expect(await found(sick)).toMatchObject({
    state: 'warn',
    found: expect.stringContaining('does not answer: ') as string,
  });
  // What an operator says is not trusted to be a URL.
  report({type: 'listening', what: 'metrics', url: '\u001b[31mno url'});
  expect(await found(sick)).toMatchObject({state: 'skipped', because: null});
});
