/**
 * What contracts of one chain say of themselves beside what they should: each comparison is a fact, true or not. A read that
 * is refused is a fact that isn't true.
 */
import { Contract, Interface, ZeroAddress, type InterfaceAbi, type LogParams } from "ethers";
import type { ContractName } from "../../src/chain/abi.ts";
import { Node } from "../../src/chain/node.ts";
import { PlimsollError } from "../../src/base/errors.ts";
import type { CompiledContract, CompiledContracts } from "../solidity.ts";

export interface Fact {
  readonly chain: string;
  /** Key of the contract, as the plan has it. */
  readonly key: string;
  readonly address: string;
  /** What was asked, such as `riskTable`. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

export const isTrue = ({ expected, found }: Fact): boolean => expected === found;

/** Fewest blocks that a node must answer for at once. */
const LEAST_RANGE = 500;

export class FactFinder {
  readonly facts: Fact[] = [];

  constructor(
    readonly node: Node,
    private readonly contracts: CompiledContracts,
  ) {}

  /** Compares what a question finds with what is expected. */
  async fact(
    key: string,
    address: string,
    what: string,
    expected: unknown,
    question: () => Promise<unknown>,
  ): Promise<void> {
    const found = await question().then(shown, (error: unknown) => {
      if (error instanceof PlimsollError) return error.message;
      // Of what ethers throws the code alone: its messages carry the endpoint's URL.
      return `no answer (${(error as { code?: string }).code ?? "unknown"})`;
    });
    this.facts.push({ chain: this.node.chain.name, key, address, what, expected: shown(expected), found });
  }

  /** Compares views without arguments, by name. */
  async views(
    key: string,
    name: ContractName,
    address: string,
    expected: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    for (const [method, value] of Object.entries(expected)) {
      await this.fact(key, address, method, value, () => this.node.read(name, address, method));
    }
  }

  contract(name: string): CompiledContract {
    return this.contracts[name]!;
  }

  /** Asks a contract that clients have no interface of. */
  ask(abi: InterfaceAbi, address: string, method: string, ...args: readonly unknown[]): Promise<unknown> {
    return new Contract(address, abi, this.node.provider).getFunction(method)(...args) as Promise<unknown>;
  }

  /** The code at an address is that of this build, beside immutables, and so is that of the libraries it calls. Returns whether. */
  async code(key: string, contract: string, address: string): Promise<boolean> {
    await this.fact(key, address, "code", "of this build", async () => {
      const code = await this.codeAt(address);
      if (code === "") return "none";
      if (!sameCode(code, this.contract(contract))) return "another";
      for (const [library, places] of Object.entries(this.contract(contract).runtime.libraries)) {
        for (const { start, length } of places) {
          const linked = await this.codeAt(`0x${code.slice(2 * start, 2 * (start + length))}`);
          if (!sameCode(linked, this.contract(library))) return `calling another ${library}`;
        }
      }
      return "of this build";
    });
    return isTrue(this.facts.at(-1)!);
  }

  private async codeAt(address: string): Promise<string> {
    return (await this.node.rpc<string>("eth_getCode", [address, "latest"])).slice(2);
  }

  /** Every event of a kind that a contract ever emitted. */
  async events(
    abi: InterfaceAbi,
    address: string,
    event: string,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const parser = new Interface(abi);
    const topic = parser.getEvent(event)!.topicHash;
    const logs = async (from: number, to: number): Promise<LogParams[]> => {
      const filter = { address, topics: [topic], fromBlock: `0x${from.toString(16)}`, toBlock: `0x${to.toString(16)}` };
      try {
        return (await this.node.provider.send("eth_getLogs", [filter])) as LogParams[];
      } catch (error) {
        // Nodes limit how much they answer at once.
        if (to - from < LEAST_RANGE) throw error;
        const middle = Math.floor((from + to) / 2);
        return [...(await logs(from, middle)), ...(await logs(middle + 1, to))];
      }
    };
    const { number } = await this.node.block();
    return (await logs(this.node.chain.startBlock, number)).map(({ topics, data }) =>
      parser.parseLog({ topics: [...topics], data })!.args.toObject(),
    );
  }
}

/** The contract's owner, nobody about to become it, and its guardian where that is the owner's to say. */
export async function ownership(
  finder: FactFinder,
  key: string,
  name: ContractName,
  address: string,
  owner: string,
  guardian?: string,
): Promise<void> {
  await finder.views(key, name, address, { owner, pendingOwner: ZeroAddress });
  if (guardian !== undefined) await finder.views(key, name, address, { guardian });
}

function sameCode(code: string, { runtime }: CompiledContract): boolean {
  const places = [...runtime.filled, ...Object.values(runtime.libraries).flat()];
  const blank = (text: string): string =>
    places.reduce(
      (rest, { start, length }) => rest.slice(0, 2 * start) + "0".repeat(2 * length) + rest.slice(2 * (start + length)),
      text,
    );
  return code.length === runtime.code.length && blank(code.toLowerCase()) === blank(runtime.code.toLowerCase());
}

/** Numbers as decimals, lists in brackets: one spelling for what ethers returns and what a config says. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  return String(value);
}

export const VERIFIER_ABI = ["function keyHash() view returns (bytes32)"];
