import {describe, expect, it} from 'vitest';
import {checkConfig} from '../../../src/lib/config/load.ts';
import {goodFile, withConfig} from '../../support/config-file.ts';

/** Where a configuration serves metrics, and what is remarked about it. */
function metricsOf(lines: string, top = ''): {address: string | null; remarks: string[]} {
  const file = goodFile().replace(/^net:\n/, `net:\n${lines}`);
  return withConfig(`${top}${file}`, (source) => {
    const {run, warnings, problems} = checkConfig(source, {need: 'run'});
    expect(problems).toEqual([]);
    const metrics = run?.net.metrics ?? null;
    return {
      address: metrics === null ? null : `${metrics.host}:${metrics.port}`,
      remarks: warnings.filter(({path}) => path === 'net.metrics_url').map(({code}) => code),
    };
  });
}

describe('where metrics are served', () => {
  it.each([
    ['a public network', '', 'network: hoodi\n', '127.0.0.1:9092'],
    ['a devnet', '', 'network: devnet\n', null],
    ['a network without a name', '', '', null],
    ['an address', '  metrics_url: "127.0.0.1:9100"\n', '', '127.0.0.1:9100'],
    ['off', '  metrics_url: off\n', 'network: hoodi\n', null],
  ])('%s', (_, lines, top, address) => {
    expect(metricsOf(lines, top)).toEqual({address, remarks: []});
  });

  it('on every address is remarked', () => {
    expect(metricsOf('  metrics_url: "0.0.0.0:9100"\n')).toEqual({
      address: '0.0.0.0:9100',
      remarks: ['METRICS_OPEN'],
    });
  });

  it.each([
    ['the port of /ping', '127.0.0.1:21001'],
    ['the port of a signer on this machine', '127.0.0.1:9000'],
    ['that port on every address', '0.0.0.0:9000'],
    ['that port under a name', 'localhost:9000'],
  ])('%s is left to its owner', (_, address) => {
    expect(metricsOf(`  metrics_url: "${address}"\n`)).toEqual({address: null, remarks: ['CONTRADICTION']});
  });

  it('the port of a signer on another address is free', () => {
    expect(metricsOf('  metrics_url: "10.0.0.5:9000"\n')).toEqual({address: '10.0.0.5:9000', remarks: []});
  });
});
