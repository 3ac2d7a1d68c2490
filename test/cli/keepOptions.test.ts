/**
 * What plimsoll keep makes of its options, before it looks at any chain.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keep } from "../../src/cli/keep.ts";
import { localProver } from "../../src/prover/backends.ts";
import { encryptKeys, writeKeystore } from "../../src/wallet/keystore.ts";
import { KEEPER } from "../support/world.ts";
import { PASSPHRASE } from "./plimsoll.ts";

vi.mock("../../src/prover/backends.ts", () => ({ localProver: vi.fn(() => ({ close: () => Promise.resolve() })) }));

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "plimsoll-keep-"));
  vi.stubEnv("PLIMSOLL_PASSPHRASE", PASSPHRASE);
  await writeKeystore(join(home, "keystore.json"), await encryptKeys(KEEPER, PASSPHRASE));
  vi.mocked(localProver).mockClear();
});
afterEach(() => rm(home, { recursive: true }).finally(() => vi.unstubAllEnvs()));

const FLAGS = { interval: 15, longestPause: 120, once: true } as const;

it("gives the prover the memory for tables", async () => {
  // There is no config, so this ends before any chain.
  await expect(keep({ ...FLAGS, home, backend: "plimsoll", tableMib: 256 })).rejects.toThrow(/config\.json/);
  expect(vi.mocked(localProver).mock.calls).toEqual([[{ backend: "plimsoll", pointTableMiB: 256 }]]);
});

it("refuses tables for provers that make none", async () => {
  await expect(keep({ ...FLAGS, home, backend: "snarkjs", tableMib: 256 })).rejects.toThrow('table-mib: goes with --backend plimsoll, got "snarkjs"');
  expect(localProver).not.toHaveBeenCalled();
});
