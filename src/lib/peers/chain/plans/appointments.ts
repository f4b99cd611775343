import {encodeFunctionData, toFunctionSelector, type Hex} from 'viem';
import {permissionControllerAbi} from '../abis-core.ts';
import type {ResolvedContracts} from '../contract-types.ts';
import type {Chain} from '../open.ts';
import {call, valueOf} from '../read.ts';
import {intentKey, type TxPlan} from '../tx/plan.ts';

/** The functions of EigenLayer that ask PermissionController who may act for an operator. */
const ASKING: ReadonlySet<string> = new Set(
  [
    // AllocationManager
    'registerForOperatorSets(address,(address,uint32[],bytes))',
    'deregisterFromOperatorSets((address,address,uint32[]))',
    // KeyRegistrar
    'registerKey(address,(address,uint32),bytes,bytes)',
    // DelegationManager
    'updateOperatorMetadataURI(address,string)',
    // AVSRegistrarWithSocket, in its later releases
    'updateSocket(address,string)',
  ].map((signature) => toFunctionSelector(`function ${signature}`)),
);

/** A call as far as a permission goes: its contract, and its data, which begins with the selector. */
type Call = {title: string; to: string; data: string};

/**
 * Plans what an admin of the operator has to send, so that the operator's own address may make these calls: one
 * `setAppointee` of PermissionController for each contract and selector that it may not call now, and for no other. One
 * dependent step.
 * @returns none where the operator may make all of them, and where the chain names no PermissionController
 * @throws AosError as {@link Chain.read}
 */
export async function planAppointments(
  chain: Chain,
  {permissionController: controller}: ResolvedContracts,
  operator: Hex,
  calls: readonly Call[],
): Promise<TxPlan[]> {
  if (controller === null) return [];
  const asking = onceEach(calls.flatMap(appointable));
  const said = await chain.read(
    asking.map(({to, selector}) =>
      call(permissionControllerAbi, controller, 'canCall', [operator, operator, to, selector]),
    ),
  );
  return asking
    .filter((_, index) => valueOf(said[index]) === false)
    .map(({title, to, selector}) => ({
      intent: intentKey('appoint', controller, operator, to, selector),
      title: `let ${operator} ${title}`,
      to: controller,
      data: encodeFunctionData({
        abi: permissionControllerAbi,
        functionName: 'setAppointee',
        args: [operator, operator, to, selector],
      }),
      value: 0n,
      mostGas: 500_000n,
      relies: ['permission_controller'],
      signing: null,
      facts: [
        ['contract', to],
        ['selector', selector],
      ],
    }));
}

type Appointable = {title: string; to: Hex; selector: Hex};

function appointable({title, to, data}: Call): Appointable[] {
  const selector = data.slice(0, 10);
  return ASKING.has(selector) ? [{title, to: hexOf(to), selector: hexOf(selector)}] : [];
}

function hexOf(text: string): Hex {
  return `0x${text.slice(2)}`;
}

function onceEach(list: readonly Appointable[]): Appointable[] {
  const keyOf = ({to, selector}: Appointable): string => `${to}${selector}`.toLowerCase();
  return [...new Map(list.map((one) => [keyOf(one), one])).values()];
}
