import {systemTime} from '../foundation/system/system-time.ts';
import {unwatched, type RpcWatch} from '../peers/chain/rpc/watch.ts';
import {createRpcSign} from './rpc-sign.ts';
import type {Spinner} from './spinner.ts';
import {terminalStyle} from './terminal-style.ts';

/** The sign of life of a command that asks an RPC, on stderr; nothing where no person reads it, or with `--quiet`. */
export function rpcWatch(): RpcWatch {
  if (!terminalStyle(process.argv, process.env, process).animate) return unwatched;
  let spinner: Spinner | null = null;
  let wanted: string | null = null;
  return createRpcSign(
    {
      show(text) {
        const isOpening = wanted !== null && spinner === null;
        wanted = text;
        if (spinner !== null) spinner.text = text;
        else if (!isOpening)
          // Most commands end before it is needed.
          void import('./spinner.ts').then(({startSpinner}) => {
            if (wanted !== null) spinner = startSpinner(wanted, {hideCursor: false});
          });
      },
      clear() {
        wanted = null;
        spinner?.stop();
        spinner = null;
      },
    },
    systemTime,
  );
}
