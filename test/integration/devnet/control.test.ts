import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {request} from 'node:http';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {Act} from '../../../src/devnet/act/acts.ts';
import type {ActRequest} from '../../../src/devnet/act/request.ts';
import {serveControl} from '../../../src/devnet/control.ts';
import {openPart} from '../../../src/devnet/part.ts';
import {changesSignerFault} from '../../../src/devnet/signer-fault.ts';
import {startDevSigner, type DevSigner} from '../../../src/devnet/signer/signer.ts';
import {actOnDevnet, renderAct} from '../../../src/lib/features/devnet/act.ts';
import {changePart, renderChange} from '../../../src/lib/features/devnet/control.ts';
import {changeFault, FAULT_NAMES, renderFault} from '../../../src/lib/features/devnet/fault.ts';
import {renderNext} from '../../../src/lib/cli/next-step.ts';
import {AosError} from '../../../src/lib/foundation/errors/error.ts';
import {run} from '../../../src/lib/foundation/next-step/next-step.ts';
import {rawHttp} from '../../support/raw-http.ts';

function folder(name = ''): string {
  const root = mkdtempSync(path.join(tmpdir(), `aos-control-${name}`));
  onTestFinished(() => rmSync(root, {recursive: true, force: true}));
  return root;
}

async function control(dir: string, act: Act = () => Promise.reject(new Error('no acts'))): Promise<string> {
  const open = (): Promise<{close(): Promise<void>}> => Promise.resolve({close: () => Promise.resolve()});
  const parts = {
    dispatcher: await openPart(open),
    signer: await openPart((before: {close(): Promise<void>} | null) =>
      before === null ? open() : Promise.reject(new Error('the port is taken')),
    ),
    worker: null,
  };
  const served = await serveControl(dir, parts, act, () => null);
  onTestFinished(() => served.close());
  return served.path;
}

describe('the control of a devnet', () => {
  it('stops and starts a part, for this user alone', async () => {
    const socket = await control(folder());
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    const steps = ['stop', 'stop', 'start', 'start'] as const;
    const changes = [];
    for (const step of steps) changes.push(await changePart(socket, step, 'dispatcher'));
    expect(changes.map(({running, changed}) => [running, changed])).toEqual([
      [false, true],
      [false, false],
      [true, true],
      [true, false],
    ]);
    expect(changes.map(renderChange)).toEqual([
      'the dispatcher is stopped; aos devnet start dispatcher starts it again',
      'the dispatcher is stopped already',
      'the dispatcher runs again, where it was',
      'the dispatcher runs already',
    ]);
  });

  it('says what it cannot do', async () => {
    const socket = await control(folder());
    await expect(changePart(socket, 'stop', 'worker')).rejects.toMatchObject({
      code: 'USAGE',
      message: 'this devnet has no worker of its own',
    });
    await expect(changePart(socket, 'stop', 'chain')).rejects.toMatchObject({code: 'DEVNET_FAILED'});
    await changePart(socket, 'stop', 'signer');
    await expect(changePart(socket, 'start', 'signer')).rejects.toMatchObject({
      code: 'DEVNET_FAILED',
      message: 'the port is taken',
    });
    const status = await new Promise((resolve, reject) => {
      request({socketPath: socket, path: '/stop/dispatcher', method: 'GET'}, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(404);
  });

  it('has room for its socket below a long path', async () => {
    const socket = await control(folder('x'.repeat(100)));
    expect(Buffer.byteLength(socket)).toBeLessThan(100);
    expect(await changePart(socket, 'stop', 'dispatcher')).toMatchObject({changed: true});
  });

  it('that is gone is a devnet that does not run', async () => {
    await expect(changePart('/nonexistent/control.sock', 'stop', 'signer')).rejects.toMatchObject({
      code: 'DEVNET_NOT_RUNNING',
    });
  });
});

describe('an act on a devnet', () => {
  const EJECT: ActRequest = {act: 'eject', operator: null, quorums: [0], by: 'account'};

  it('is asked for and reported whole', async () => {
    const asked: ActRequest[] = [];
    const socket = await control(folder(), (request) => {
      asked.push(request);
      return Promise.resolve({
        act: 'eject',
        operator: `0x${'11'.repeat(20)}`,
        config: '/tmp/a b.yaml',
        steps: [
          {what: 'the ejector put the operator out of quorum 0', txHash: `0x${'ab'.repeat(32)}`, block: '7'},
          {what: '2 blocks passed\u001b[31m', txHash: null, block: '9'},
        ],
        block: '9',
        challenge: null,
        pending: null,
      });
    });
    const result = await actOnDevnet(socket, EJECT);
    expect(asked).toEqual([EJECT]);
    expect(renderAct(result, renderNext).split('\n')).toEqual([
      `the ejector put the operator out of quorum 0  block 7  0x${'ab'.repeat(32)}`,
      expect.stringMatching(/^2 blocks passed[^\u001b]*  block 9$/) as string,
      '',
      "next: aos status -c '/tmp/a b.yaml'",
      "next: aos slashing-history -c '/tmp/a b.yaml'",
    ]);
  });

  it('that cannot be done is refused with the next step', async () => {
    const next = run('register', ['--yes'], 'Register it first');
    const socket = await control(folder(), () =>
      Promise.reject(new AosError('DEVNET_REFUSED', 'it is in no quorum', {next})),
    );
    const refusal = {code: 'DEVNET_REFUSED', exitCode: 77, message: 'it is in no quorum', next};
    await expect(actOnDevnet(socket, EJECT)).rejects.toMatchObject(refusal);
    // A request of another version, and a devnet that fails.
    const odd = {act: 'eject', operator: 'me'} as unknown as ActRequest;
    await expect(actOnDevnet(socket, odd)).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
    const long = {...EJECT, quorums: Array.from({length: 100_000}, () => 1)};
    await expect(actOnDevnet(socket, long)).rejects.toMatchObject({message: 'the request is too long'});
    const failing = await control(folder());
    await expect(actOnDevnet(failing, EJECT)).rejects.toMatchObject({
      code: 'DEVNET_FAILED',
      message: 'no acts',
    });
    await expect(actOnDevnet('/nonexistent/control.sock', EJECT)).rejects.toMatchObject({
      code: 'DEVNET_NOT_RUNNING',
    });
  });
});

describe('the fault of a running signer', () => {
  it('is set, ends, and is refused where there is none of that name or the signer is stopped', async () => {
    const signer = await openPart<DevSigner>(() => startDevSigner({chainId: 31337}));
    onTestFinished(() => signer.stop().then(() => undefined));
    const parts = {dispatcher: null, worker: null, signer};
    const act: Act = () => Promise.reject(new Error('no acts'));
    const served = await serveControl(folder(), parts, act, changesSignerFault(signer));
    onTestFinished(() => served.close());
    const status = async (): Promise<number> =>
      (await rawHttp(signer.current().url, {path: '/upcheck'})).status;

    const set = await changeFault(served.path, 'other-host');
    expect(set).toMatchObject({part: 'signer', fault: 'other-host'});
    expect(renderFault(set)).toMatch(/^a proxy .* refuses; aos devnet fault signer none ends it$/);
    expect(await status()).toBe(403);
    const ended = await changeFault(served.path, 'none');
    expect([ended, renderFault(ended)]).toEqual([
      {part: 'signer', fault: null, means: null},
      'the signer does nothing wrong any more',
    ]);
    expect(await status()).toBe(200);
    for (const name of FAULT_NAMES)
      expect(await changeFault(served.path, name)).toMatchObject({part: 'signer'});
    await expect(changeFault(served.path, 'odd')).rejects.toMatchObject({code: 'USAGE'});
    await signer.stop();
    await expect(changeFault(served.path, 'none')).rejects.toMatchObject({
      code: 'USAGE',
      message: 'the signer is stopped',
    });
  });
});
