/**
 * Native rapidsnark as a backend, for users who have it: the program `rapidsnark` on PATH. It takes files, so the witness
 * lies in a folder of its own, readable by this user alone and in memory where /dev/shm is, until the proof is made.
 *
 * @module
 */
import { numberToBytesLE } from "@noble/curves/utils.js";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { ProofError } from "../base/errors.ts";
import { INTEGER } from "../base/wasm.ts";
import { calculateWitness } from "./threads/witness.ts";
import { FIELD } from "../protocol/constants.ts";
import type { Groth16Proof } from "../groth16/groth16.ts";
import type { Backend } from "./prover.ts";
import type { CircuitInputs } from "../statements/request.ts";
import { explain } from "./snarkjsErrors.ts";

const numbers = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^\d+$/))),
  v.transform((list) => list.map(BigInt)),
);
const pair = v.pipe(
  numbers,
  v.minLength(2),
  v.transform(([x, y]) => [x!, y!] as const),
);
const points = v.object({ pi_a: pair, pi_b: v.pipe(v.array(pair), v.minLength(2)), pi_c: pair });

/** @param command the program: `command key.zkey witness.wtns proof.json public.json` */
export const rapidsnarkBackend = (command = "rapidsnark"): Backend => ({
  name: "rapidsnark",
  async run({ wasmPath, zkeyPath }, inputs, { onProgress, signal }) {
    onProgress?.("witness", 0);
    const witness = await witnessFile(wasmPath, inputs);
    return inFolder(witness, async (folder) => {
      onProgress?.("witness", 1);
      onProgress?.("prove", 0);
      const [proof, signals] = [join(folder, "proof.json"), join(folder, "public.json")];
      await runProgram(command, [zkeyPath, join(folder, WITNESS), proof, signals], signal);
      const made = { signals: await read(command, signals, numbers), proof: await readProof(command, proof) };
      onProgress?.("prove", 1);
      return made;
    });
  },
  // Nothing outlives a run.
  close: async () => undefined,
});

const WITNESS = "witness.wtns";

/** Runs `work` with the witness in a folder of its own, and leaves neither the folder nor the witness, in memory or out. */
async function inFolder<T>(witness: Uint8Array, work: (folder: string) => Promise<T>): Promise<T> {
  try {
    const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "plimsoll-"));
    try {
      await writeFile(join(folder, WITNESS), witness, { mode: 0o600 });
      return await work(folder);
    } finally {
      witness.fill(0);
      await writeOver(join(folder, WITNESS), witness).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    witness.fill(0);
  }
}

/** In place: a file that is truncated first gives its old pages back as they are. */
async function writeOver(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Runs a program to its end; `signal` kills it. What it prints may quote the witness, and goes nowhere. */
function runProgram(command: string, args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "ignore", signal, killSignal: "SIGKILL" });
    child.on("error", ({ code }: NodeJS.ErrnoException) => {
      // One that was started ends with "exit", whatever else befalls it.
      if (child.pid === undefined)
        reject(
          new ProofError("prover", code === "ENOENT" ? `${command} must be on PATH` : `${command} can't be started`),
        );
    });
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new ProofError("prover", `${command} failed or ended early`)),
    );
  });
}

async function readProof(command: string, path: string): Promise<Groth16Proof> {
  const {
    pi_a: a,
    pi_b: [b0, b1],
    pi_c: c,
  } = await read(command, path, points);
  return { a, b: [b0!, b1!], c };
}

/** A file that the program wrote. Errors carry no cause: it would quote the file. */
async function read<S extends v.GenericSchema>(command: string, path: string, schema: S): Promise<v.InferOutput<S>> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) throw new ProofError("prover", `${command} ended without a proof`);
  try {
    return v.parse(schema, JSON.parse(text));
  } catch {
    throw new ProofError("prover", `${command} wrote something that is no proof`);
  }
}

/** The witness as a .wtns file, version 2: a header section (field, count), then the values. The caller wipes it. */
async function witnessFile(wasmPath: string, inputs: CircuitInputs): Promise<Uint8Array> {
  const witness = await readFile(wasmPath)
    .then((bytes) => WebAssembly.compile(bytes))
    .then((code) => calculateWitness(code, inputs))
    .catch((error: unknown) => {
      throw explain(error, "witness");
    });
  const file = new Uint8Array(76 + witness.byteLength);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode("wtns"));
  const words = [2, 2, 1, 8 + INTEGER, 0, INTEGER];
  words.forEach((word, i) => view.setUint32(4 + 4 * i, word, true));
  file.set(numberToBytesLE(FIELD, 32), 28);
  view.setUint32(60, witness.byteLength / INTEGER, true);
  view.setUint32(64, 2, true);
  view.setBigUint64(68, BigInt(witness.byteLength), true);
  file.set(witness, 76);
  witness.fill(0);
  return file;
}
