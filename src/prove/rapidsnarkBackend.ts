/**
 * Native rapidsnark as a backend, for users who have it: the program `rapidsnark` on PATH. It takes files, so the witness
 * lies in a folder of its own, readable by this user alone and in memory where /dev/shm is, until the proof is made.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { ProofError } from "../errors.ts";
import { INTEGER, integerBytes } from "../wasmInstance.ts";
import { calculateWitness } from "../kernel/witness.ts";
import { FIELD } from "../protocol.ts";
import type { Backend } from "./prover.ts";
import { explain } from "./snarkjsErrors.ts";

const run = promisify(execFile);
const numbers = v.pipe(v.array(v.pipe(v.string(), v.regex(/^\d+$/))), v.transform((list) => list.map(BigInt)));
const points = v.object({ pi_a: numbers, pi_b: v.array(numbers), pi_c: numbers });

/** @param command the program: `command key.zkey witness.wtns proof.json public.json` */
export function rapidsnarkBackend(command = "rapidsnark"): Backend {
  let stopping = new AbortController();
  return {
    name: "rapidsnark",
    async run({ wasmPath, zkeyPath }, inputs, { onProgress, signal }) {
      onProgress?.("witness", 0);
      const circuit = await WebAssembly.compile(await readFile(wasmPath));
      const witness = await calculateWitness(circuit, inputs).catch((error: unknown) => {
        throw explain(error, "witness");
      });
      onProgress?.("witness", 1);
      onProgress?.("prove", 0);
      const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "plimsoll-"));
      const path = (name: string): string => join(folder, name);
      const stop = AbortSignal.any(signal === undefined ? [stopping.signal] : [stopping.signal, signal]);
      try {
        await writeFile(path("witness.wtns"), witnessFile(witness), { mode: 0o600 });
        await run(command, [zkeyPath, path("witness.wtns"), path("proof.json"), path("public.json")], { signal: stop });
        const { pi_a: a, pi_b: b, pi_c: c } = v.parse(points, JSON.parse(await readFile(path("proof.json"), "utf8")));
        const signals = v.parse(numbers, JSON.parse(await readFile(path("public.json"), "utf8")));
        onProgress?.("prove", 1);
        return { signals, proof: { a: [a[0]!, a[1]!], b: [[b[0]![0]!, b[0]![1]!], [b[1]![0]!, b[1]![1]!]], c: [c[0]!, c[1]!] } };
      } catch (cause) {
        signal?.throwIfAborted();
        const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
        // What the program printed may quote the witness, so the error carries no cause.
        throw new ProofError("prover", missing ? `${command} must be on PATH` : `${command} failed or ended early`);
      } finally {
        witness.fill(0);
        await writeFile(path("witness.wtns"), new Uint8Array(witness.byteLength)).catch(() => undefined);
        await rm(folder, { recursive: true, force: true });
      }
    },
    close: async () => {
      stopping.abort();
      stopping = new AbortController();
    },
  };
}

/** A .wtns file, version 2: a header section (field, count), then the values. */
function witnessFile(witness: Uint8Array): Uint8Array {
  const file = new Uint8Array(76 + witness.byteLength);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode("wtns"));
  const words = [2, 2, 1, 8 + INTEGER, 0, INTEGER];
  words.forEach((word, i) => view.setUint32(4 + 4 * i, word, true));
  file.set(integerBytes(FIELD), 28);
  view.setUint32(60, witness.byteLength / INTEGER, true);
  view.setUint32(64, 2, true);
  view.setBigUint64(68, BigInt(witness.byteLength), true);
  file.set(witness, 76);
  return file;
}
