import {
  encodeFunctionData,
  encodeFunctionResult,
  parseAbi,
  toFunctionSelector,
  type Abi,
  type Hex,
} from 'viem';
import {getAbiItem} from 'viem';
import {startAnvil, type Anvil} from '../../src/devnet/chain/anvil.ts';
import {createDevChain} from '../../src/devnet/chain/contracts.ts';
import {devRpc} from '../../src/devnet/chain/rpc.ts';
import {compiledContracts} from './contracts.ts';

const answersAbi = parseAbi(['function answersTeach(bytes[] inputs, bool[] reverting, bytes[] data)']);

/** What a function answers: `args` null for any arguments; `value` as viem encodes it, or the revert data. */
export type Lesson = {
  abi: Abi;
  name: string;
  args?: readonly unknown[];
} & ({value: unknown} | {revert: Hex});

/** A lesson, written short. */
export const says = (abi: Abi, name: string, value: unknown, args?: readonly unknown[]): Lesson => ({
  abi,
  name,
  value,
  ...(args === undefined ? {} : {args}),
});

export type AnswersChain = {
  anvil: Anvil;
  /** A new contract that answers as taught. */
  contract(lessons?: readonly Lesson[]): Promise<Hex>;
  teach(address: Hex, lessons: readonly Lesson[]): Promise<void>;
  close(): Promise<void>;
};

/** An anvil whose contracts answer whatever a test says. */
export async function startAnswersChain(): Promise<AnswersChain> {
  const {artifacts, remove} = await compiledContracts();
  const anvil = await startAnvil();
  const chain = createDevChain(anvil.url, artifacts);
  const [account] = (await devRpc(anvil.url, 'eth_accounts')) as Hex[];
  const send = async (to: Hex, data: Hex): Promise<void> => {
    await devRpc(anvil.url, 'eth_sendTransaction', [{from: account, to, data, gas: '0x2000000'}]);
    await devRpc(anvil.url, 'evm_mine');
  };
  const teach = async (address: Hex, lessons: readonly Lesson[]): Promise<void> => {
    const data = encodeFunctionData({
      abi: answersAbi,
      functionName: 'answersTeach',
      args: [lessons.map(inputOf), lessons.map((lesson) => 'revert' in lesson), lessons.map(outputOf)],
    });
    await send(address, data);
  };
  return {
    anvil,
    teach,
    contract: async (lessons = []) => {
      const address = (await chain.deploy('Answers')) as Hex;
      if (lessons.length > 0) await teach(address, lessons);
      return address;
    },
    close: async () => {
      await anvil.close();
      remove();
    },
  };
}

function inputOf({abi, name, args}: {abi: Abi; name: string; args?: readonly unknown[]}): Hex {
  if (args !== undefined && args.length > 0) return encodeFunctionData({abi, functionName: name, args});
  const item = getAbiItem({abi, name});
  if (item?.type !== 'function') throw new Error(`no function ${name}`);
  return toFunctionSelector(item);
}

function outputOf(lesson: Lesson): Hex {
  if ('revert' in lesson) return lesson.revert;
  return encodeFunctionResult({abi: lesson.abi, functionName: lesson.name, result: lesson.value});
}
