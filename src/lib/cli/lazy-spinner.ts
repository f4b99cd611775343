import type {Spinner} from './spinner.ts';

/** Starts a spinner with a text. */
export type StartSpinner = (text: string) => Spinner;

/** One line that comes and goes. */
export type LazySpinner = {show(text: string): void; clear(): void};

/**
 * A spinner whose module is loaded when it is first shown. It may be shown and cleared many times before that has come: one is
 * started, and none where the last call was `clear`.
 * @param load is called again only after a load that failed
 */
export function lazySpinner(load: () => Promise<StartSpinner>): LazySpinner {
  let start: StartSpinner | null = null;
  let isLoading = false;
  let spinner: Spinner | null = null;
  let wanted: string | null = null;
  const draw = (): void => {
    if (wanted === null || start === null) return;
    if (spinner === null) spinner = start(wanted);
    else spinner.text = wanted;
  };
  return {
    show(text) {
      wanted = text;
      if (start !== null || isLoading) {
        draw();
        return;
      }
      isLoading = true;
      void load()
        .then((loaded) => {
          start = loaded;
          draw();
        })
        .catch(() => undefined) // the command works without a sign of life, too
        .finally(() => {
          isLoading = false;
        });
    },
    clear() {
      wanted = null;
      spinner?.stop();
      spinner = null;
    },
  };
}
