/**
 * How far a deployment is: which contract is made by which nonce, from what code and arguments, and which are there. Kept
 * in a file, whole at any moment, so that a run that was killed goes on where it stopped.
 */
import { existsSync } from "node:fs";
import { getCreateAddress, isAddress } from "ethers";
import * as v from "valibot";
import { InputError } from "../../src/base/errors.ts";
import { readJson, writeAtomic } from "../../src/base/files.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/constants.ts";
import { count, exactly, hex, validated } from "../../src/base/schema.ts";

const PROGRESS_FORMAT = "plimsoll-deployment-progress";

const whole = count(0, Number.MAX_SAFE_INTEGER);
const bytes32 = hex(32, "0x");
const address = v.pipe(v.string("must be an address"), v.check(isAddress, "must be an Ethereum address"));

const CONTRACT = exactly("a contract", {
  nonce: whole,
  address: address,
  /** Keccak-256 of the code that makes it and of its constructor's arguments. */
  code: bytes32,
  args: bytes32,
  /** The last transaction that was sent for it. */
  transaction: v.optional(bytes32),
  deployed: v.boolean("must be true or false"),
});
const CHAIN = exactly("a chain", { chainId: whole, startBlock: whole, contracts: v.record(v.string(), CONTRACT) });
const PROGRESS = exactly("a progress file", {
  format: v.literal(PROGRESS_FORMAT, `must be "${PROGRESS_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  deployer: address,
  chains: v.record(v.string(), CHAIN),
});

export type ContractRecord = v.InferOutput<typeof CONTRACT>;
export type ChainRecord = v.InferOutput<typeof CHAIN>;

export class Progress {
  private constructor(
    private readonly state: v.InferOutput<typeof PROGRESS>,
    private readonly path: string | undefined,
  ) {}

  /** Reads a progress file, or begins one; without a path nothing is kept. Throws an InputError when another address began it. */
  static async open(deployer: string, path: string | undefined): Promise<Progress> {
    if (path === undefined || !existsSync(path))
      return new Progress({ format: PROGRESS_FORMAT, version: PROTOCOL_VERSION, deployer, chains: {} }, path);
    const state = validated(PROGRESS, await readJson(path), path);
    if (state.deployer !== deployer)
      throw new InputError(
        `${path}.deployer`,
        `must be ${deployer}, whose key this is: contracts' addresses follow from it`,
        state.deployer,
      );
    return new Progress(state, path);
  }

  /** The record of a chain, if it has one. Throws an InputError when it is of another chain id. */
  chain(name: string, chainId: number): ChainRecord | undefined {
    const chain = this.state.chains[name];
    if (chain !== undefined && chain.chainId !== chainId)
      throw new InputError(
        `deployment.chains: ${name}.chainId`,
        `must be ${chain.chainId}, as in the progress file`,
        chainId,
      );
    return chain;
  }

  begin(name: string, chainId: number, startBlock: number): ChainRecord {
    return (this.state.chains[name] = { chainId, startBlock, contracts: {} });
  }

  get chainNames(): readonly string[] {
    return Object.keys(this.state.chains);
  }

  contract(chain: string, key: string): ContractRecord | undefined {
    return this.state.chains[chain]?.contracts[key];
  }

  /** Gives a contract a nonce, and so its address. */
  reserve(chain: string, key: string, nonce: number): void {
    const address = getCreateAddress({ from: this.state.deployer, nonce });
    const none = `0x${"00".repeat(32)}`;
    this.state.chains[chain]!.contracts[key] = { nonce, address, code: none, args: none, deployed: false };
  }

  async save(): Promise<void> {
    if (this.path !== undefined) await writeAtomic(this.path, `${JSON.stringify(this.state, null, 2)}\n`);
  }
}
