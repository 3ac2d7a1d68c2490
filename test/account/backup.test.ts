import { describe, expect, it } from "vitest";
import { keyHex, keyWords, parseKey } from "../../src/account/backup.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { Random } from "../support/random.ts";

describe("a spend key on paper", () => {
  it("is itself after a round trip, by words and by hex", () => {
    const random = Random.named("keys on paper");
    for (const key of [1n, 2n ** 128n, FIELD - 1n, ...Array.from({ length: 50 }, () => random.field() || 1n)]) {
      expect(keyWords(key).split(" ")).toHaveLength(24);
      expect(parseKey(keyWords(key))).toBe(key);
      expect(parseKey(keyHex(key))).toBe(key);
      expect(parseKey(`0x${keyHex(key).toUpperCase()}\n`)).toBe(key);
      expect(parseKey(`  ${keyWords(key).toUpperCase().replaceAll(" ", "\n ")} `)).toBe(key);
    }
  });

  /** BIP-39's own vectors for these 32 bytes of entropy. */
  it("has the words that BIP-39 gives its 32 bytes", () => {
    expect(keyWords(1n).split(" ").slice(0, 23)).toEqual(Array.from({ length: 23 }, () => "abandon"));
    const words =
      "all hour make first leader extend hole alien behind guard gospel lava path output census museum junior mass reopen famous sing advance salt reform";
    const key = 0x066dca1a2bb7e8a1db2832148ce9933eea0f3ac9548d793112d9a95c9407efadn;
    expect(keyWords(key)).toBe(words);
    expect(parseKey(words)).toBe(key);
  });

  it.each([
    ["abandon ".repeat(24), "spendKey: must have the checksum that its last word holds"],
    [`${"abandon ".repeat(23)}art`, "spendKey: must be above 0 and below the field's order"],
    [`${"zoo ".repeat(23)}vote`, "spendKey: must be above 0 and below the field's order"],
    ["abandon ".repeat(12), "spendKey: must be 24 words, got 12"],
    [`${"abandon ".repeat(23)}secretive`, "spendKey: must be of BIP-39's English words; word 24 is none"],
    ["0".repeat(64), "spendKey: must be above 0"],
    [FIELD.toString(16), "spendKey: must be above 0 and below the field's order"],
    ["12ab", "spendKey: must be 24 words, or 32 bytes in hex"],
    ["", "spendKey: must be 24 words, or 32 bytes in hex"],
  ])("refuses %j, and never says a word of it", (text, message) => {
    expect(() => parseKey(text)).toThrow(message);
    expect(() => parseKey(text)).not.toThrow(/abandon|secretive|zoo|12ab/);
  });

  it("takes no key that is none", () => {
    for (const key of [0n, FIELD, -1n]) expect(() => keyWords(key)).toThrow("spendKey: must be above 0");
  });
});
