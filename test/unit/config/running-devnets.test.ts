import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {writeDevnetFile} from '../../../src/lib/config/devnet-file.ts';
import {
  chooseDevnet,
  devnetFolders,
  noteIn,
  runningDevnets,
} from '../../../src/lib/config/running-devnets.ts';

/** A process id that no process has. */
const NO_PROCESS = 2 ** 22 + 1;

/** Notes devnets as `aos devnet up` does; of the last one in `devnet.json` too. */
function noted(...pids: number[]) {
  const state = mkdtempSync(join(tmpdir(), 'aos-devnets-'));
  onTestFinished(() => rmSync(state, {recursive: true, force: true}));
  const dirs = {state, devnetFile: join(state, 'devnet.json')};
  for (const pid of pids) {
    const folder = join(devnetFolders(dirs), `${pid}-00000000`);
    mkdirSync(folder, {recursive: true});
    const control = join(folder, 'control.sock');
    writeFileSync(control, '');
    const at = (scheme: string): string => `${scheme}://127.0.0.1:${pid % 60_000}`;
    const urls = {
      chain: at('http'),
      signer: at('http'),
      dispatcher: at('ws'),
      dispatcherHttp: at('http'),
      operator: at('http'),
      worker: at('http'),
    };
    const content = {pid, config: join(folder, 'config.yaml'), urls, control};
    writeDevnetFile(noteIn(folder), content);
    writeDevnetFile(dirs.devnetFile, content);
  }
  return dirs;
}

const [FIRST, SECOND] = [process.ppid, process.pid].sort((a, b) => a - b) as [number, number];

it('one devnet is found by itself, and by its process id', () => {
  const dirs = noted(NO_PROCESS, process.pid);
  expect(chooseDevnet(dirs, null).pid).toBe(process.pid);
  expect(chooseDevnet(dirs, process.pid).pid).toBe(process.pid);
  expect(() => chooseDevnet(dirs, NO_PROCESS)).toThrow(expect.objectContaining({code: 'DEVNET_NOT_RUNNING'}));
});

it('of several none is taken by chance: they are listed, and one is named by its process id', () => {
  const dirs = noted(FIRST, SECOND);
  expect(runningDevnets(dirs).map(({pid}) => pid)).toEqual([FIRST, SECOND]);
  expect(() => chooseDevnet(dirs, null)).toThrow(
    expect.objectContaining({
      code: 'DEVNET_AMBIGUOUS',
      exitCode: 64,
      message: expect.stringMatching(new RegExp(`${FIRST} .*config.yaml.*${SECOND} `)) as string,
    }),
  );
  expect(chooseDevnet(dirs, FIRST).pid).toBe(FIRST);
  expect(chooseDevnet(dirs, SECOND).pid).toBe(SECOND);
});

it('none runs where nothing is noted, or what was noted has ended', () => {
  for (const dirs of [noted(), noted(NO_PROCESS)])
    expect(() => chooseDevnet(dirs, null)).toThrow(expect.objectContaining({code: 'DEVNET_NOT_RUNNING'}));
});
