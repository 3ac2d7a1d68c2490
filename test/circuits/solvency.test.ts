import { beforeAll, describe, expect, it } from "vitest";
import { aliasOf } from "../../src/account/keys.ts";
import { openReadKey, encryptTotals } from "../../src/committee/ciphertext.ts";
import { isCovered } from "../../src/margin/rule.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { packClaim } from "../../src/protocol/claim.ts";
import type { CircuitInput } from "../../src/statements/request.ts";
import { TableTree } from "../../src/risk/tree.ts";
import { marginIn } from "../../src/statements/covered.ts";
import { Circuit } from "../support/circuit.ts";
import { HEDGED, LONG_LONG, LONG_SHORT, honestSolvency, inputsOf, type Inputs } from "../support/honest.ts";
import {
  BTC,
  CASH,
  COMMITTEE,
  CREDIT,
  DESK,
  KEYS,
  PERP,
  PUT,
  RELEASE,
  USDC,
  VENUE,
  accountWith,
  tableTree,
  smallTable,
} from "../support/world.ts";

let circuit: Circuit;
let table: TableTree;
beforeAll(async () => {
  [circuit, table] = await Promise.all([Circuit.load("solvency", "T"), tableTree("T")]);
});

const KEEPER = { keys: { proveKey: KEYS.proveKey, spendLock: KEYS.spendLock } };

describe("an honest prover", () => {
  it("shows solvency to a desk with the spend key, and to a venue without", async () => {
    expect(await circuit.verdict(inputsOf(honestSolvency(table)))).toBe("accepted");
    const toVenue = honestSolvency(table, { ...KEEPER, issuerId: VENUE, show: [0, 0], coverage: 8_000 });
    expect(await circuit.verdict(inputsOf(toVenue))).toBe("accepted");
  });

  it("satisfies every constraint", async () => {
    expect(circuit.broken(await circuit.witness(inputsOf(honestSolvency(table))))).toEqual([]);
  });

  it("encrypts the read key to a desk, and nothing else", () => {
    const { ciphertext } = honestSolvency(table).signals;
    expect(openReadKey(ciphertext, 33n)).toBe(accountWith("T", HEDGED).account.readKey);
    expect(ciphertext.slice(3)).toEqual([0n, 0n, 0n]);
  });

  it("encrypts totals to the Report, equity down and requirement up", async () => {
    const dusty = [
      { instrument: USDC, size: 1_234n },
      { instrument: PUT, size: 1n },
    ];
    const statement = honestSolvency(table, { report: true, issuerId: 0, salt: 7, show: [0, 0] }, dusty);
    expect(await circuit.verdict(inputsOf(statement))).toBe("accepted");
    const { equity, requirement } = marginIn(dusty, table);
    expect(statement.signals.ciphertext).toEqual(
      encryptTotals(COMMITTEE, 424242n, equity / 1_000_000n, (requirement + 999_999n) / 1_000_000n),
    );
  });

  it("may hold nothing at all", async () => {
    expect(await circuit.verdict(inputsOf(honestSolvency(table, {}, [])))).toBe("accepted");
  });
});

describe("a dishonest prover", () => {
  /** The rule that stops forged inputs, as the circuit's source line and its callers. */
  const stopped = (forge: (inputs: Inputs) => void, changes = {}, holdings = HEDGED): Promise<string> => {
    const inputs = inputsOf(honestSolvency(table, changes, holdings));
    forge(inputs);
    return circuit.verdict(inputs);
  };
  const bump =
    (name: string, by: bigint, index?: number) =>
    (inputs: Inputs): void => {
      if (index === undefined) inputs[name] = (inputs[name] as bigint) + by;
      else (inputs[name] as bigint[])[index]! += by;
    };

  it("can't understate the remainder", async () => {
    // Options are not linear: no S leaves nothing.
    const shortPuts = [
      { instrument: BTC, size: 100n },
      { instrument: PUT, size: -50n },
    ];
    expect(await stopped(bump("remainder", -1n, 0), {}, shortPuts)).toContain(
      "thirds * linear[g] + ones * remainder[g]",
    );
  });

  it("can't understate the spread, bounded by correlation or by omega", async () => {
    const loose = await TableTree.build(smallTable({ omega: 1_000 }), TIERS.T);
    expect(await stopped(bump("diversified", -1n), { table: loose }, LONG_SHORT)).toContain(
      "BASIS_POINTS() * diversifiedSquared - 9 * variance",
    );
    expect(await stopped(bump("diversified", -1n), {}, LONG_SHORT)).toContain("BASIS_POINTS() * diversified - floor");
  });

  it("can't understate the joint requirement, made of parts or of one move of all markets", async () => {
    expect(await stopped(bump("joint", -1n), {}, LONG_SHORT)).toContain("rangedJoint - remainders - rangedDiversified");
    expect(await stopped(bump("joint", -1n), {}, LONG_LONG)).toContain("ones * rangedJoint + together");
  });

  it("can't choose an S that its remainder doesn't cover", async () => {
    expect(await stopped(bump("linear", -1n, 0), {}, LONG_SHORT)).toContain("thirds * linear[g] + ones * remainder[g]");
  });

  it("can't wrap a hint around the field", async () => {
    expect(await stopped((inputs) => ((inputs["remainder"] as bigint[])[0] = -1n))).toContain(
      "Range(REMAINDER_BITS())(remainder[g])",
    );
    expect(await stopped((inputs) => (inputs["joint"] = -1n))).toContain("Range(JOINT_BITS())(joint)");
    expect(await stopped((inputs) => (inputs["diversified"] = -1n))).toContain("Range(REMAINDER_BITS())(diversified)");
  });

  it("can't take coverage that equity doesn't give", async () => {
    const thin = [
      { instrument: USDC, size: 8_000n },
      { instrument: PERP, size: 60n },
      { instrument: CASH, size: -36_000n },
    ];
    const margin = marginIn(thin, table);
    const edge = Number((margin.equity * 10_000n) / margin.requirement);
    expect(edge).toBeGreaterThan(10_000);
    expect(edge).toBeLessThan(16_383);
    expect([isCovered(margin, edge), isCovered(margin, edge + 1)]).toEqual([true, false]);
    const covering =
      (coverage: number) =>
      (inputs: Inputs): void => {
        inputs["coverage"] = BigInt(coverage);
        inputs["claim"] = packClaim("solvency", {
          coverage,
          report: false,
          withSpendKey: true,
          issuerId: DESK,
          salt: 0,
          instrumentA: CREDIT,
          sizeA: 0n,
          instrumentB: RELEASE,
          sizeB: 0n,
        });
      };
    expect(await stopped(covering(edge), {}, thin)).toBe("accepted");
    expect(await stopped(covering(edge + 1), {}, thin)).toContain("Range(100)(gap)");
  });

  it("can't leave a losing holding out, or change its size", async () => {
    expect(
      await stopped((inputs) => {
        (inputs["instruments"] as bigint[])[1] = 0n;
        (inputs["sizes"] as bigint[])[1] = 0n;
      }),
    ).toContain("Ascending");
    expect(await stopped(bump("sizes", 1n, 1))).toContain("root === accountsRoot");
  });

  it("can't hold an instrument twice, in another order, or half a holding", async () => {
    expect(await stopped((inputs) => ((inputs["instruments"] as bigint[])[2] = BigInt(PERP)))).toContain(
      "next - here - 1 + empty[i]",
    );
    expect(await stopped((inputs) => ((inputs["sizes"] as bigint[])[3] = 0n))).toContain("noInstrument === noSize");
  });

  it("can't write a size that wraps, nor the one that no encoding has", async () => {
    expect(await stopped((inputs) => ((inputs["sizes"] as bigint[])[1] = -(1n << 38n)))).toContain(
      "NonZero()(size + (1 << LOTS_BITS()))",
    );
    expect(await stopped((inputs) => ((inputs["sizes"] as bigint[])[1] = 1n << 38n))).toContain(
      "Num2Bits(n)(in + (1 - notNegative) * (1 << n))",
    );
  });

  it("can't use a row that isn't in the table, or another instrument's", async () => {
    expect(await stopped((inputs) => ((inputs["rowNumbers"] as bigint[][])[0]![0]! += 1n))).toContain(
      "product[n - 1] === 0",
    );
    expect(
      await stopped((inputs) => {
        for (const name of ["rowKinds", "rowGroups", "rowDead", "rowNumbers", "rowSiblings"]) {
          const list = inputs[name] as CircuitInput[];
          list[1] = list[0]!;
        }
      }),
    ).toContain("product[n - 1] === 0");
  });

  it("can't bring a table of its own", async () => {
    const cheap = await TableTree.build(smallTable({ omega: 0 }), TIERS.T);
    expect(await stopped((inputs) => (inputs["tableWords"] = cheap.words))).toContain("epoch === tableRoot");
  });

  it("can't put a row into another group, or none", async () => {
    expect(await stopped(bump("rowGroups", 1n, 0))).toContain("product[n - 1] === 0");
    expect(await stopped((inputs) => ((inputs["rowGroups"] as bigint[])[0] = 2n))).toContain("groups === 1");
  });

  it("can't name itself otherwise, or claim a spend key it lacks", async () => {
    expect(await stopped((inputs) => (inputs["alias"] = aliasOf(5n, DESK)))).toContain("named === alias");
    expect(
      await stopped((inputs) => {
        inputs["withSpendKey"] = 1n;
        inputs["claim"] = (inputs["claim"] as bigint) + (1n << 15n);
      }, KEEPER),
    ).toContain("hasSpendKey * (opened - spendLock) === 0");
  });

  it("can't make a claim that its parts don't add up to", async () => {
    expect(await stopped(bump("claim", 1n))).toContain("packed === claim");
    // Parts that add up, out of their widths: coverage 2^14 instead of the report bit.
    expect(
      await stopped((inputs) => {
        inputs["coverage"] = 10_000n + (1n << 14n);
        inputs["claim"] = (inputs["claim"] as bigint) + (1n << 14n);
      }),
    ).toContain("Range(COVERAGE_BITS())(coverage)");
  });

  it("can't show one instrument twice, or a size it doesn't hold", async () => {
    expect(() => honestSolvency(table, { show: [CREDIT, CREDIT] })).toThrow("distinct");
    expect(
      await stopped((inputs) => {
        inputs["shown"] = [BigInt(CREDIT), BigInt(CREDIT)];
        inputs["shownSizes"] = [-1_000n, -1_000n];
        inputs["claim"] = packClaim("solvency", {
          coverage: 10_000,
          report: false,
          withSpendKey: true,
          issuerId: DESK,
          salt: 0,
          instrumentA: CREDIT,
          sizeA: -1_000n,
          instrumentB: CREDIT,
          sizeB: -1_000n,
        });
      }),
    ).toContain("sameShown * shown[0] === 0");
    expect(
      await stopped((inputs) => {
        (inputs["shownSizes"] as bigint[])[1] = 5n;
        inputs["claim"] = (inputs["claim"] as bigint) + (5n << 143n);
      }),
    ).toContain("size === shownSizes[k]");
  });

  it("can't prove an account that isn't under the root, or at a depth beyond the tree", async () => {
    expect(await stopped(bump("accountSiblings", 1n, 0))).toContain("root === accountsRoot");
    expect(
      await stopped((inputs) => {
        inputs["accountDepth"] = 9n;
        inputs["accountsRoot"] = 0n;
      }),
    ).toContain("isZero === 0");
  });

  it("can't encrypt another value, under other keys, or both kinds in one proof", async () => {
    for (const place of [0, 1, 2, 3, 4, 5])
      expect(await stopped(bump("ciphertext", 1n, place))).toContain("encrypted === ciphertext");
    expect(await stopped(bump("committeeKeys", 1n, 4))).toContain("committeeHash === committee");
    expect(
      await stopped((inputs) => (inputs["ciphertext"] = honestSolvency(table, { report: true }).signals.ciphertext)),
    ).toContain("encrypted === ciphertext");
  });

  it("is refused before proving when it isn't covered, and told by how much", () => {
    const naked = [
      { instrument: USDC, size: 1_000n },
      { instrument: PUT, size: -200n },
    ];
    expect(() => honestSolvency(table, {}, naked)).toThrow(/short of initial margin by [\d,]+\.\d\d USD/);
  });

  it("gets nothing for collateral above its cap, nor for a venue's word above the issuer's", () => {
    const [capped, more] = [1_000_000n, 2_000_000n].map((size) => marginIn([{ instrument: USDC, size }], table));
    expect(more).toEqual(capped);
    const [word, louder] = [40_000n, 90_000n].map((size) => marginIn([{ instrument: CASH, size }], table).equity);
    expect(louder).toBe(word);
    expect(marginIn([{ instrument: BTC, size: 1n }], table).equity).toBe(600_000_000n);
  });
});
