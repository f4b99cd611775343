/**
 * An esbuild plugin: string-width makes a segmenter and the table of all emoji when it is loaded, 25 ms of each start. In
 * the bundle both are made when the first text that is not plain ASCII is measured.
 */
import {readFile} from 'node:fs/promises';

/** What the package says, and what is bundled instead. */
const REPLACED = [
  [
    'const segmenter = new Intl.Segmenter();',
    `let madeSegmenter;
const segmenter = {segment: (text) => (madeSegmenter ??= new Intl.Segmenter()).segment(text)};`,
  ],
  [
    'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
    `let madeEmoji;
const rgiEmojiRegex = {test: (text) => (madeEmoji ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(text)};`,
  ],
];

export const lazyTables = {
  name: 'lazy-tables',
  setup(build) {
    build.onLoad({filter: /[\\/]node_modules[\\/]string-width[\\/]index\.js$/}, async ({path}) => {
      let contents = await readFile(path, 'utf8');
      // The older copies of other packages are loaded by the dashboard alone.
      if (!contents.includes('RGI_Emoji}$/v')) return undefined;
      for (const [was, is] of REPLACED) {
        if (!contents.includes(was)) throw new Error(`${path} does not say any more: ${was}`);
        contents = contents.replace(was, () => is);
      }
      return {contents, loader: 'js'};
    });
  },
};
