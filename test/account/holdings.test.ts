import { describe, expect, it } from "vitest";
import { checkHoldings, packWords, sumHoldings, unpackWords, type Holding } from "../../src/account/holdings.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { Random } from "../support/random.ts";

const LIMIT = 1n << 38n;

describe("words", () => {
  it("come back as they were, at every width", () => {
    const random = Random.named("words");
    for (let n = 0; n < 500; n++) {
      const holdings: Holding[] = Array.from({ length: random.below(9) }, () => ({
        instrument: 1 + random.below(2 ** 24 - 1),
        size: (random.chance(2) ? 1n : -1n) * (random.anySize(38) || 1n),
      }));
      const words = packWords(holdings, 2);
      expect(words.every((word) => word >> 252n === 0n)).toBe(true);
      expect(unpackWords(words)).toEqual(holdings.slice(0, 8));
    }
  });

  it("are what PROTOCOL.md says", () => {
    const [word] = packWords(
      [
        { instrument: 0x010002, size: -5n },
        { instrument: 0x030004, size: 7n },
      ],
      1,
    );
    const empty = LIMIT << 24n;
    expect(word).toBe(
      0x010002n +
        ((LIMIT - 5n) << 24n) +
        ((0x030004n + ((LIMIT + 7n) << 24n)) << 63n) +
        (empty << 126n) +
        (empty << 189n),
    );
  });

  it("refuse what no holdings pack to", () => {
    expect(() => unpackWords([1n << 252n])).toThrow("words[0]: must be below 2^252");
    const sizeWithoutInstrument = packWords([], 1)[0]! + (1n << 24n);
    expect(() => unpackWords([sizeWithoutInstrument])).toThrow("must have both an instrument and a size, or neither");
  });
});

describe("holdings", () => {
  it.each<[Holding[], string]>([
    [[{ instrument: 0, size: 1n }], "holdings[0].instrument: must be a whole number from 1 to 2^24 − 1, got 0"],
    [[{ instrument: 2 ** 24, size: 1n }], "holdings[0].instrument"],
    [[{ instrument: 5, size: 0n }], "holdings[0].size: must not be 0"],
    [[{ instrument: 5, size: LIMIT }], "holdings[0].size: must be below 2^38 lots either side"],
    [[{ instrument: 5, size: -LIMIT }], "holdings[0].size"],
    [
      [
        { instrument: 5, size: 1n },
        { instrument: 5, size: 1n },
      ],
      "holdings[1].instrument: must ascend, each instrument once, got 5",
    ],
    [
      [1, 2, 3, 4, 5].map((instrument) => ({ instrument, size: 1n })),
      "holdings: must be at most 4 for this tier, got 5",
    ],
  ])("refuse %#", (holdings, message) => {
    expect(() => checkHoldings(holdings, TIERS.T)).toThrow(message);
  });

  it("add up by instrument, and what cancels out is gone", () => {
    expect(
      sumHoldings([
        { instrument: 9, size: 4n },
        { instrument: 2, size: 1n },
        { instrument: 9, size: -4n },
        { instrument: 2, size: 2n },
      ]),
    ).toEqual([{ instrument: 2, size: 3n }]);
  });
});
