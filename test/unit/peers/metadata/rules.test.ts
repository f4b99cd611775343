import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isPublicAddress} from '../../../../src/lib/peers/metadata/public-address.ts';
import {judgeMetadata, logoProblem, urlProblem} from '../../../../src/lib/peers/metadata/rules.ts';

const ANY = {isMainnet: false, isDevelopment: false};
const MAINNET = {isMainnet: true, isDevelopment: false};
const RAW = 'https://raw.githubusercontent.com/someone/repository/main/operator.json';
const GOOD = {
  name: 'Example operator',
  description: 'Runs nodes (since 2024), with care.',
  logo: 'https://example.org/logo.PNG?size=1',
};

const judge = (value: unknown, place = ANY) => judgeMetadata(Buffer.from(JSON.stringify(value)), place);

describe('a metadata URL', () => {
  it.each([
    ['https://example.org/operator.json', ANY, null],
    ['http://example.org/operator.json', ANY, null],
    ['ftp://example.org/operator.json', ANY, 'is no http(s) URL'],
    ['https://', ANY, 'is no http(s) URL'],
    [`https://example.org/${'a'.repeat(1024)}`, ANY, 'is longer than 1024 characters'],
    ['http://localhost/operator.json', ANY, 'names this machine'],
    ['http://127.0.0.1/operator.json', ANY, 'names this machine'],
    ['http://127.0.0.1/operator.json', {isMainnet: false, isDevelopment: true}, null],
    [RAW, MAINNET, null],
    ['https://example.org/operator.json', MAINNET, expect.stringContaining('raw.githubusercontent.com')],
    ['https://raw.githubusercontent.com.example.org/x', MAINNET, expect.stringContaining('the only place')],
  ])('%s', (url, place, expected) => {
    expect(urlProblem(url, place)).toEqual(expected);
  });
});

describe('a file of metadata', () => {
  it('that breaks no rule gives its logo to be read', () => {
    expect(judge(GOOD)).toEqual({problems: [], logo: GOOD.logo});
    const links = {website: 'https://example.org', twitter: 'https://x.com/example'};
    expect(judge({...GOOD, ...links}).problems).toEqual([]);
    expect(judge({...GOOD, website: '', twitter: ''}).problems).toEqual([]);
  });

  it.each([
    [{name: undefined}, 'name is missing'],
    [{name: ''}, 'name is empty'],
    [{name: 7}, 'name is no text'],
    [{name: 'a'.repeat(501)}, 'name is longer than 500 bytes'],
    [{description: '<script>'}, 'description has a character that EigenLayer does not take'],
    [{description: 'one\ntwo'}, 'description has a character that EigenLayer does not take'],
    [{logo: undefined}, 'logo is missing'],
    [{logo: 'https://example.org/logo.svg'}, 'logo does not end in .png'],
    [{logo: 'file:///etc/logo.png'}, 'logo is no http(s) URL'],
    [{website: 'example'}, 'website is no http(s) URL'],
    [{twitter: 'https://example.org/me'}, 'twitter is no page of twitter.com or x.com'],
  ])('%j', (change, problem) => {
    expect(judge({...GOOD, ...change}).problems).toEqual([problem]);
  });

  it('that has many faults names each', () => {
    expect(judge({}).problems).toEqual(['name is missing', 'description is missing', 'logo is missing']);
  });

  it('that is anything else is no JSON object', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const {problems} = judgeMetadata(Buffer.from(text), ANY);
          expect(problems.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('has a logo that is a PNG by its first bytes', () => {
    expect(logoProblem(Buffer.from('89504e470d0a1a0a0000', 'hex'))).toBeNull();
    expect(logoProblem(Buffer.from('<svg/>'))).toBe('is no PNG image');
    expect(logoProblem(Buffer.alloc(0))).toBe('is no PNG image');
  });
});

describe('an address of the public internet', () => {
  it.each(['1.1.1.1', '93.184.216.34', '2606:2800:220:1::1', '::ffff:8.8.8.8'])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
  it.each([
    ...['127.0.0.1', '127.0.0.2', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
    ...['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fd00::1', 'ff02::1'],
    ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:7f00:1::1', 'example.org', ''],
  ])('is not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
