import { expect, it } from "vitest";
import { sumHoldings } from "../../src/account/holdings.ts";
import { isCovered } from "../../src/margin/rule.ts";
import { COVERAGE_INITIAL } from "../../src/protocol/constants.ts";
import { marginIn } from "../../src/statements/covered.ts";
import { mostThatCovered } from "../../src/wallet/limits.ts";
import { HEDGED, LONG_LONG } from "../support/honest.ts";
import { BTC, CREDIT, tableTree } from "../support/world.ts";

it.each([
  ["collateral of a hedged account", HEDGED, BTC, 100n],
  ["collateral of one that is long", LONG_LONG, BTC, 90n],
  ["debt", HEDGED, CREDIT, 200_000n],
])("finds the last lot that can go: %s", async (_, holdings, instrument, asked) => {
  const tree = await tableTree("T");
  const bears = (lots: bigint): boolean =>
    isCovered(marginIn(sumHoldings([...holdings, { instrument, size: -lots }]), tree), COVERAGE_INITIAL);
  const most = mostThatCovered(holdings, instrument, asked, tree);
  expect(bears(asked)).toBe(false);
  expect(most).toBeGreaterThan(0n);
  expect([bears(most), bears(most + 1n)]).toEqual([true, false]);
});

it("finds nothing where the account is short already", async () => {
  expect(
    mostThatCovered(
      [
        { instrument: BTC, size: 1n },
        { instrument: CREDIT, size: -1_000n },
      ],
      BTC,
      1n,
      await tableTree("T"),
    ),
  ).toBe(0n);
});
