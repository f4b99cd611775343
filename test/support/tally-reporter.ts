import type {Reporter, TestModule} from 'vitest/node';

const SLOWEST = 10;

/**
 * Ends a test run with its slowest tests, those that passed only at their second try, those that say why they were left
 * out, and one plain line, `N passed, N failed`, that any CI can read.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    const times: {ms: number; name: string}[] = [];
    const second: string[] = [];
    const left: string[] = [];
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        const {state} = result;
        const {duration: ms = 0, flaky = false} = test.diagnostic() ?? {};
        const name = `${module.relativeModuleId} › ${test.fullName}`;
        times.push({ms, name});
        if (flaky) second.push(`         ${name}\n`);
        if (result.state === 'skipped' && (result.note ?? '') !== '')
          left.push(`         ${name}: ${result.note ?? ''}\n`);
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
    }
    const tail = skipped > 0 ? `, ${skipped} skipped` : '';
    const slowest = times
      .sort((a, b) => b.ms - a.ms)
      .slice(0, SLOWEST)
      .map(({ms, name}) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}\n`);
    const unsteady = second.length > 0 ? `\nPassed at the second try:\n${second.join('')}` : '';
    const leftOut = left.length > 0 ? `\nLeft out:\n${left.join('')}` : '';
    // Written after the other reporters' summaries: it must be the last line.
    process.on('exit', () => {
      process.stdout.write(
        `\nThe slowest tests:\n${slowest.join('')}${unsteady}${leftOut}\n${passed} passed, ${failed} failed${tail}\n`,
      );
    });
  }
}
