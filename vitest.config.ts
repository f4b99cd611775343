import {defineConfig} from 'vitest/config';

const common = {
  environment: 'node',
  disableConsoleIntercept: true,
  // As test/support/patient.ts: one second is too short on a busy machine.
  expect: {poll: {timeout: 40_000}},
} as const;
/** A test that fails once in CI is tried again; the tally names it. Here a failure is seen at once. */
const again = process.env['CI'] === undefined ? {} : {retry: 1};
/** The files of a worker share their modules, none of which keeps state: loading them anew cost a third of the processor time. */
const inProcess = {...common, isolate: false} as const;

export default defineConfig({
  test: {
    reporters:
      process.env['CI'] === undefined
        ? ['default', './test/support/tally-reporter.ts']
        : ['dot', './test/support/tally-reporter.ts'],
    maxWorkers: 3,
    projects: [
      {test: {...inProcess, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000}},
      {
        test: {
          ...inProcess,
          ...again,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          // A hook may have to compile the contracts first.
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...inProcess,
          ...again,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...inProcess,
          ...again,
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...common,
          name: 'engine',
          include: ['test/engine/**/*.test.ts'],
          // It installs an engine and loads a model.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          ...common,
          ...again,
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          // An image is built and started; a busy machine takes minutes.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          ...common,
          ...again,
          name: 'hostile',
          include: ['test/hostile/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
