import {run, say} from '../../next-step/next-step.ts';

/** Versions of aos. See CODES in table.ts. */
export const UPDATE = {
  REGISTRY_UNREACHABLE: {
    exit: 'unavailable',
    category: 'network',
    means: 'The npm registry did not say which versions there are.',
    next: run('update check', [], 'Run it again later'),
    causes: [
      'This machine reaches the network only through a proxy: set HTTPS_PROXY.',
      'The registry is another one here: --registry URL.',
    ],
  },
  REGISTRY_BAD_ANSWER: {
    exit: 'protocol',
    category: 'network',
    means: 'What answered is no npm registry, or does not have aos.',
    next: say('Check --registry and npm_config_registry.'),
    causes: ['A captive portal or a proxy answered.', 'A private registry does not have the package.'],
  },
} as const;
