/** A proving key is whole or refused: every section of one with a contribution, damaged by a byte. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBinFile, type Sections } from "@iden3/binfileutils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArtifactError } from "../../src/base/errors.ts";
import { artifactsFolder } from "../../src/prover/artifacts.ts";
import { INSTANCES } from "../../src/protocol/constants.ts";
import { applyBeacon, contribute } from "../../src/setup/ceremony.ts";
import { instanceName } from "../../src/setup/mainComponent.ts";
import { checkWholeKey } from "../../src/setup/wholeKey.ts";

it.each(INSTANCES.filter(({ tier }) => tier === "T").map(instanceName))("%s's key is whole", async (name) => {
  await expect(checkWholeKey(join(artifactsFolder(), name, "circuit.zkey"))).resolves.toBeUndefined();
});

describe("a predecessor that is damaged is refused before a secret is drawn", () => {
  let dir: string;
  let whole: Buffer;
  let sections: Sections;
  const at = (name: string): string => join(dir, name);

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "plimsoll-whole-"));
    await contribute(join(artifactsFolder(), "exit.T/circuit.zkey"), at("before.zkey"), "Ada");
    whole = await readFile(at("before.zkey"));
    const read = await readBinFile(at("before.zkey"), "zkey", 2);
    await read.fd.close();
    ({ sections } = read);
  });
  afterAll(() => rm(dir, { recursive: true }));

  const contributed = async (bytes: Uint8Array): Promise<unknown> => {
    await writeFile(at("damaged.zkey"), bytes);
    // Mixed into the secret as it is drawn.
    let drawn = false;
    const entropy = { toString: () => String((drawn = true)) } as unknown as string;
    const outcome = await contribute(at("damaged.zkey"), at("next.zkey"), "Grace", entropy).catch(
      (error: unknown) => error,
    );
    expect([drawn, existsSync(at("next.zkey"))]).toEqual([false, false]);
    return outcome;
  };
  const changed = (section: number, offset: number): Buffer => {
    const bytes = Buffer.from(whole);
    const place = sections[section]![0]!.p + offset;
    bytes[place] = bytes[place]! ^ 0x55;
    return bytes;
  };

  it.each([
    ["the header", 2, 100, /point 0 of alpha1 isn't on its curve/],
    ["δ in G2", 2, 84 + 3 * 64 + 2 * 128 + 5, /point 0 of delta2 isn't on its curve/],
    ["IC", 3, 65, /point 1 of IC isn't on its curve/],
    ["the coefficients' number", 4, 0, /coefficient 0 is of no constraint or wire/],
    ["a coefficient's wire", 4, 4 + 44 + 11, /coefficient 1 is of no constraint or wire/],
    ["A", 5, 64 * 7, /point 7 of A isn't on its curve/],
    ["B in G1", 6, 64 * 7 + 40, /point 7 of B in G1 isn't on its curve/],
    ["B in G2", 7, 128 * 7 + 100, /point 7 of B in G2 isn't on its curve/],
    ["C", 8, 3, /point 0 of C isn't on its curve/],
    ["H", 9, 64 * 100 + 31, /point 100 of H isn't on its curve/],
    ["the circuit's hash", 10, 3, /contribution 0 that doesn't follow from what is before it/],
    ["δ after a contribution", 10, 68, /ends at another δ than its header's/],
    ["a contribution's key", 10, 68 + 64 + 9, /contribution 0 that doesn't follow/],
    ["its key in G2", 10, 68 + 3 * 64 + 70, /point 0 of the last contribution isn't on its curve/],
  ])("in %s", async (_, section, offset, rule) => {
    expect(await contributed(changed(section, offset))).toEqual(
      expect.objectContaining({ name: "ArtifactError", message: expect.stringMatching(rule) as string }),
    );
  });

  it.each([
    [-4, "shorter"],
    [-700_000, "much shorter"],
    [4, "longer"],
  ])("by a file %i bytes off: %s", async (by) => {
    const bytes = by < 0 ? whole.subarray(0, by) : Buffer.concat([whole, Buffer.alloc(by)]);
    expect(await contributed(bytes)).toBeInstanceOf(ArtifactError);
  });

  it("and so is one that a beacon is to end", async () => {
    await writeFile(at("damaged.zkey"), changed(9, 1000));
    await expect(applyBeacon(at("damaged.zkey"), at("next.zkey"), "block", "ab".repeat(32))).rejects.toThrow(
      /of H isn't on its curve/,
    );
  });
});
