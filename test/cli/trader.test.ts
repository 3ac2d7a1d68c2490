import { readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { aliasOf, randomSpendKey, spendKeys } from "../../src/account/keys.ts";
import { loadVerificationKey } from "../../src/prover/artifacts.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import { parseProof } from "../../src/groth16/proof.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { verify } from "../../src/groth16/verify.ts";
import { CIRCUITS } from "../../src/protocol/constants.ts";
import { build } from "../../src/setup/build.ts";
import { CREDIT, DESK } from "../support/world.ts";
import { encryptKeys, writeKeystore } from "../../src/wallet/keystore.ts";
import { Home, PASSPHRASE, SMALL_TABLE_TIME, writeSmallTable, type Outcome } from "./plimsoll.ts";

const AT = ["--at", SMALL_TABLE_TIME];
const RECIPIENT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const KEEPER = "another horse battery";
const AS_KEEPER = { PLIMSOLL_PASSPHRASE: KEEPER };
type Shown = Record<string, never> & { [name: string]: unknown };

let home: Home;
beforeAll(async () => {
  await build(CIRCUITS.map((circuit) => ({ circuit, tier: "T" })));
  home = await Home.make();
  await writeSmallTable(home.at("table.json"));
  await writeKeystore(home.at("keystore.json"), await encryptKeys(spendKeys(randomSpendKey()), PASSPHRASE, 12));
});
afterAll(() => home.remove());

async function json(...args: string[]): Promise<Shown> {
  const { code, stdout, stderr } = await home.run([...args, "--json"], { PLIMSOLL_KEEPER_PASSPHRASE: KEEPER });
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Shown;
}
function refused({ code, stdout, stderr }: Outcome, exit: number, message: string): void {
  expect([code, stdout]).toEqual([exit, ""]);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toContain(message);
}
const snapshot = async (): Promise<string[]> => Promise.all(["ledger.json", "account.json"].map((name) => readFile(home.at(name), "utf8")));

it("opens an account with a vault's note", async () => {
  refused(await home.run(["account", "receive", "--note", "vault:BTC=1"]), 2, "account: must be open; plimsoll account new opens it");
  const shown = await json("account", "new", "--tier", "T", "--note", "vault:BTC=1", ...AT);
  expect(shown).toMatchObject({ version: 0, notes: 1, proofs: [home.at("proofs", "0-receive.json")] });
  expect((await stat(home.at("account.json"))).mode & 0o777).toBe(0o600);
  refused(await home.run(["account", "new", "--note", "vault:BTC=1"]), 2, "account: is open already: one owner has one account");
});

it("receives a venue's note of several legs", async () => {
  await json("account", "receive", "--note", "venue:BTC-PERP=-0.9,venue:USD=54500", ...AT);
  const { holdings, version } = await json("account", "show");
  expect(version).toBe(1);
  expect(holdings).toMatchObject([
    { name: "vault:BTC", units: "1" }, { name: "venue:BTC-PERP", units: "-0.9" }, { name: "venue:USD", units: "54500" },
  ]);
});

it("refuses moves that break a rule, each with its exit code, and changes nothing", async () => {
  const before = await snapshot();
  refused(await home.run(["account", "spend", ...AT]), 2, "account spend: takes one of --collateral, --credit, --pair and --dead");
  refused(await home.run(["account", "spend", "--collateral", "vault:BTC=2", ...AT]), 2, "move.lots: must be at most the 100 held, got 200");
  refused(await home.run(["account", "spend", "--collateral", "vault:BTC=0.5", "--recipient", "me", ...AT]), 2, 'recipient: must be an Ethereum address, got "me"');
  refused(await home.run(["account", "spend", "--collateral", "vault:BTC=0.95", ...AT]), 1, "short of initial margin by ");
  refused(await home.run(["account", "spend", "--collateral", "vault:BTC=0.1"]), 1, "publicSignals.tableRoot: must be of a table that is still good");
  refused(await home.run(["account", "receive", "--note", "venue:USD=1,vault:BTC=1", ...AT]), 2, "note: must have legs of one issuer");
  refused(await home.run(["account", "receive", ...AT]), 2, "note: is missing, and none waits to be received");
  expect(await snapshot()).toEqual(before);
});

it.each(["plimsoll", "snarkjs"])("is interrupted without a trace while %s proves", { skip: process.platform !== "linux" }, async (backend) => {
  const before = await snapshot();
  const { child, outcome } = home.start(["account", "receive", "--note", "venue:USD=5", "--backend", backend, ...AT]);
  const count = async (read: Promise<string | string[]>): Promise<number> => (await read.catch(() => "")).length;
  const children = (): Promise<number> => count(readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"));
  const threads = (): Promise<number> => count(readdir(`/proc/${child.pid}/task`));
  // The prover's threads, or its process, come after the home is locked.
  while (!(await stat(home.at(".lock")).then(() => true, () => false))) await setTimeout(1);
  const [idle, started] = [await threads(), backend === "snarkjs" ? children : threads];
  while (child.exitCode === null && (await started()) <= (backend === "snarkjs" ? 0 : idle)) await setTimeout(5);
  child.kill("SIGINT");
  expect(await outcome).toEqual({ code: 130, stdout: "", stderr: "error: interrupted\n" });
  expect(await snapshot()).toEqual(before);
  expect((await readdir(home.folder)).filter((name) => name.endsWith(".tmp") || name === ".lock")).toEqual([]);
});

it("lets a keeper receive and not spend", async () => {
  await json("keys", "derive", "--keeper", home.at("keeper.json"));
  const keeper = ["--keystore", home.at("keeper.json")];
  refused(await home.run(["account", "spend", "--credit", "desk:CREDIT=5", ...keeper, ...AT], AS_KEEPER), 4, "is a keeper's, which proves and receives; this takes the spend key");
  refused(await home.run(["keys", "show", ...keeper]), 4, "keeper.json: wrong passphrase, or the file was changed");
  const received = await home.run(["account", "receive", "--note", "venue:USD=500", "--json", ...keeper, ...AT], AS_KEEPER);
  expect(received).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse((await home.run(["keys", "show", "--json", ...keeper], AS_KEEPER)).stdout)).toMatchObject({ kind: "prove" });
});

it("takes out collateral, and the vault pays it once", async () => {
  await json("account", "spend", "--collateral", "vault:BTC=0.2", "--recipient", RECIPIENT, ...AT);
  refused(await home.run(["prove", "exit", ...AT]), 2, "recipient: has no exit of this account that isn't paid");
  expect(await json("prove", "exit", "--recipient", RECIPIENT, "--pay", ...AT)).toMatchObject({ lots: "20", paid: true, left: 0 });
  refused(await home.run(["prove", "exit", "--recipient", RECIPIENT, "--pay", ...AT]), 2, "recipient: has no exit");
});

it("restores the account from keys and ledger alone", async () => {
  const before = await json("account", "show");
  await writeFile(home.at("account.json"), "{}");
  refused(await home.run(["account", "show"]), 2, "account.format: must be present");
  await rm(home.at("account.json"));
  const { submitter: _drawn, ...after } = await json("account", "show");
  const { submitter: _was, ...was } = before;
  expect(after).toEqual(was);
});

it("proves solvency to a desk, and verify accepts that proof and nothing near it", async () => {
  refused(await home.run(["account", "spend", "--credit", "desk:CREDIT=5", ...AT]), 2, "move.instrument: must leave a place for its release");
  await json("account", "receive", "--note", "venue:BTC-PERP=0.9,venue:USD=-54000", ...AT);
  await json("account", "spend", "--credit", "desk:CREDIT=5", ...AT);
  const file = home.at("solvency-proof.json");
  const owner = String((await json("account", "show"))["owner"]);
  const made = await json("prove", "solvency", "--issuer", "desk", "--show", "desk:CREDIT,desk:RELEASE", "--out", file, ...AT);
  expect(made["alias"]).toBe(String(aliasOf(BigInt(owner), DESK)));

  const people = await home.run(["verify", file, "--table", home.at("table.json")]);
  expect(people).toMatchObject({ code: 0, stderr: "" });
  expect(people.stdout).toMatch(/^verified: solvency, tier T, by noble and snarkjs\nkey: DEVELOPMENT\. /);
  const { signals, key } = await json("verify", file);
  expect(signals).toMatchObject({ claim: { coverage: 10_000, withSpendKey: true, issuerId: DESK, instrumentA: CREDIT, sizeA: "-5", sizeB: "0" } });
  expect(key).toMatchObject({ kind: "development" });
  expect((await home.run(["verify", file, "--key", "build/artifacts/solvency.T/vkey.json"])).stdout).toContain("key: the one you gave");

  // Every public field, in this process; three of them on the command line.
  const text = await readFile(file, "utf8");
  const { verificationKey } = await loadVerificationKey("solvency", "T");
  const snarkjs = snarkjsVerifier();
  const forgeries = forge(text);
  expect(forgeries.map(([name]) => name)).toHaveLength(20);
  for (const [name, forged] of forgeries) {
    await expect((async () => verify(parseProof(forged), verificationKey, [nobleVerifier, snarkjs]))(), name).rejects.toMatchObject({ name: "ProofError" });
  }
  await snarkjs.close();
  for (const [name, forged] of forgeries.filter(([field]) => ["alias", "claim.coverage", "ciphertext.4"].includes(field))) {
    await writeFile(home.at("forged.json"), forged);
    const outcome = await home.run(["verify", home.at("forged.json")]);
    expect(outcome, name).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^error: proof: does not verify[^\n]*\n$/) as string });
  }
  await writeFile(home.at("forged.json"), text.replace('"development"', '"ceremony"'));
  refused(await home.run(["verify", home.at("forged.json")]), 1, "key.kind: must be development, as of the key at hand, got ceremony");
  await writeFile(home.at("forged.json"), text.slice(0, -40));
  refused(await home.run(["verify", home.at("forged.json")]), 1, "proof file: must be whole JSON");

  await writeSmallTable(home.at("newer.json"), { epoch: 8, omega: 5_001 });
  refused(await home.run(["verify", file, "--table", home.at("newer.json")]), 1, "publicSignals.tableRoot: must be that of the table at hand");
  refused(await home.run(["verify", file], { PLIMSOLL_ARTIFACTS: home.at("nowhere") }), 3, "manifest.json: is missing or not JSON; npm run build makes it");
  refused(await home.run(["verify", file, "--key", home.at("table.json")]), 3, "table.json.protocol: ");
  refused(await home.run(["verify", home.at("none.json")]), 2, "none.json: must be a readable file");
});

/** One copy of the proof for each public field, in which that field alone says another valid thing. */
function forge(text: string): [name: string, forged: string][] {
  type Field = string | number | boolean | { [name: string]: Field };
  const walk = (value: Field, path: string[]): string[][] =>
    typeof value === "object" ? Object.entries(value).flatMap(([name, part]) => walk(part, [...path, name])) : [path];
  const other = (value: Field): Field => (typeof value === "boolean" ? !value : typeof value === "number" ? value + 1 : String(BigInt(value as string) + 1n));
  const { publicSignals } = JSON.parse(text) as { publicSignals: { [name: string]: Field } };
  return walk(publicSignals, []).map((path) => {
    const copy = JSON.parse(text) as { publicSignals: { [name: string]: Field } };
    const parent = path.slice(0, -1).reduce<{ [name: string]: Field }>((at, name) => at[name] as { [name: string]: Field }, copy.publicSignals);
    const last = path.at(-1)!;
    parent[last] = other(parent[last]!);
    return [path.join("."), JSON.stringify(copy, null, 2)];
  });
}
