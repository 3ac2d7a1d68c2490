/**
 * What becomes of the witness's file and of the program, however a proof by rapidsnark ends. Scripts stand in for the
 * program: how we treat it is what matters here.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createProver, type Prover } from "../../src/prover/prover.ts";
import { rapidsnarkBackend } from "../../src/prover/rapidsnarkBackend.ts";
import { toyArtifacts } from "../fixtures/toy.ts";
import { TOY_REQUEST, refusal } from "../support/proverRules.ts";

vi.mock("node:fs/promises", { spy: true });

const SNARKJS = `"${process.execPath}" "${join(import.meta.dirname, "../../node_modules/snarkjs/build/cli.cjs")}" groth16 prove "$@" > /dev/null`;
/** The program's arguments: key, witness, proof, public signals. */
const WITNESS = '"$2"';

let dir: string;
const at = (name: string): string => join(dir, name);
beforeEach(async () => {
  dir = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "plimsoll-test-"));
  vi.clearAllMocks();
});
afterEach(() => rm(dir, { recursive: true }));

/** A prover whose program is these lines of sh, which run in the test's folder. */
async function over(...lines: readonly string[]): Promise<Prover> {
  await writeFile(at("rapidsnark"), ["#!/bin/sh", `cd "${dir}"`, ...lines].join("\n"));
  await chmod(at("rapidsnark"), 0o755);
  return createProver(rapidsnarkBackend(at("rapidsnark")), toyArtifacts);
}

/** A program that says who and where it is, and then waits for its end. */
async function waiting(): Promise<{ prover: Prover; started: () => Promise<{ pid: number; folder: string }> }> {
  execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', at("started")]);
  const prover = await over(`echo "$$ ${WITNESS.slice(1, -1)}" > started`, "exec tail -f /dev/null");
  return {
    prover,
    started: async () => {
      const [pid, witness] = (await readFile(at("started"), "utf8")).trim().split(" ");
      return { pid: Number(pid), folder: dirname(witness!) };
    },
  };
}

const gone = ({ pid, folder }: { pid: number; folder: string }): void => {
  expect(existsSync(folder)).toBe(false);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
};

it("kills the program and leaves no folder when aborted", async () => {
  const { prover, started } = await waiting();
  const controller = new AbortController();
  const stopped = expect(prover.prove(TOY_REQUEST, { signal: controller.signal })).rejects.toThrow("changed my mind");
  const program = await started();
  expect(existsSync(program.folder)).toBe(true);
  controller.abort(new Error("changed my mind"));
  await stopped;
  gone(program);
});

it("kills the program and leaves no folder when closed", async () => {
  const { prover, started } = await waiting();
  const stopped = refusal(prover.prove(TOY_REQUEST));
  const program = await started();
  await prover.close();
  expect((await stopped).message).toBe("prover: was closed before the proof was done");
  gone(program);
});

it("starts no program when closed during the witness, and proves again afterwards", async () => {
  const prover = await over("echo started >> log", SNARKJS);
  const stopped = refusal(
    prover.prove(TOY_REQUEST, { onProgress: (stage) => void (stage === "witness" && prover.close()) }),
  );
  expect((await stopped).message).toBe("prover: was closed before the proof was done");
  expect(existsSync(at("log"))).toBe(false);
  await prover.prove(TOY_REQUEST);
  expect(await readFile(at("log"), "utf8")).toBe("started\n");
});

it("writes zeros over the witness in place, in the file and in memory", async () => {
  const prover = await over(
    `ln ${WITNESS} kept`,
    `stat -c %s ${WITNESS} > size`,
    `dirname ${WITNESS} > folder`,
    SNARKJS,
  );
  await prover.prove(TOY_REQUEST);
  const kept = await readFile(at("kept"));
  expect(kept.length).toBe(Number(await readFile(at("size"), "utf8")));
  expect(kept.every((byte) => byte === 0)).toBe(true);
  const folder = (await readFile(at("folder"), "utf8")).trim();
  expect(existsSync(folder)).toBe(false);
  const path = join(folder, "witness.wtns");
  expect(vi.mocked(open).mock.calls).toContainEqual([path, "r+"]);
  const written = vi
    .mocked(writeFile)
    .mock.calls.filter(([file]) => file === path)
    .map(([, bytes]) => bytes as Uint8Array);
  expect(written.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true]);
});

it("takes requests in turns", async () => {
  const prover = await over("mkdir busy || exit 1", SNARKJS, "rmdir busy");
  const proofs = await Promise.all([1, 2, 3].map(() => prover.prove(TOY_REQUEST)));
  expect(proofs.map(({ circuit }) => circuit)).toEqual(["exit", "exit", "exit"]);
});

it.each([
  ["writes nothing", "exit 0", "ended without a proof"],
  ["writes half a proof", 'echo "{\\"pi_a\\":" > "$3"; echo "[]" > "$4"', "wrote something that is no proof"],
  [
    "writes a proof of too few numbers",
    'echo "{\\"pi_a\\":[],\\"pi_b\\":[],\\"pi_c\\":[]}" > "$3"; echo "[]" > "$4"',
    "wrote something that is no proof",
  ],
  ["fails", `cat ${WITNESS}; exit 3`, "failed or ended early"],
  ["is killed", "kill -9 $$", "failed or ended early"],
])("says that the program %s", async (_, line, message) => {
  const prover = await over(`dirname ${WITNESS} > folder`, line);
  expect((await refusal(prover.prove(TOY_REQUEST))).message).toBe(`prover: ${at("rapidsnark")} ${message}`);
  expect(existsSync((await readFile(at("folder"), "utf8")).trim())).toBe(false);
});

it("says that the program can't be started", async () => {
  const prover = await over("exit 0");
  await chmod(at("rapidsnark"), 0o600);
  expect((await refusal(prover.prove(TOY_REQUEST))).message).toBe(`prover: ${at("rapidsnark")} can't be started`);
});
