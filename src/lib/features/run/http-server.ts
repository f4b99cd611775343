import type {Config} from '../../config/config.ts';
import {systemFiles} from '../../foundation/system/open-files.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {startOperatorServer, type OperatorServer} from '../../node/operator/http/server.ts';
import type {Operator} from '../../node/operator/operator.ts';

/** Starts the operator's own HTTP server. @throws AosError PORT_IN_USE | LISTEN_FAILED */
export function startHttp({net, workers}: Config, operator: Operator): Promise<OperatorServer> {
  return startOperatorServer(
    {
      listen: net.listen,
      callbacks: workers.callbackListen,
      teePort: workers.kinds.tee?.callbackPort ?? null,
      callbackUrl: net.callbackUrl,
      trustedProxies: net.trustedProxies,
      files: systemFiles(),
      time: systemTime,
    },
    {
      onProbe: operator.onHttpProbe,
      onRefused: operator.onRefused,
      isKnownRequest: operator.isKnownRequest,
      onCallback: operator.onCallback,
    },
  );
}

/** Says where it listens. @param metricsUrl null: no metrics are served */
export function reportListening(
  {server, metricsUrl}: {server: OperatorServer; metricsUrl: string | null},
  {workers}: Config,
  emit: Operator['emit'],
): void {
  emit({type: 'listening', what: 'public', url: server.publicUrl});
  if (workers.callbackListen !== null) emit({type: 'listening', what: 'callbacks', url: server.callbackUrl});
  if (metricsUrl !== null) emit({type: 'listening', what: 'metrics', url: metricsUrl});
}
