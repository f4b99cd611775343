import {describe, expect, it} from 'vitest';
import {toHex} from '../../../../src/lib/protocol/wire/ethereum.ts';
import {keccak256} from '../../../../src/lib/protocol/wire/keccak.ts';
import {rawHttp, rpc} from '../../../support/raw-http.ts';
import {devSigner, OPERATOR, OTHER_ADDRESS, OTHER_KEY} from '../../../support/signer.ts';

// From the tests and documentation of Web3Signer, or computed with viem where those have none.

const COW_KEY = `0x${toHex(keccak256(Buffer.from('cow')))}`;
const K2 = '0x1618fc3e47aec7e70451256e033b9edb67f4c469258d8e2fbb105552f141ae41';
const domainField = (name: string, type: string): {name: string; type: string} => ({name, type});

async function result(
  chainId: number,
  keys: string[] | undefined,
  method: string,
  params: unknown,
): Promise<unknown> {
  const signer = await devSigner({chainId, ...(keys === undefined ? {} : {keys})});
  const {body} = await rpc(signer.url, method, params);
  return (body as {result?: unknown}).result;
}

describe('eth_sign', () => {
  it.each<[string, string | undefined, string, string, string]>([
    [
      'text of its tests',
      OTHER_KEY,
      OTHER_ADDRESS,
      'some random data to be signed',
      '0x22cf811d54835be906e45d728dfc8a7a32bb65ce146a4ccb6b689b8d8182a30f19fdb947229991b9dfd63b67fe4ebb59a3d3f8d9ed95b27e0c3d34e1800afbd81b',
    ],
    [
      'hex',
      undefined,
      OPERATOR,
      '0x2eadbe1f',
      '0xab5c056c50b55b0374b7e9f0eab662020ea63da3ca5e27aa5bf3f691fa7d61634e15341b62f4d4f7bf9d3cb94d75137bfdcb776222628cfb4f910102077f3c411b',
    ],
    [
      'hex without 0x, which is text',
      undefined,
      OPERATOR,
      '2eadbe1f',
      '0x34016acb29e50db561e5bb4a06eb6adc84a98283ea847211965ffafb87fd38d013e47df5d85f1f32f7b3382d831df9893b401b5e0865f6b2f4f12bb766ea0c671c',
    ],
    [
      'nothing',
      undefined,
      OPERATOR,
      '0x',
      '0x6e0b571474ed4fd120edaddd30c411254a7a1e5f70ac232d60d7a6ed903bac9f66692d06506b73987ca4cdab15a92513653241fab5c5e3681c76dbe4fd11e9511b',
    ],
    [
      'a 32-byte hash',
      undefined,
      OPERATOR,
      '0x2df41f0d30daf8e5e3a6b059173234ab94227938a1cf10d6d665f914c7364823',
      '0xfa4bb342d5f953c9cdf91a0082a444353fd6d60673b0f3a8ad341d52e509fcee0bffb61d49cb023164bf698111ab241d2bd26d08eafa9167f8a60db44a3110391b',
    ],
  ])('signs %s', async (_name, key, address, data, signature) => {
    expect(await result(1, key === undefined ? undefined : [key], 'eth_sign', [address, data])).toBe(
      signature,
    );
  });
});

describe('eth_signTypedData', () => {
  const dapp = {
    types: {
      EIP712Domain: [
        domainField('name', 'string'),
        domainField('version', 'string'),
        domainField('chainId', 'uint256'),
        domainField('verifyingContract', 'address'),
      ],
      Person: [domainField('name', 'string'), domainField('wallet', 'address')],
    },
    primaryType: 'Person',
    domain: {
      name: 'My Dapp',
      version: '1.0',
      chainId: 1,
      verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
    },
    message: {name: 'John Doe', wallet: '0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B'},
  };
  const dappSignature =
    '0x11cb46f70ad43da86e15ca7c6bb28356859a5f4ba430b44dbf1e65726d467be6072be9d1e5b40bd5b7abe8888eb91a69f0e6d56a8a094718ed8080baf02d61c31c';
  const person = [domainField('name', 'string'), domainField('wallet', 'address')];
  const mail = {
    types: {
      EIP712Domain: dapp.types.EIP712Domain,
      Person: person,
      Mail: [domainField('from', 'Person'), domainField('to', 'Person'), domainField('contents', 'string')],
    },
    primaryType: 'Mail',
    domain: {
      name: 'Ether Mail',
      version: '1',
      chainId: 1,
      verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
    },
    message: {
      from: {name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826'},
      to: {name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB'},
      contents: 'Hello, Bob!',
    },
  };
  const registration = {
    types: {
      EIP712Domain: [
        domainField('name', 'string'),
        domainField('chainId', 'uint256'),
        domainField('verifyingContract', 'address'),
      ],
      OperatorAVSRegistration: [
        domainField('operator', 'address'),
        domainField('avs', 'address'),
        domainField('salt', 'bytes32'),
        domainField('expiry', 'uint256'),
      ],
    },
    primaryType: 'OperatorAVSRegistration',
    domain: {
      name: 'EigenLayer',
      chainId: 17000,
      verifyingContract: '0x055733000064333CaDDbC92763c58BF0192fFeBf',
    },
    message: {
      operator: OPERATOR,
      avs: `0x${'11'.repeat(20)}`,
      salt: `0x${'22'.repeat(32)}`,
      expiry: '1893456000',
    },
  };

  it('signs the data of its tests, as an object and as JSON text', async () => {
    expect(await result(1, [OTHER_KEY], 'eth_signTypedData', [OTHER_ADDRESS, dapp])).toBe(dappSignature);
    expect(await result(1, [OTHER_KEY], 'eth_signTypedData', [OTHER_ADDRESS, JSON.stringify(dapp)])).toBe(
      dappSignature,
    );
  });

  it('takes the chain id as decimal and hex text too', async () => {
    for (const chainId of ['1', '0x1']) {
      const spelled = {...dapp, domain: {...dapp.domain, chainId}};
      expect(await result(1, [OTHER_KEY], 'eth_signTypedData', [OTHER_ADDRESS, spelled])).toBe(dappSignature);
    }
  });

  it('signs the mail of EIP-712', async () => {
    expect(
      await result(1, [COW_KEY], 'eth_signTypedData', ['0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826', mail]),
    ).toBe(
      '0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c',
    );
  });

  it('signs an EigenLayer registration, equal to the REST signature of its pre-image', async () => {
    const expected =
      '0xcf3ad19f2450c0dd215d24cacfc429707c31e30ce43ba816ebe3c77f5a91427112f8db12484290b763983c9603ea234cf19b2af86f8445962c1829d072a458f61b';
    const signer = await devSigner();
    const typed = await rpc(signer.url, 'eth_signTypedData', [OPERATOR, registration]);
    expect(typed.body).toHaveProperty('result', expected);
    const [publicKey] = JSON.parse(
      (await rawHttp(signer.url, {path: '/api/v1/eth1/publicKeys'})).body,
    ) as string[];
    const data =
      '0x190105b5fa2bc27747934a2806cfea6b29dea791939f0ccacb598bc084305908390252833b971de666b100f37a8da824279d7ac7d576783918e6f1f658ccc272e69c';
    const rest = await rawHttp(signer.url, {
      method: 'POST',
      path: `/api/v1/eth1/sign/${publicKey ?? ''}`,
      body: JSON.stringify({data}),
    });
    expect(rest.body).toBe(expected);
  });
});

describe('eth_signTransaction', () => {
  const recipient = '0x627306090abaB3A6e1400e9345bC60c78a8BEf57';
  const small = {
    from: '0x0c8f735bc186ea3842e640ffdcb474def3e767a0',
    nonce: '0x46',
    gas: '0x7600',
    to: recipient,
    value: '0x2',
    data: '0x0',
  };

  it.each<[string, number, string | undefined, object, string]>([
    [
      'a legacy transaction with a nonce of 32 bytes',
      9,
      OTHER_KEY,
      {
        from: OTHER_ADDRESS,
        nonce: '0xe04d296d2460cfb8472af2c5fd05b5a214109c25688d3704aed5484f9a7792f2',
        gasPrice: '0x9184e72a000',
        gas: '0x76c0',
        to: '0xd46e8dd67c5d32be8058bb8eb970870f07244567',
        value: '0x9184e72a',
        data: '0xd46e8dd67c5d32be8d46e8dd67c5d32be8058bb8eb970870f072445675058bb8eb970870f072445675',
      },
      '0xf8b2a0e04d296d2460cfb8472af2c5fd05b5a214109c25688d3704aed5484f9a7792f28609184e72a0008276c094d46e8dd67c5d32be8058bb8eb970870f07244567849184e72aa9d46e8dd67c5d32be8d46e8dd67c5d32be8058bb8eb970870f072445675058bb8eb970870f07244567535a0f04e0e7b41adea417596550611138a3ec9a452abb6648d734107c53476e76a27a05b826d9e9b4e0dd0e7b8939c102a2079d71cfc27cd6b7bebe5a006d5ad17d780',
    ],
    [
      'a free legacy transaction with odd data',
      44844,
      K2,
      {...small, gasPrice: '0x0'},
      '0xf862468082760094627306090abab3a6e1400e9345bc60c78a8bef57020083015e7ca09a3527399c68e6235d5a39bea2d2fe9bd166d4d9b5b26be4537e4892c54f3f7ca02caa51f84793d892aca369ce2502bf2bf84f89735c22f6af7a91cf322b7025df',
    ],
    [
      'an EIP-1559 transaction',
      44844,
      K2,
      {...small, maxPriorityFeePerGas: '0x1', maxFeePerGas: '0x2'},
      '0x02f86482af2c46010282760094627306090abab3a6e1400e9345bc60c78a8bef570200c001a00e5cd8ac973512d96074c13a04d268b2b9b83b244acf780c63f85c4e9f2648eaa063918292ea8b5c11135c50725abe3eeab1cf3796063d3da4a437244186e08b71',
    ],
    [
      'one with defaults for gas and price',
      1337,
      undefined,
      {from: OPERATOR, nonce: '0x1', to: '0xd46e8dd67c5d32be8058bb8eb970870f07244567'},
      '0xf862018083015f9094d46e8dd67c5d32be8058bb8eb970870f072445678080820a95a096982ee3632bb55e6eb8644b48a714f532d89bf9e47487a4bcbcb3eea4e82d94a038de42c79002ed2cdd426d99620184393dec7e77916e85d3a466dc3b58f8d9ce',
    ],
    [
      'the probe of signer check',
      17000,
      undefined,
      {
        from: OPERATOR,
        to: OPERATOR,
        nonce: '0x0',
        gas: '0x1',
        maxFeePerGas: '0x0',
        maxPriorityFeePerGas: '0x0',
      },
      '0x02f8628242688080800194fe3b557e8fb62b89f4916b721be55ceb828dbd738080c001a04ab676cb29caadc43f83b7e1bd456ebacfad37c2629e152736879cb4f00fe1faa021ab5c896230cea3b76fe181d799c89b4cbfe11923c8c6624710b038bfe5482a',
    ],
  ])('signs %s', async (_name, chainId, key, tx, raw) => {
    expect(await result(chainId, key === undefined ? undefined : [key], 'eth_signTransaction', [tx])).toBe(
      raw,
    );
  });

  it('ignores chainId, type, accessList and gasLimit, takes a bare object, decimals and numbers', async () => {
    const plain = await result(1337, undefined, 'eth_signTransaction', [
      {from: OPERATOR, nonce: '0x1', to: recipient},
    ]);
    const decorated = {
      from: OPERATOR,
      nonce: 1,
      to: recipient,
      gas: '90000',
      chainId: '0x5',
      type: '0x1',
      accessList: [],
      gasLimit: '0x1',
      value: null,
    };
    expect(await result(1337, undefined, 'eth_signTransaction', decorated)).toBe(plain);
  });
});

describe('REST sign', () => {
  it.each([
    [
      '0x3432',
      '0xdee203b782b9963efffb7359dc37e0f62008a17be2635abd584f36553c4b231116e67a38355b603e0921c2452b29685f011fde26200e988e3a720b46d86e92641c',
    ],
    [
      '48656c6c6f2c20776f726c6421',
      '0x0b4bba2e009f2057752cb9973d1c46e10424709f2a1b68bb214b21e41026f6932a1c4d6bd44b2751794135f5938761db3750ecfa0c0fcd2d318c88cb9b8502d21c',
    ],
  ])('signs %s', async (data, signature) => {
    const signer = await devSigner();
    const path =
      '/api/v1/eth1/sign/09B02f8a5fddd222ade4ea4528faefc399623af3f736be3c44f03e2df22fb792f3931a4d9573d333ca74343305762a753388c3422a86d98b713fc91c1ea04842';
    expect(await rawHttp(signer.url, {method: 'POST', path, body: JSON.stringify({data})})).toMatchObject({
      status: 200,
      body: signature,
    });
  });
});
