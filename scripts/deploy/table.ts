/**
 * Facts for people: a line for each contract, and under it what isn't as it should be.
 */
import { isTrue, type Fact } from "./facts.ts";

/** The table, and how it ends: whether all is as the config says. */
export function factTable(facts: readonly Fact[]): string {
  const contracts = new Map<string, Fact[]>();
  for (const fact of facts) {
    const of = `${fact.chain} ${fact.key}`;
    contracts.set(of, [...(contracts.get(of) ?? []), fact]);
  }
  const width = (column: (fact: Fact) => string): number => Math.max(...facts.map((fact) => column(fact).length));
  const [chains, keys] = [width(({ chain }) => chain), width(({ key }) => key)];
  const lines = [...contracts.values()].flatMap((about) => {
    const [{ chain, key, address }] = about as [Fact];
    const wrong = about.filter((fact) => !isTrue(fact));
    const verdict =
      wrong.length === 0
        ? `${about.length} ${about.length === 1 ? "fact" : "facts"}`
        : `${wrong.length} of ${about.length} wrong`;
    return [
      `${wrong.length === 0 ? "✓" : "✗"} ${chain.padEnd(chains)}  ${key.padEnd(keys)}  ${address.padEnd(42)}  ${verdict}`,
      ...wrong.map(({ what, expected, found }) => `    ${what}: must be ${expected}, is ${found}`),
    ];
  });
  const wrong = facts.filter((fact) => !isTrue(fact)).length;
  const end =
    wrong === 0
      ? `all ${facts.length} facts are as the config says`
      : `${wrong} of ${facts.length} facts are not as the config says`;
  return [...lines, end].join("\n");
}
