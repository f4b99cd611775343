import {RpcRequestError} from 'viem';
import {describe, expect, it} from 'vitest';
import {isRevert} from '../../../../src/lib/peers/chain/failure.ts';
import {revertDataOf} from '../../../../src/lib/peers/chain/revert.ts';

const answered = (code: number, message: string, data?: unknown): RpcRequestError =>
  new RpcRequestError({body: {}, url: 'http://127.0.0.1:1', error: {code, message, data}});

describe('what a node says of a call', () => {
  it.each([
    [3, 'execution reverted'],
    [-32000, 'execution reverted: nope'],
    [-32015, 'VM execution error.'],
    [-32603, 'VM Exception while processing transaction: revert'],
    // geth and erigon
    [-32000, 'out of gas'],
    [-32000, 'contract creation code storage out of gas'],
    [-32000, 'invalid opcode: INVALID'],
    [-32000, 'invalid jump destination'],
    [-32000, 'stack underflow (0 <=> 1)'],
    [-32000, 'stack limit reached 1024 (1024)'],
    // nethermind, reth
    [-32003, 'stack underflow'],
    [-32003, 'out of gas: gas required exceeds: 50000000'],
    // anvil
    [-32603, 'EVM error InvalidFEOpcode'],
    [-32603, 'EVM error OutOfGas'],
    [-32603, 'EVM error PrecompileError'],
  ])('%i %s: the contract failed', (code, message) => {
    expect(isRevert(answered(code, message))).toBe(true);
    expect(revertDataOf(answered(code, message))).toBe('0x');
  });

  it.each([
    [-32603, 'Internal error'],
    [-32603, 'EVM error: cannot load the state of block 0x12'],
    [-32005, 'rate limit exceeded'],
    [-32000, 'header not found'],
    [-32000, 'missing trie node'],
    [-32000, 'execution aborted (timeout = 5s)'],
    [-32000, 'gas required exceeds allowance (0)'],
    [-32000, 'insufficient funds for gas * price + value'],
    [-32016, 'over compute units: you ran out of gasoline'],
  ])('%i %s: the node failed', (code, message) => {
    expect(isRevert(answered(code, message))).toBe(false);
    expect(revertDataOf(answered(code, message))).toBeNull();
  });

  it('neither, when it said nothing', () => {
    expect(isRevert(new Error('out of gas'))).toBe(false);
    expect(revertDataOf(undefined)).toBeNull();
  });
});
