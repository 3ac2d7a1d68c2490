/**
 * Guardians, and owners who act with a delay.
 *
 * Contracts belong to their timelock from their constructor on: ownership never passes through the deployer, and nobody
 * has to accept it. A timelock begins without a delay and with the deployer among its proposers and executors; its one
 * batch appoints the guardians, strips the deployer of its roles and sets the delay, all or nothing. From then on the
 * deployer's key is good for nothing.
 */
import { Interface, ZeroHash, id } from "ethers";
import { ABI } from "../../src/chain/abi.ts";
import { InputError } from "../../src/base/errors.ts";
import type { CompiledContracts } from "../solidity.ts";
import type { ChainWriter, Stage } from "./chainWriter.ts";
import type { ChainConfig, DeploymentConfig } from "./config.ts";
import { TIMELOCK, type AddressOf } from "./plan.ts";

const GUARDED = new Interface(ABI.RiskTable);
const SALT = id("plimsoll.deployment");
/** What proposers may do, and the deployer until it hands over. */
export const TIMELOCK_ROLES = ["PROPOSER_ROLE", "CANCELLER_ROLE", "EXECUTOR_ROLE"].map((name) => ({
  name,
  id: id(name),
}));

/** Keys of the contracts on a chain that its owner can appoint a guardian of: a desk with an owner of its own is that owner's. */
function guardedKeys({ name }: ChainConfig, { home, issuers }: DeploymentConfig): string[] {
  const mine = issuers.filter(
    (issuer) =>
      issuer.chain === name && (issuer.kind === "venue" || (issuer.kind === "desk" && issuer.owner === undefined)),
  );
  return ["RiskTable", ...mine.map((issuer) => issuer.name), ...(name === home ? ["AccountRegistry"] : [])];
}

/** Throws an InputError unless the deployer can do what {@link handOver} is going to. */
export function checkOwners({ chains }: DeploymentConfig, deployer: string): void {
  chains.forEach(({ owner, guardian }, i) => {
    const path = `deployment.chains[${i}]`;
    if (typeof owner !== "string") {
      const at = owner.proposers.indexOf(deployer);
      if (at !== -1)
        throw new InputError(
          `${path}.owner.proposers[${at}]`,
          "must not be the deployer, whose roles end with the deployment",
          deployer,
        );
    } else if (guardian !== undefined && owner !== deployer) {
      throw new InputError(
        `${path}.guardian`,
        "must be absent: only the owner, who isn't the deployer, can appoint it",
        guardian,
      );
    }
  });
}

/** Appoints guardians and lets go of the timelock. Does nothing where that is done. */
export async function handOver(
  writer: ChainWriter,
  config: DeploymentConfig,
  at: AddressOf,
  contracts: CompiledContracts,
  deployer: string,
  onStep: (what: string, stage: Stage) => void | Promise<void>,
): Promise<void> {
  const { name, owner, guardian } = writer.chain;
  const guarded = guardedKeys(writer.chain, config).map((key) => ({ key, address: at(name, key) }));
  const send = async (what: string, to: string, data: string): Promise<void> => {
    await writer.transact({ what, nonce: await writer.settledNonce(), to, data }, async (stage) => onStep(what, stage));
    await onStep(what, "mined");
  };
  if (typeof owner === "string") {
    if (guardian === undefined) return;
    for (const { key, address } of guarded) {
      const [current] = await writer.call(address, GUARDED, "guardian");
      if (current !== guardian)
        await send(`${key}.setGuardian`, address, GUARDED.encodeFunctionData("setGuardian", [guardian]));
    }
    return;
  }

  const timelock = at(name, TIMELOCK);
  const calls = new Interface(contracts[TIMELOCK]!.abi);
  const steps = [
    ...guarded.map(({ address }) => [address, GUARDED.encodeFunctionData("setGuardian", [guardian])] as const),
    ...TIMELOCK_ROLES.map((role) => [timelock, calls.encodeFunctionData("revokeRole", [role.id, deployer])] as const),
    [timelock, calls.encodeFunctionData("updateDelay", [owner.timelockSeconds])] as const,
  ];
  const batch = [steps.map(([target]) => target), steps.map(() => 0), steps.map(([, data]) => data), ZeroHash, SALT];
  const [operation] = await writer.call(timelock, calls, "hashOperationBatch", ...batch);
  const is = async (method: string): Promise<boolean> =>
    (await writer.call(timelock, calls, method, operation))[0] as boolean;
  if (await is("isOperationDone")) return;
  if (!(await is("isOperation")))
    await send(`${TIMELOCK}.scheduleBatch`, timelock, calls.encodeFunctionData("scheduleBatch", [...batch, 0]));
  await send(`${TIMELOCK}.executeBatch`, timelock, calls.encodeFunctionData("executeBatch", batch));
}
