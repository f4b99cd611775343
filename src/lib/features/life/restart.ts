import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import type {Time} from '../../foundation/time/time.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {ControlHello} from '../../node/control/wire.ts';
import type {OperatorView} from '../../node/events/view.ts';
import type {NodeTarget} from './node.ts';
import {restartCommand, restartUnit, unitOf, type RunProgram} from './unit.ts';
import {isSame} from './wait-end.ts';

/** A restart that was confirmed. */
export type RestartResult = {
  /** Null: no operator ran before. */
  oldPid: number | null;
  newPid: number;
  /** Who started the new process: the unit, or null for a person. */
  unit: string | null;
  /** Whether the network has probed the new process; null: it had not probed the node in the hour before. */
  probed: boolean | null;
  /** From the last sign of the old process to the connection of the new one. */
  awayMs: number;
  /** The part of the offline allowance that this is, 0 to 1; null: it is not known. */
  allowanceShare: number | null;
};

export type RestartOptions = {
  /** Restarts nothing: watches the restart that a person makes. */
  confirm: boolean;
  timeoutMs: number;
  allowanceMs: number | null;
  time: Time;
  signal: AbortSignal;
  runProgram: RunProgram;
  onProgress: (text: () => string) => void;
};

const LOOK_EVERY_MS = 300;
/** A network that has probed within this time probes again. */
const PROBED_LATELY_MS = 3_600_000;

type Seen = {hello: ControlHello; view: OperatorView};

/**
 * Restarts the operator through its service manager, and ends when the new process is connected and, if the network probed the
 * node in the hour before, has been probed again.
 * @throws AosError RESTART_BY_HAND | RESTART_UNCONFIRMED | CONTROL_*
 */
export async function restartNode(node: NodeTarget, options: RestartOptions): Promise<RestartResult> {
  const {time, timeoutMs} = options;
  const old = await lookAt(node, options.signal);
  if (old === null && !options.confirm)
    throw new AosError('CONTROL_ABSENT', 'no operator runs for this node on this machine');
  const unit = options.confirm || old === null ? null : await restarted(old.hello.pid, options);
  const until = time.monotonic() + timeoutMs;
  let lastOld = time.monotonic();
  let connectedAt: number | null = null;
  let waitsFor = 'the end of the old process';
  for (;;) {
    const now = await lookAt(node, options.signal).catch(stillOnItsWay);
    if (now !== null && old !== null && isSame(now.hello, old.hello)) lastOld = time.monotonic();
    else if (now === null) waitsFor = 'the new process';
    else {
      const needsProbe = wasProbed(old?.view ?? now.view, time.now());
      const isConnected = now.view.connection.state === 'connected';
      if (isConnected) connectedAt ??= time.monotonic();
      if (isConnected && (!needsProbe || now.view.lastProbe !== null))
        return confirmed({old, now, unit, awayMs: (connectedAt ?? lastOld) - lastOld, needsProbe}, options);
      waitsFor = isConnected ? 'a probe of the network' : 'its connection to the dispatcher';
    }
    options.onProgress(() => `waits for ${waitsFor}`);
    if (time.monotonic() >= until)
      throw new AosError(
        'RESTART_UNCONFIRMED',
        `after ${duration(timeoutMs)} it still waits for ${waitsFor}`,
        {
          next: run('status', [], unit === null ? '' : `See why: journalctl -e -u ${unit}, and`),
        },
      );
    await time.sleep(LOOK_EVERY_MS, options.signal);
  }
}

/** @throws AosError RESTART_BY_HAND */
async function restarted(pid: number, {runProgram, signal}: RestartOptions): Promise<string> {
  signal.throwIfAborted();
  const unit = await unitOf(pid, runProgram);
  if (unit === null)
    throw new AosError(
      'RESTART_BY_HAND',
      `no service manager runs the operator (pid ${pid}), so it is not restarted`,
      {
        next: run(
          'stop',
          [],
          'Type aos restart --confirm in another terminal, which watches; then where the operator runs start it again after',
        ),
      },
    );
  try {
    await restartUnit(unit, runProgram);
    return unit.name;
  } catch (error) {
    throw new AosError('RESTART_BY_HAND', `${unit.name} was not restarted: ${errorText(error)}`, {
      next: say(
        `Restart it as its owner: ${restartCommand(unit)}; to see it confirmed, type before in another terminal: aos restart --confirm`,
      ),
    });
  }
}

/** Null: none answers. @throws AosError CONTROL_* | OPERATOR_HANGS */
async function lookAt(node: NodeTarget, signal: AbortSignal): Promise<Seen | null> {
  try {
    const client = await node.connect(signal);
    client.close();
    return {hello: client.hello, view: client.snapshot};
  } catch (error) {
    if (isAosError(error, 'CONTROL_ABSENT')) return null;
    throw error;
  }
}

/** Between two processes the socket may be there without an answer. @throws what else it is */
function stillOnItsWay(error: unknown): null {
  if (isAosError(error, 'CONTROL_UNREACHABLE', 'CONTROL_BROKEN', 'OPERATOR_HANGS')) return null;
  throw error;
}

function wasProbed({lastProbe, liveness}: OperatorView, now: number): boolean {
  const last = Math.max(lastProbe?.at ?? 0, liveness?.lastProbeAt ?? 0);
  return now - last < PROBED_LATELY_MS;
}

function confirmed(
  seen: {old: Seen | null; now: Seen; unit: string | null; awayMs: number; needsProbe: boolean},
  {allowanceMs}: RestartOptions,
): RestartResult {
  const {old, now, unit, needsProbe} = seen;
  const awayMs = Math.max(0, Math.round(seen.awayMs));
  return {
    oldPid: old?.hello.pid ?? null,
    newPid: now.hello.pid,
    unit,
    probed: needsProbe ? true : null,
    awayMs,
    allowanceShare: allowanceMs === null ? null : awayMs / allowanceMs,
  };
}

export function restartText({oldPid, newPid, unit, probed, awayMs, allowanceShare}: RestartResult): string {
  const by = unit === null ? '' : ` by ${unit}`;
  const probe =
    probed === null ? 'the network had not probed it in the hour before' : 'probed by the network';
  const share =
    allowanceShare === null ? '' : `, ${(allowanceShare * 100).toFixed(1)} % of the offline allowance`;
  return `restarted${by}: pid ${oldPid ?? '-'} → ${newPid}, connected, ${probe}; away for ${duration(awayMs)}${share}`;
}
