import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {loadChainView, NODE_ID_PATH} from '../../../src/lib/config/chain-view.ts';
import {statusTarget} from '../../../src/lib/features/status/target.ts';
import {goodFile, tempDir, thrown, withConfig} from '../../support/config-file.ts';

const STRANGER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const POLICY = 'policy: {network_start: 2025-01-01, offline_grace: 2h, penalty: 0.3}\n';

describe('the chain part of a configuration', () => {
  it('holds the rules of its network, which are those of any operator', async () => {
    using dir = tempDir();
    const config = join(dir.path, 'config.yaml');
    writeFileSync(config, goodFile({more: POLICY}), {mode: 0o600});
    const rulesOf = async (flags: object): Promise<object> =>
      (await statusTarget({config, operator: STRANGER, 'rpc-url': 'http://127.0.0.1:1', ...flags}, () => {}))
        .rules;
    expect(await rulesOf({})).toMatchObject({
      source: 'configuration',
      networkStart: Date.UTC(2025, 0, 1),
      offlineGraceMs: 7_200_000,
      penaltyWei: 3n * 10n ** 17n,
      outerUrl: null,
    });
    expect(await rulesOf({network: 'holesky'})).toMatchObject({
      source: 'protocol default',
      networkStart: null,
      offlineGraceMs: 3_600_000,
    });
  });

  it('a flag that does not do is the command line’s fault, not the file’s', () => {
    const flags = {[NODE_ID_PATH]: {flag: '--operator', text: '0x12'}};
    expect(withConfig(goodFile(), (source) => thrown(() => loadChainView({...source, flags})))).toMatchObject(
      {
        code: 'USAGE',
        exitCode: 64,
        message: expect.stringContaining('--operator') as string,
      },
    );
    expect(
      withConfig('node: {node_id: "0x12"}\n', (source) => thrown(() => loadChainView(source))),
    ).toMatchObject({code: 'CONFIG_INVALID', exitCode: 78});
  });
});
