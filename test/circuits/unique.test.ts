/**
 * Every wire of every circuit follows from its inputs, found by solving the constraints and not by trying changes: a
 * prover who keeps to his inputs has no choice anywhere. Statements are chosen where a choice would show: holdings of
 * equal size that could change places, items that cancel out among each other, totals that round.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { ownerOf } from "../../src/account/keys.ts";
import type { CircuitName } from "../../src/protocol/constants.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { unsimplified } from "../support/artifacts.ts";
import { Circuit } from "../support/circuit.ts";
import { ZERO_INVERSE, starred } from "../support/forge.ts";
import {
  LONG_SHORT,
  honestExit,
  honestReceive,
  honestSpend,
  honestSolvency,
  inputsOf,
  type Inputs,
} from "../support/honest.ts";
import { solve } from "../support/solver.ts";
import {
  BTC,
  CASH,
  CREDIT,
  DEAD,
  ETH_PERP,
  Issuers,
  KEEPER,
  KEYS,
  PERP,
  RELEASE,
  USDC,
  accountWith,
  tableTree,
} from "../support/world.ts";

let table: TableTree;
beforeAll(async () => {
  table = await tableTree("T");
});

const EQUALS = [
  { instrument: BTC, size: 100n },
  { instrument: USDC, size: 100n },
  { instrument: CASH, size: 100n },
  { instrument: ETH_PERP, size: -100n },
];
const PAIR = [
  { instrument: BTC, size: 100n },
  { instrument: CREDIT, size: -3_000n },
  { instrument: RELEASE, size: 3_000n },
];

const STATEMENTS: Readonly<Record<CircuitName, Readonly<Record<string, () => Inputs>>>> = {
  exit: { "an exit": () => inputsOf(honestExit().statement) },
  receive: {
    "two notes": () => inputsOf(honestReceive().statement),
    "a note into holdings of equal size": () => {
      const issuers = new Issuers("T");
      const note = issuers.issue(ownerOf(KEYS), [
        { instrument: BTC, size: 50n },
        { instrument: USDC, size: 50n },
      ]);
      return inputsOf(
        honestReceive({
          from: accountWith("T", EQUALS).account,
          notes: [issuers.receive(ownerOf(KEYS), note)],
          notesRoot: issuers.notes.root,
        }).statement,
      );
    },
    "an opening without notes": () => inputsOf(honestReceive({ from: "T", notes: [] }).statement),
  },
  spend: {
    "a withdrawal among holdings of equal size": () =>
      inputsOf(honestSpend(table, { coverage: 8_000 }, EQUALS).statement),
    "credit in a full account": () =>
      inputsOf(
        honestSpend(table, { move: { kind: "credit", instrument: CREDIT, lots: 5n } }, [
          { instrument: BTC, size: 900n },
          { instrument: USDC, size: 7n },
          { instrument: CREDIT, size: -50n },
          { instrument: RELEASE, size: 5n },
        ]).statement,
      ),
    "a pair": () => inputsOf(honestSpend(table, { move: { kind: "pair", instrument: CREDIT } }, PAIR).statement),
    "a dead holding": () =>
      inputsOf(
        honestSpend(table, { move: { kind: "dead", instrument: DEAD } }, [
          { instrument: BTC, size: 1n },
          { instrument: DEAD, size: -70n },
        ]).statement,
      ),
    "the last collateral on any table": () =>
      inputsOf(
        honestSpend(
          table,
          { onAnyTable: true, move: { kind: "collateral", instrument: BTC, lots: 100n, recipient: 5n } },
          [{ instrument: BTC, size: 100n }],
        ).statement,
      ),
  },
  solvency: {
    "a keeper at a desk": () => inputsOf(honestSolvency(table, { keys: KEEPER, coverage: 8_000 })),
    "totals for the Report": () =>
      inputsOf(
        honestSolvency(table, { report: true, salt: 9 }, [
          { instrument: BTC, size: 100n },
          { instrument: USDC, size: 1n },
        ]),
      ),
    "two groups against each other": () => inputsOf(honestSolvency(table, { coverage: 100 }, LONG_SHORT)),
    "a full account": () =>
      inputsOf(
        honestSolvency(table, { coverage: 1_000 }, [
          { instrument: BTC, size: 90n },
          { instrument: PERP, size: -5n },
          { instrument: CASH, size: 30_000n },
          { instrument: ETH_PERP, size: -100n },
        ]),
      ),
    "an account of nothing": () => inputsOf(honestSolvency(table, {}, [])),
  },
};

/** Wires of the inputs, with what the witness has there. */
function given(circuit: Circuit, inputs: Inputs, witness: readonly bigint[]): Map<number, bigint> {
  const isInput = (name: string): boolean => !name.includes(".") && Object.hasOwn(inputs, name.replace(/\[.*/, ""));
  return new Map(
    [...circuit.wires].flatMap(([name, wire]) => (isInput(name) ? [[wire, witness[wire]!] as const] : [])),
  );
}

/** Names of the wires that the constraints leave open, those of inverses of 0 left out. */
function open(
  circuit: Circuit,
  inputs: Inputs,
  witness: readonly bigint[],
  constraints = circuit.constraints,
): string[] {
  const { known, broken } = solve(constraints, given(circuit, inputs, witness));
  if (broken !== undefined) throw new Error(`an honest witness contradicts ${circuit.describe(broken).join(", ")}`);
  for (const [wire, value] of known) if (wire > 0) expect(value, circuit.names[wire]).toBe(witness[wire]);
  const names = witness.flatMap((_, wire) => (known.has(wire) ? [] : [starred(circuit.names[wire] ?? `wire ${wire}`)]));
  return [...new Set(names)].filter((name) => !ZERO_INVERSE.test(name)).sort();
}

describe.each(Object.entries(STATEMENTS) as [CircuitName, (typeof STATEMENTS)[CircuitName]][])(
  "%s",
  (name, statements) => {
    let circuit: Circuit;
    beforeAll(async () => {
      circuit = await Circuit.from(await unsimplified(name, "T"));
    });

    it.each(Object.entries(statements))("leaves no choice in %s", async (_, inputs) => {
      const witness = await circuit.witness(inputs());
      expect(circuit.broken(witness)).toEqual([]);
      expect(open(circuit, inputs(), witness)).toEqual([]);
    });
  },
);

describe("the solver misses a guard", () => {
  /** Constraints that say x·(x − 1) = 0 of a wire with such a name, and nothing else. */
  const bitsOf = (circuit: Circuit, name: RegExp): number[] =>
    [...circuit.constraints.keys()].filter((i) => {
      const names = circuit.describe(i).filter((each) => each !== "one");
      return names.length === 1 && name.test(names[0]!);
    });

  it.each<[CircuitName, string, RegExp]>([
    ["receive", "a note into holdings of equal size", /chosen\[/],
    ["spend", "a withdrawal among holdings of equal size", /chosen\[/],
    ["spend", "a pair", /isLong|notNegative/],
    ["solvency", "a keeper at a desk", /greater$/],
  ])("of %s, in %s, that makes a bit of %s", async (name, statement, wires) => {
    const circuit = await Circuit.from(await unsimplified(name, "T"));
    const inputs = STATEMENTS[name][statement]!();
    const witness = await circuit.witness(inputs);
    const guards = bitsOf(circuit, wires);
    expect(guards.length).toBeGreaterThan(0);
    const without = circuit.constraints.filter((_, i) => !guards.includes(i));
    expect(open(circuit, inputs, witness, without)).not.toEqual([]);
  });

  it("that holds an item to a place of its instrument", async () => {
    const circuit = await Circuit.from(await unsimplified("spend", "T"));
    const inputs = STATEMENTS.spend["a withdrawal among holdings of equal size"]!();
    const witness = await circuit.witness(inputs);
    const chosen = [...circuit.wires].filter(([name]) => /chosen\[\d+\]\[[0-3]\]$/.test(name)).map(([, wire]) => wire);
    // chosen · (place − instrument) = 0: two inputs and the choice, and no other wire.
    const guards = [...circuit.constraints.keys()].filter((i) => {
      const { a, b, c } = circuit.constraints[i]!;
      const used = new Set([...a, ...b, ...c].map(([wire]) => wire).filter((wire) => wire !== 0));
      const names = [...used].map((wire) => circuit.names[wire] ?? "");
      return (
        c.length === 0 &&
        used.size === 3 &&
        chosen.some((wire) => used.has(wire)) &&
        names.some((each) => /^(instruments|oldInstruments|target)/.test(each))
      );
    });
    expect(guards.length).toBeGreaterThan(8);
    expect(
      open(
        circuit,
        inputs,
        witness,
        circuit.constraints.filter((_, i) => !guards.includes(i)),
      ),
    ).not.toEqual([]);
  });
});
