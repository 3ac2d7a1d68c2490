/**
 * What plimsoll keep makes of its options, before it looks at any chain.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keepCommand } from "../../src/cli/keep.ts";
import { newProgram } from "../../src/cli/options.ts";
import { localProver } from "../../src/prover/backends.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { encryptKeys, writeKeystore } from "../../src/wallet/keystore.ts";
import { KEEPER } from "../support/world.ts";
import { PASSPHRASE } from "./plimsoll.ts";

vi.mock("../../src/prover/backends.ts", () => ({ localProver: vi.fn(() => ({ close: () => Promise.resolve() })) }));

vi.mock("../../src/cli/config.ts", () => ({
  loadConfig: () => Promise.resolve({}),
  signingKey: () => Promise.reject(new Error("no chain is looked at")),
}));
vi.mock("../../src/cli/daemons.ts", () => ({
  runDaemon: (_name: string, _flags: object, make: (world: object, config: object) => Promise<object>) => make({}, {}),
}));

let home: string;
const keep = async (...args: string[]): Promise<void> => {
  const program = newProgram(home);
  keepCommand(program);
  await program.parseAsync(["keep", "--once", ...args], { from: "user" });
};
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "plimsoll-keep-"));
  vi.stubEnv("PLIMSOLL_PASSPHRASE", PASSPHRASE);
  await writeKeystore(new FileStore(home), "keystore.json", await encryptKeys(KEEPER, PASSPHRASE));
  vi.mocked(localProver).mockClear();
});
afterEach(() => rm(home, { recursive: true }).finally(() => vi.unstubAllEnvs()));

it("gives the prover the memory for tables", async () => {
  await expect(keep("--table-mib", "256")).rejects.toThrow("no chain is looked at");
  expect(vi.mocked(localProver).mock.calls).toEqual([[{ backend: "plimsoll", pointTableMiB: 256 }]]);
});

it("refuses tables for provers that make none", async () => {
  await expect(keep("--backend", "snarkjs", "--table-mib", "256")).rejects.toThrow(
    'table-mib: goes with --backend plimsoll, got "snarkjs"',
  );
  expect(localProver).not.toHaveBeenCalled();
});
