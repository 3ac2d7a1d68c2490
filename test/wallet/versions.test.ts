import { expect, it } from "vitest";
import { Account } from "../../src/account/account.ts";
import { spendKeys } from "../../src/account/keys.ts";
import { leftBetween, openPublished, type Published } from "../../src/wallet/versions.ts";
import { BTC, CASH, KEYS, PERP } from "../support/world.ts";

const first = Account.open("T", KEYS, [{ instrument: BTC, size: 100n }]);
const second = first.next([
  { instrument: BTC, size: 100n },
  { instrument: PERP, size: -90n },
  { instrument: CASH, size: 7n },
]);
const third = second.next([
  { instrument: BTC, size: 70n },
  { instrument: PERP, size: -90n },
  { instrument: CASH, size: 7n },
]);
const published: Published[] = [first, second, third].map(({ commitment, cipher }) => ({ commitment, cipher }));
const refused = (version: number, cause: unknown): Error =>
  new Error(`version ${version} ${cause === undefined ? "is another's" : "doesn't open"}`);

it("opens every version with the keys of its owner alone, and goes on from those that are known", () => {
  expect(openPublished("T", published, KEYS, refused)).toEqual([first, second, third]);
  expect(openPublished("T", published, KEYS, refused, [first, second])).toEqual([first, second, third]);
  expect(() => openPublished("T", published, spendKeys(42n), refused)).toThrow("version 0 doesn't open");
  expect(() => openPublished("T", [published[0]!, { ...published[1]!, commitment: 5n }], KEYS, refused)).toThrow(
    "version 1 doesn't open",
  );
});

it("says what left between two versions, and nothing else that changed", () => {
  expect(leftBetween(first, second)).toEqual([]);
  expect(leftBetween(second, third)).toEqual([{ instrument: BTC, lots: 30n }]);
});
