import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {request} from 'node:http';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {serveControl} from '../../../src/devnet/control.ts';
import {openPart} from '../../../src/devnet/part.ts';
import {changePart, renderChange} from '../../../src/lib/features/devnet/control.ts';

function folder(name = ''): string {
  const root = mkdtempSync(path.join(tmpdir(), `aos-control-${name}`));
  onTestFinished(() => rmSync(root, {recursive: true, force: true}));
  return root;
}

async function control(dir: string): Promise<string> {
  const open = (): Promise<{close(): Promise<void>}> => Promise.resolve({close: () => Promise.resolve()});
  const parts = {
    dispatcher: await openPart(open),
    signer: await openPart((before: {close(): Promise<void>} | null) =>
      before === null ? open() : Promise.reject(new Error('the port is taken')),
    ),
    worker: null,
  };
  const served = await serveControl(dir, parts);
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
