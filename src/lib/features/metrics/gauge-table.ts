import type {OperatorView} from '../../node/events/view.ts';
import type {Labels} from './labels.ts';

/** One value of a gauge; `labels` has every label name of its gauge. */
export type Sample = {labels: Labels; value: number};

/** A gauge that is read from the view with each scrape: nothing is counted for it in between. */
export type ViewGauge = {
  name: string;
  help: string;
  labelNames: readonly string[];
  /** @param now Unix ms @returns none: not known */
  read: (view: OperatorView, now: number) => readonly Sample[];
};

/** A gauge without labels; null: its value is not known, and it has no sample. */
export function plainGauge(
  name: string,
  help: string,
  read: (view: OperatorView, now: number) => number | null | undefined,
): ViewGauge {
  return {
    name,
    help,
    labelNames: [],
    read(view, now) {
      const value = read(view, now) ?? null;
      return value === null || !Number.isFinite(value) ? [] : [{labels: {}, value}];
    },
  };
}

/** A gauge with labels. */
export function labelledGauge(
  name: string,
  help: string,
  labelNames: readonly string[],
  read: ViewGauge['read'],
): ViewGauge {
  return {name, help, labelNames, read};
}

/** Milliseconds as the seconds that Prometheus counts in. */
export const seconds = (ms: number | null | undefined): number | null =>
  ms === null || ms === undefined ? null : ms / 1000;

/** 1 for yes. */
export const flag = (is: boolean): number => (is ? 1 : 0);
