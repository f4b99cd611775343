import {startMonitor, type Monitor, type Probe} from './monitor.ts';
import type {DevnetOperator} from './operators.ts';

/** The online detection: it knows an operator from its first connection on; then it asks, connected or not. */
export function watchLiveness(on: (target: string, probe: Probe) => void): {
  know(operators: readonly DevnetOperator[]): void;
  onConnected(operator: string): void;
  close(): Promise<void>;
} {
  const urls = new Map<string, string>();
  const seen = new Set<string>();
  let monitor: Monitor | undefined;
  return {
    know: (operators) => {
      for (const {operator, url} of operators) urls.set(operator.toLowerCase(), url);
    },
    onConnected: (operator) => {
      const url = urls.get(operator.toLowerCase());
      if (url === undefined) return;
      seen.add(url);
      monitor ??= startMonitor({
        targets: () => [...seen],
        on,
      });
    },
    close: async () => {
      await monitor?.close();
    },
  };
}
