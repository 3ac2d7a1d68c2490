/**
 * What each step of the demo cost: seconds, and gas by chain, read off the blocks themselves, so that relayers' and
 * keepers' transactions count like everyone's.
 *
 * @module
 */
import type { Node } from "../../src/chain/node.ts";

interface Step {
  readonly what: string;
  readonly gas: readonly (readonly [chain: string, gas: bigint])[];
  readonly seconds: number;
}

export class Meter {
  private readonly steps: Step[] = [];
  private readonly seen = new Map<string, number>();
  private readonly start = performance.now();
  private last = this.start;

  private nodes: readonly Node[] = [];

  /** Watches chains, from their first block on. */
  watch(nodes: readonly Node[]): void {
    for (const { chain } of nodes) this.seen.set(chain.name, 0);
    this.nodes = nodes;
  }

  chapter(title: string): void {
    console.log(`\n${title}\n`);
  }

  /** Ends a step that began with the last one; `quiet` where what it says has been said. */
  async done(what: string, { quiet = false } = {}): Promise<void> {
    const now = performance.now();
    const gas: [string, bigint][] = [];
    for (const node of this.nodes) {
      const used = await this.gasSince(node);
      if (used > 0n) gas.push([node.chain.name, used]);
    }
    const seconds = (now - this.last) / 1000;
    this.steps.push({ what, gas, seconds });
    if (!quiet)
      console.log(
        `  ✓ ${what}  (${[...gas.map(([chain, used]) => `${chain} ${grouped(used)} gas`), `${seconds.toFixed(1)} s`].join(", ")})`,
      );
    this.last = performance.now();
  }

  table(): void {
    const width = Math.max(...this.steps.map(({ what }) => what.length), 4);
    console.log(`\n${"step".padEnd(width)}  ${"chain".padEnd(10)} ${"gas".padStart(11)} ${"seconds".padStart(8)}`);
    for (const { what, gas, seconds } of this.steps) {
      const rows = gas.length === 0 ? [["", undefined] as const] : gas;
      rows.forEach(([chain, used], i) =>
        console.log(
          `${(i === 0 ? what : "").padEnd(width)}  ${chain.padEnd(10)} ${(used === undefined ? "" : grouped(used)).padStart(11)} ${(i === 0 ? seconds.toFixed(1) : "").padStart(8)}`,
        ),
      );
    }
    const gas = this.steps.reduce((sum, step) => sum + step.gas.reduce((all, [, used]) => all + used, 0n), 0n);
    console.log(
      `${"in all".padEnd(width)}  ${"".padEnd(10)} ${grouped(gas).padStart(11)} ${((performance.now() - this.start) / 1000).toFixed(1).padStart(8)}`,
    );
  }

  private async gasSince(node: Node): Promise<bigint> {
    const from = this.seen.get(node.chain.name)! + 1;
    const { number: to } = await node.block();
    let gas = 0n;
    for (let number = from; number <= to; number++) {
      const block = await node.rpc<{ gasUsed: string }>("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
      gas += BigInt(block.gasUsed);
    }
    this.seen.set(node.chain.name, to);
    return gas;
  }
}

const grouped = (value: bigint): string => value.toString().replace(/\B(?=(\d{3})+$)/g, ",");
