/**
 * How far a deployment is: which contract is made by which nonce, from what code and arguments, and which are there. Kept
 * in a file, whole at any moment, so that a run that was killed goes on where it stopped.
 */
import { existsSync } from "node:fs";
import { getCreateAddress } from "ethers";
import * as v from "valibot";
import { InputError } from "../../src/base/errors.ts";
import { readJson, writeAtomic } from "../../src/base/files.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/constants.ts";
import { exactly, validated } from "../../src/base/validated.ts";

const PROGRESS_FORMAT = "plimsoll-deployment-progress";
const hex = (bytes: number) => v.pipe(v.string("must be hex"), v.regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), `must be ${bytes} bytes in hex`));
const count = v.pipe(v.number("must be a number"), v.integer("must be a whole number"), v.minValue(0, "must not be negative"));

const CONTRACT = exactly("a contract", {
  nonce: count,
  address: hex(20),
  /** Keccak-256 of the code that makes it and of its constructor's arguments. */
  code: hex(32),
  args: hex(32),
  /** The last transaction that was sent for it. */
  transaction: v.optional(hex(32)),
  deployed: v.boolean("must be true or false"),
});
const CHAIN = exactly("a chain", { chainId: count, startBlock: count, contracts: v.record(v.string(), CONTRACT) });
const PROGRESS = exactly("a progress file", {
  format: v.literal(PROGRESS_FORMAT, `must be "${PROGRESS_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  deployer: hex(20),
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
    if (path === undefined || !existsSync(path)) return new Progress({ format: PROGRESS_FORMAT, version: PROTOCOL_VERSION, deployer, chains: {} }, path);
    const state = validated(PROGRESS, await readJson(path), path);
    if (state.deployer !== deployer) throw new InputError(`${path}.deployer`, `must be ${deployer}, whose key this is: contracts' addresses follow from it`, state.deployer);
    return new Progress(state, path);
  }

  /** The record of a chain, if it has one. Throws an InputError when it is of another chain id. */
  chain(name: string, chainId: number): ChainRecord | undefined {
    const chain = this.state.chains[name];
    if (chain !== undefined && chain.chainId !== chainId) throw new InputError(`deployment.chains: ${name}.chainId`, `must be ${chain.chainId}, as in the progress file`, chainId);
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
