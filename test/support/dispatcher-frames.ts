import {readFileSync} from 'node:fs';

/** Frames of the published dispatcher as they were recorded, byte for byte. */
export const FRAMES = JSON.parse(
  readFileSync(new URL('../vectors/dispatcher-frames.json', import.meta.url), 'utf8'),
) as {
  /** HEAD: nothing is signed. */
  head: {
    connectId: string;
    reply: string;
    job: string;
    /** Its `job` is the text "hello". */
    jobThatIsText: string;
    unknownTag: string;
    after: string;
    before: string;
  };
  /** The newest: jobs are signed by `signer`, replies are not. */
  newest: {signer: string; connectId: string; reply: string; jobs: string[]};
};
