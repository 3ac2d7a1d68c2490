/** plimsoll prove from a request file, and what plimsoll verify makes of its proof and of anything near it. */
import { chmod, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadVerificationKey } from "../../src/prover/artifacts.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import { formatProof, parseProof } from "../../src/groth16/proof.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { verify } from "../../src/groth16/verify.ts";
import { CIRCUITS } from "../../src/protocol/constants.ts";
import { build } from "../../src/setup/build.ts";
import { encodeRequest } from "../../src/statements/requestFile.ts";
import { proofRequest, type Statement } from "../../src/statements/statement.ts";
import { honestExit, honestReceive, honestSpend, honestSolvency } from "../support/honest.ts";
import { CREDIT, DESK, KEYS, tableTree } from "../support/world.ts";
import { Home, writeSmallTable, type Outcome } from "./plimsoll.ts";

let home: Home;
beforeAll(async () => {
  await build(CIRCUITS.map((circuit) => ({ circuit, tier: "T" })));
  home = await Home.make();
  await writeSmallTable(home.at("table.json"));
  await ask("solvency", honestSolvency(await tableTree("T")));
});
afterAll(() => home.remove());

/** Writes a statement's request into the home. */
async function ask(name: string, statement: Statement): Promise<string> {
  const path = home.at(`${name}-request.json`);
  await writeFile(path, encodeRequest(proofRequest(statement)), { mode: 0o600 });
  return path;
}
function refused({ code, stdout, stderr }: Outcome, exit: number, message: string): void {
  expect([code, stdout]).toEqual([exit, ""]);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toContain(message);
}

it("proves what a request asks for, each circuit, into a file for its owner's eyes", async () => {
  const statements = {
    receive: honestReceive().statement,
    spend: honestSpend(await tableTree("T")).statement,
    exit: honestExit().statement,
  };
  for (const [circuit, statement] of Object.entries(statements)) {
    const out = home.at(`${circuit}-proof.json`);
    const { code, stdout, stderr } = await home.run([
      "prove",
      await ask(circuit, statement as Statement),
      "--out",
      out,
      "--json",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ proof: out, circuit, tier: "T", key: { kind: "development" } });
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    expect(parseProof(await readFile(out, "utf8"))).toMatchObject({ circuit, signals: statement.signals });
    expect((await home.run(["verify", out])).code).toBe(0);
  }
});

it("takes a request from a pipe and gives the proof to one", async () => {
  const { code, stdout, stderr } = await home.run(
    ["prove", "-"],
    {},
    await readFile(home.at("solvency-request.json"), "utf8"),
  );
  expect([code, stderr]).toEqual([0, ""]);
  expect(formatProof(parseProof(stdout))).toBe(stdout);
});

it("warns of a request that others can read, and shows nothing that is in one", async () => {
  const path = home.at("solvency-request.json");
  await chmod(path, 0o644);
  const { stderr } = await home.run(["prove", path, "--out", home.at("proof.json")]);
  expect(stderr).toBe(`warning: others can read ${path}, which holds keys: chmod 600\n`);
  await chmod(path, 0o600);
  refused(await home.run(["prove", home.at("table.json")]), 2, "request.circuit: must be present");
  const broken = (await readFile(path, "utf8")).replace(`"${KEYS.proveKey}"`, `"${KEYS.proveKey}x"`);
  await writeFile(home.at("broken.json"), broken, { mode: 0o600 });
  const outcome = await home.run(["prove", home.at("broken.json")]);
  refused(outcome, 2, "request.inputs.proveKey: must be a whole number in a string, in decimal, or a list of such");
  expect(outcome.stderr).not.toContain(String(KEYS.proveKey));
});

it.each(["plimsoll", "snarkjs"])(
  "is interrupted without a trace while %s proves",
  { skip: process.platform !== "linux" },
  async (backend) => {
    const before = await readdir(home.folder);
    const { child, outcome } = home.start([
      "prove",
      home.at("solvency-request.json"),
      "--out",
      home.at("never.json"),
      "--backend",
      backend,
    ]);
    const proc = (...names: string[]): string => `/proc/${child.pid}/${names.join("/")}`;
    const text = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
    const caught = async (): Promise<boolean> =>
      (BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)/m.exec(await text(proc("status")))?.[1] ?? "0"}`) & 2n) !== 0n;
    const threads = async (): Promise<number> => (await readdir(proc("task")).catch(() => [])).length;
    // The prover's threads, or its process, come after those that node has anyway.
    const started = async (): Promise<boolean> =>
      (await caught()) &&
      (backend === "snarkjs"
        ? (await text(proc("task", String(child.pid), "children"))) !== ""
        : (await threads()) > NODE_THREADS);
    while (child.exitCode === null && !(await started())) await setTimeout(5);
    child.kill("SIGINT");
    expect(await outcome).toEqual({ code: 130, stdout: "", stderr: "error: interrupted\n" });
    expect(await readdir(home.folder)).toEqual(before);
  },
);

/** The main one, V8's four and their scheduler, libuv's pool of four, the inspector's. */
const NODE_THREADS = 11;

it("proves solvency to a desk, and verify accepts that proof and nothing near it", async () => {
  const file = home.at("solvency-proof.json");
  expect((await home.run(["prove", home.at("solvency-request.json"), "--out", file])).stdout).toBe(
    `proved and verified: solvency, tier T\nproof ${file}\n`,
  );

  const people = await home.run(["verify", file, "--table", home.at("table.json")]);
  expect(people).toMatchObject({ code: 0, stderr: "" });
  expect(people.stdout).toMatch(/^verified: solvency, tier T, by noble and snarkjs\nkey: DEVELOPMENT\. /);
  expect(people.stdout).toContain(
    "on the table at hand: epoch 7, prices of 2023-11-14T22:13:20Z, good until 2023-11-14T22:28:20Z",
  );
  expect(people.stdout).toMatch(
    /\n {2}claim +equity covers 100 % of the requirement, to desk, with the spend key, showing desk:CREDIT -1000 USD and desk:RELEASE 0 USD\n/,
  );
  expect(people.stdout).toMatch(/\n {2}accountsRoot +0x[0-9a-f]{6}…[0-9a-f]{6}\n/);
  expect(people.stdout).not.toMatch(/\d{25}/);
  const { signals, key } = JSON.parse((await home.run(["verify", file, "--json"])).stdout) as Record<string, unknown>;
  expect(signals).toMatchObject({
    claim: { coverage: 10_000, withSpendKey: true, issuerId: DESK, instrumentA: CREDIT, sizeA: "-1000", sizeB: "0" },
  });
  expect(key).toMatchObject({ kind: "development" });
  expect((await home.run(["verify", file, "--key", "build/artifacts/solvency.T/vkey.json"])).stdout).toContain(
    "key: the one you gave",
  );

  // Every public field, in this process; three of them on the command line.
  const text = await readFile(file, "utf8");
  const { verificationKey } = await loadVerificationKey("solvency", "T");
  const snarkjs = snarkjsVerifier();
  const forgeries = forge(text);
  expect(forgeries.map(([name]) => name)).toHaveLength(20);
  for (const [name, forged] of forgeries) {
    await expect(
      (async () => verify(parseProof(forged), verificationKey, [nobleVerifier, snarkjs]))(),
      name,
    ).rejects.toMatchObject({ name: "ProofError" });
  }
  await snarkjs.close();
  for (const [name, forged] of forgeries.filter(([field]) =>
    ["alias", "claim.coverage", "ciphertext.4"].includes(field),
  )) {
    await writeFile(home.at("forged.json"), forged);
    const outcome = await home.run(["verify", home.at("forged.json")]);
    expect(outcome, name).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^error: proof: does not verify[^\n]*\n$/) as string,
    });
  }
  await writeFile(home.at("forged.json"), text.replace('"development"', '"ceremony"'));
  refused(
    await home.run(["verify", home.at("forged.json")]),
    1,
    "key.kind: must be development, as of the key at hand, got ceremony",
  );
  await writeFile(home.at("forged.json"), text.slice(0, -40));
  refused(await home.run(["verify", home.at("forged.json")]), 1, "proof file: must be whole JSON");

  await writeSmallTable(home.at("newer.json"), { epoch: 8, omega: 5_001 });
  refused(
    await home.run(["verify", file, "--table", home.at("newer.json")]),
    1,
    "publicSignals.tableRoot: must be that of the table at hand",
  );
  refused(
    await home.run(["verify", file], { PLIMSOLL_ARTIFACTS: home.at("nowhere") }),
    3,
    "manifest.json: is missing or not JSON; plimsoll artifacts build makes it, plimsoll artifacts fetch brings it, PLIMSOLL_ARTIFACTS says where else it is; --key takes a verification key",
  );
  refused(await home.run(["verify", file, "--key", home.at("table.json")]), 3, "table.json.protocol: ");
  refused(await home.run(["verify", home.at("none.json")]), 2, "none.json: must be a readable file");
});

/** One copy of the proof for each public field, in which that field alone says another valid thing. */
function forge(text: string): [name: string, forged: string][] {
  type Field = string | number | boolean | { [name: string]: Field };
  const walk = (value: Field, path: string[]): string[][] =>
    typeof value === "object" ? Object.entries(value).flatMap(([name, part]) => walk(part, [...path, name])) : [path];
  const other = (value: Field): Field =>
    typeof value === "boolean" ? !value : typeof value === "number" ? value + 1 : String(BigInt(value as string) + 1n);
  const { publicSignals } = JSON.parse(text) as { publicSignals: { [name: string]: Field } };
  return walk(publicSignals, []).map((path) => {
    const copy = JSON.parse(text) as { publicSignals: { [name: string]: Field } };
    const parent = path
      .slice(0, -1)
      .reduce<{ [name: string]: Field }>((at, name) => at[name] as { [name: string]: Field }, copy.publicSignals);
    const last = path.at(-1)!;
    parent[last] = other(parent[last]!);
    return [path.join("."), JSON.stringify(copy, null, 2)];
  });
}
