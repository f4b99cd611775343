import * as v from 'valibot';

/** Which engine gave an answer: name, version, model, digest, build and what else its server says. */
export const engineFacts = v.object({
  name: v.string(),
  version: v.string(),
  model: v.string(),
  digest: v.string(),
  build: v.string(),
  facts: v.string(),
});
