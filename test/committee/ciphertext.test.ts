import { describe, expect, it } from "vitest";
import {
  committeeCoordinates,
  committeeHash,
  committeeKeys,
  openReadKey,
  publicKey,
  randomScalar,
  encryptReadKey,
  encryptTotals,
} from "../../src/committee/ciphertext.ts";
import { COMMITTEE } from "../support/world.ts";

describe("ciphertext", () => {
  it("opens a read key with the third secret alone", () => {
    const ciphertext = encryptReadKey(COMMITTEE, randomScalar(), 123n);
    expect(openReadKey(ciphertext, 33n)).toBe(123n);
    expect([11n, 22n].map((secret) => openReadKey(ciphertext, secret))).not.toContain(123n);
  });

  it("adds up: two encrypted totals open to their sum", () => {
    const point = (ciphertext: readonly bigint[], at: number): ReturnType<typeof publicKey> => {
      const Point = publicKey(1n).constructor as unknown as {
        fromAffine(p: { x: bigint; y: bigint }): ReturnType<typeof publicKey>;
      };
      return Point.fromAffine({ x: ciphertext[at]!, y: ciphertext[at + 1]! });
    };
    const ciphertexts = [
      [700n, 300n],
      [25n, 24n],
    ].map(([equity, requirement]) => encryptTotals(COMMITTEE, randomScalar(), equity!, requirement!));
    const sum = (at: number): ReturnType<typeof publicKey> =>
      point(ciphertexts[0]!, at).add(point(ciphertexts[1]!, at));
    expect(sum(2).subtract(sum(0).multiply(11n)).equals(publicKey(725n))).toBe(true);
    expect(sum(4).subtract(sum(0).multiply(22n)).equals(publicKey(324n))).toBe(true);
  });

  it("takes keys of the prime subgroup alone", () => {
    const coordinates = committeeCoordinates(COMMITTEE);
    expect(committeeHash(committeeKeys(coordinates))).toBe(committeeHash(COMMITTEE));
    expect(() => committeeKeys([1n, 2n, ...coordinates.slice(2)])).toThrow("committee[0]: must be a point");
    // (0, −1) has order 2; (0, 1) is the identity.
    const minusOne = 21888242871839275222246405745257275088548364400416034343698204186575808495616n;
    for (const y of [1n, minusOne])
      expect(() => committeeKeys([...coordinates.slice(0, 4), 0n, y])).toThrow("committee[2]");
    expect(() => committeeKeys(coordinates.slice(1))).toThrow("three points");
  });

  it("refuses a scalar of 0, which would leave the value in the open", () => {
    expect(() => encryptReadKey(COMMITTEE, 0n, 1n)).toThrow();
  });
});
