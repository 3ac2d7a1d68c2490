import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { toJson } from "../../src/base/json.ts";
import {
  count,
  decimal,
  exactly,
  fileName,
  hex,
  list,
  listOf,
  oneOf,
  signed,
  validated,
} from "../../src/base/schema.ts";

const ACCOUNT = exactly("an account", {
  name: fileName,
  at: count(1, 9),
  owner: decimal(100n, "a hundred"),
  size: signed(3),
  key: hex(2),
  code: hex(undefined, "0x"),
  kind: oneOf(["long", "short"]),
  pair: listOf(v.number(), 2),
  some: list(v.string(), 1, 2),
});
const GOOD = {
  name: "a-1",
  at: 9,
  owner: "99",
  size: "-120",
  key: "00ff",
  code: "0x",
  kind: "short",
  pair: [1, 2],
  some: ["x"],
};

describe("schemas", () => {
  it("read what they were made for", () => {
    expect(validated(ACCOUNT, GOOD, "account")).toEqual({ ...GOOD, owner: 99n, size: -120n });
  });

  it.each([
    [{ name: "A" }, 'account.name: must be 1 to 32 lower-case letters, digits or -, a letter first, got "A"'],
    [{ at: 10 }, "account.at: must be at most 9, got 10"],
    [{ at: 1.5 }, "account.at: must be a whole number, got 1.5"],
    [{ owner: "100" }, "account.owner: must be below a hundred"],
    [{ owner: "07" }, "account.owner: must be decimal digits without leading zeros"],
    [{ size: "-0" }, "account.size: must be a whole number in a string, of at most 3 digits"],
    [{ size: "1234" }, "account.size: must be a whole number in a string, of at most 3 digits"],
    [{ key: "00FF" }, "account.key: must be 2 bytes in hex"],
    [{ code: "0x0" }, "account.code: must be hex bytes"],
    [{ kind: "flat" }, "account.kind: must be long or short"],
    [{ pair: [1] }, "account.pair: must have 2 items"],
    [{ pair: [1, "2"] }, "account.pair[1]"],
    [{ some: [] }, "account.some: must not be empty"],
    [{ some: ["x", "y", "z"] }, "account.some: must have at most 2 entries"],
    [{ more: 1 }, "account.more: is no field of an account"],
    [{ at: undefined }, "account.at: must be"],
  ])("refuse %j by place and rule", (change, message) => {
    const given = Object.fromEntries(Object.entries({ ...GOOD, ...change }).filter(([, value]) => value !== undefined));
    expect(() => validated(ACCOUNT, given, "account")).toThrow(message);
  });

  it("name what isn't there at all", () => {
    expect(() => validated(ACCOUNT, undefined, "account")).toThrow('account: must be an account, got "nothing"');
    expect(() => validated(list(count(0, 1)), [0, 7], "bits")).toThrow("bits[1]: must be at most 1, got 7");
  });
});

it("writes whole numbers beyond a double's range as digits", () => {
  expect(toJson({ a: 2n ** 70n, b: [1, "x", null] })).toBe('{"a":"1180591620717411303424","b":[1,"x",null]}');
  expect(toJson([1n], 1)).toBe('[\n "1"\n]');
});
