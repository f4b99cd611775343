import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {startAnvil} from '../../../../src/devnet/chain/anvil.ts';
import {createDevChain} from '../../../../src/devnet/chain/contracts.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {bundleChild, startChild} from '../../../support/child.ts';
import {PATIENT} from '../../../support/patient.ts';

/** False too for a process that has ended and waits for its parent to notice. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

describe('startAnvil', () => {
  it('serves chain 31337 on loopback, funds accounts at once, and is gone after close', async () => {
    const anvil = await startAnvil();
    expect(anvil.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await devRpc(anvil.url, 'eth_chainId')).toBe('0x7a69');
    expect(await devRpc(anvil.url, 'eth_getBlockByNumber', ['latest', false])).toMatchObject({
      gasLimit: '0x2faf080',
    });
    await createDevChain(anvil.url, new URL('file:///unused/')).fund(
      '0x00000000000000000000000000000000000000aA',
    );
    const balance = await devRpc(anvil.url, 'eth_getBalance', [
      '0x00000000000000000000000000000000000000aA',
      'latest',
    ]);
    expect(BigInt(balance as string)).toBe(1_000n * 10n ** 18n);
    expect(isAlive(anvil.pid)).toBe(true);
    await anvil.close();
    await anvil.close();
    expect(isAlive(anvil.pid)).toBe(false);
  });

  it('tells when anvil ends by itself, and leaves no guard behind', async () => {
    const anvil = await startAnvil();
    process.kill(anvil.pid, 'SIGTERM');
    await anvil.ended;
    await vi.waitFor(() => expect(() => process.kill(-anvil.pid, 0)).toThrow(), PATIENT);
  });

  it('does not outlive a host that is killed with SIGKILL', async () => {
    const host = startChild(await bundleChild('anvil-host'));
    const first = await host.lines.next();
    const pid = Number(String(first.value).split(' ')[0]);
    expect(isAlive(pid)).toBe(true);
    host.process.kill('SIGKILL');
    await host.ended;
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), PATIENT);
    // nobody of its process group is left either
    await vi.waitFor(() => expect(() => process.kill(-pid, 0)).toThrow(), PATIENT);
  });

  it('ANVIL_MISSING when the program is not there', async () => {
    await expect(startAnvil({env: {...process.env, AOS_ANVIL: '/nonexistent/anvil'}})).rejects.toMatchObject({
      code: 'ANVIL_MISSING',
    });
  });

  it('ANVIL_FAILED with what it said when it ends instead of listening', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'aos-anvil-'));
    const program = path.join(dir, 'anvil');
    writeFileSync(program, '#!/bin/sh\necho "no chain today" >&2\nexit 3\n', {mode: 0o755});
    await expect(startAnvil({env: {...process.env, AOS_ANVIL: program}})).rejects.toMatchObject({
      code: 'ANVIL_FAILED',
      message: expect.stringContaining('no chain today') as string,
    });
    rmSync(dir, {recursive: true});
  });

  it('ANVIL_FAILED on a port that is taken', async () => {
    const first = await startAnvil();
    await expect(startAnvil({port: Number(new URL(first.url).port)})).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    });
    await first.close();
  });

  it('starts nothing when it is aborted', async () => {
    const reason = new Error('stopping');
    await expect(startAnvil({signal: AbortSignal.abort(reason)})).rejects.toBe(reason);
    const stop = new AbortController();
    const starting = startAnvil({signal: stop.signal});
    stop.abort(reason);
    await expect(starting).rejects.toBe(reason);
  });
});
