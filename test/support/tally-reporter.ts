import type {Reporter, TestModule} from 'vitest/node';

/** Ends a test run with one plain line, `N passed, N failed`, that any CI can read. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
    }
    const tail = skipped > 0 ? `, ${skipped} skipped` : '';
    // Written after the other reporters' summaries: it must be the last line.
    process.on('exit', () => {
      process.stdout.write(`\n${passed} passed, ${failed} failed${tail}\n`);
    });
  }
}
