import {describe, expect, it} from 'vitest';
import {checkConfig} from '../../../src/lib/config/load.ts';
import {surveyConfig} from '../../../src/lib/config/survey.ts';
import {goodFile, NODE_ID, withConfig} from '../../support/config-file.ts';

const checked = (text: string) =>
  withConfig(text, (source) => {
    const {problems, warnings} = checkConfig(source, {need: 'run'});
    return {
      problems: problems.map(({path, got}) => `${path} ${got.replaceAll(/\(.*?\)/g, '(…)')}`),
      doubts: warnings.filter(({code}) => code === 'CONTRADICTION').map(({message}) => message),
    };
  });
const workers = (text: string) => checked(`${goodFile()}workers: {${text}}\n`);

describe('values that do not fit together', () => {
  it('refuses one port for two listeners', () => {
    const same = 'workers.callback_listen has the port of net.rest_url (…), and a port has one listener';
    expect(workers('callback_listen: "0.0.0.0:21001"').problems).toEqual([same]);
    expect(workers('callback_listen: "10.0.0.5:21001"').problems).toEqual([same]);
    expect(workers('callback_listen: "10.0.0.5:21002"').problems).toEqual([]);
    const own = goodFile().replace(/rest_url: .*/, 'rest_url: "10.0.0.4:21001"');
    expect(checked(`${own}workers: {callback_listen: "10.0.0.5:21001"}\n`).problems).toEqual([]);
  });

  it('refuses the node’s own address as that of the dispatcher', () => {
    expect(checked(goodFile({node: `  dispatcher_address: "${NODE_ID}"\n`})).problems).toEqual([
      'node.dispatcher_address is the address of this node (…), so every job of the dispatcher would be refused',
    ]);
  });

  it('warns of a chain id that is not that of the network', () => {
    const chain = (network: string, id: string) =>
      checked(`network: ${network}\n${goodFile().replace(/^chain:\n/m, `chain:\n  chain_id: ${id}\n`)}`)
        .doubts;
    expect(chain('hoodi', '1')).toEqual([
      'chain.chain_id is 1, but hoodi is chain 560048: remove it, or name the network that you mean',
    ]);
    expect(chain('mainnet', '1')).toEqual([]);
    expect(chain('devnet', '1337')).toEqual([]);
    expect(chain('custom', '5')).toEqual([]);
  });

  it('warns of a deadline before the first request may time out', () => {
    expect(workers('opml: {deadline: 5, answer_timeout: 1h}').doubts).toEqual([
      'workers.opml.deadline ends before workers.opml.answer_timeout: a job is unanswered before its first request may time out, so no request is sent again',
    ]);
    expect(workers('opml: {deadline: 1h, answer_timeout: 1h}').doubts).toEqual([]);
  });

  it('warns of one worker for two kinds', () => {
    expect(workers('opml: {url: 127.0.0.1:3000}, tee: {url: "http://127.0.0.1:3000/"}').doubts).toEqual([
      'workers.tee.url names the same worker as workers.opml.url, and a worker has one kind',
    ]);
    expect(workers('opml: {url: 127.0.0.1:1}, tee: {url: 127.0.0.1:2}').doubts).toEqual([]);
  });

  it('warns of an outer URL of all interfaces as of one on this machine', () => {
    const found = (url: string) =>
      withConfig(
        `network: mainnet\n${goodFile().replace(/outer_url: .*/, `outer_url: "${url}"`)}`,
        (source) => checkConfig(source, {need: 'run'}).warnings,
      ).flatMap(({code, path}) => (code === 'LOOPBACK_PEER' && path === 'net.outer_url' ? [path] : []));
    expect(found('http://0.0.0.0:21001')).toHaveLength(1);
    expect(found('http://[::]:21001')).toHaveLength(1);
    expect(found('http://203.0.113.7:21001')).toHaveLength(0);
  });

  it('names the command for a missing VRF key as it is typed', () => {
    withConfig(goodFile().replace(/vrf_key_file: .*/, 'vrf_key_file: ./none.key'), (source, dir) => {
      expect(surveyConfig(source, 'run').problems.map(({got}) => got)[0]).toContain(
        `aos keys vrf create --file ${dir}/none.key`,
      );
    });
  });
});
