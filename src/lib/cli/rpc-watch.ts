import {systemTime} from '../foundation/system/system-time.ts';
import {unwatched, type RpcWatch} from '../peers/chain/rpc/watch.ts';
import {lazySpinner} from './lazy-spinner.ts';
import {createRpcSign} from './rpc-sign.ts';
import {terminalStyle} from './terminal-style.ts';

/** The sign of life of a command that asks an RPC, on stderr; nothing where no person reads it, or with `--quiet`. */
export function rpcWatch(): RpcWatch {
  if (!terminalStyle(process.argv, process.env, process).animate) return unwatched;
  // Most commands end before it is needed.
  const line = lazySpinner(async () => {
    const {startSpinner} = await import('./spinner.ts');
    return (text) => startSpinner(text, {hideCursor: false});
  });
  return createRpcSign(line, systemTime);
}
