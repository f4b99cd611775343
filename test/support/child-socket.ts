import {spawn} from 'node:child_process';
import {once} from 'node:events';

/** A process of its own that listens on a Unix socket; killed, it leaves the socket behind. */
export async function child(
  path: string,
): Promise<{pid: number; kill(): Promise<void>; [Symbol.asyncDispose](): Promise<void>}> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  const running = spawn(process.execPath, ['-e', script], {stdio: ['ignore', 'pipe', 'inherit']});
  await once(running.stdout, 'data');
  const kill = async (): Promise<void> => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  };
  return {pid: running.pid ?? 0, kill, [Symbol.asyncDispose]: kill};
}
