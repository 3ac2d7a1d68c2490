/**
 * The process that snarkjs runs in: started by snarkjsProcess.ts, answers one task at a time. Circuits and keys stay in
 * memory and the curve's threads alive from one task to the next.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { CircuitSignals, Groth16Proof as SnarkjsProof } from "snarkjs";
import { ProofError } from "../base/errors.ts";
import {
  checkCanonical,
  keyPoints,
  type G1,
  type G2,
  type Groth16Proof,
  type ProvenStatement,
} from "../groth16/groth16.ts";
import * as snarkjs from "../iden3/snarkjs.ts";
import type { Curve } from "../iden3/snarkjs.ts";
import type { Stage } from "./prover.ts";
import { explain } from "./snarkjsErrors.ts";
import { MEMORY_VARIABLE, type ProveResult, type SnarkjsReply, type SnarkjsTask } from "./snarkjsTask.ts";
import { snarkjsKey, snarkjsProof } from "../groth16/verificationKey.ts";

interface MemoryFile {
  readonly type: "mem";
  data?: Uint8Array;
}

const maxBytes = Number(process.env[MEMORY_VARIABLE] || Infinity) * 2 ** 20;
const files = new Map<string, Promise<Uint8Array>>();
let stage: Stage = "witness";

process.on("disconnect", () => process.exit());
process.on("message", (task: SnarkjsTask) => void answer(task));
// Between two marks snarkjs may allocate much in its threads; this looks whenever the main thread breathes.
setInterval(() => {
  if (process.memoryUsage.rss() > maxBytes) void reply(refusal(memoryError())).then(() => process.exit(1));
}, 50).unref();

async function answer(task: SnarkjsTask): Promise<void> {
  try {
    const result = task.kind === "prove" ? await prove(task) : await verifyStatement(task.statement);
    await reply({ kind: "done", result: result ?? undefined, peakBytes: process.resourceUsage().maxRSS * 1024 });
  } catch (error) {
    await reply(
      refusal(error instanceof ProofError ? error : explain(error, task.kind === "prove" ? stage : "verify")),
    );
  }
}

async function prove({
  wasmPath,
  zkeyPath,
  inputs,
  singleThread,
}: Extract<SnarkjsTask, { kind: "prove" }>): Promise<ProveResult> {
  const witness: MemoryFile = { type: "mem" };
  try {
    mark("witness", 0);
    const wasm: MemoryFile = { type: "mem", data: await file(wasmPath) };
    await snarkjs.wtns.calculate(inputs as CircuitSignals, wasm, witness);
    mark("witness", 1);
    mark("prove", 0);
    const zkey = { type: "mem", data: await file(zkeyPath) } as unknown as Uint8Array;
    const { proof, publicSignals } = await snarkjs.groth16.prove(
      zkey,
      witness as unknown as Uint8Array,
      { debug: milestone },
      { singleThread },
    );
    mark("prove", 1);
    return { signals: publicSignals.map(BigInt), proof: readProof(proof) };
  } finally {
    witness.data?.fill(0);
  }
}

/** snarkjs itself checks neither ranges of coordinates nor the subgroup of G2 points. */
async function verifyStatement(statement: ProvenStatement): Promise<void> {
  checkCanonical(statement);
  const { key, signals, proof } = statement;
  const curve = await snarkjs.curves.getCurveFromName("bn128");
  checkPoint(curve, proof.a, "proof.a");
  checkPoint(curve, proof.b, "proof.b");
  checkPoint(curve, proof.c, "proof.c");
  for (const [path, point] of keyPoints(key)) checkPoint(curve, point, path);
  const valid = await snarkjs.groth16.verify(snarkjsKey(key), [...signals] as never, snarkjsProof(proof) as never);
  if (!valid) throw new ProofError("proof", "does not verify for these public signals");
}

function checkPoint({ G1, G2, r }: Curve, point: G1 | G2, path: string): void {
  const inG2 = Array.isArray(point[0]);
  const group = inG2 ? G2 : G1;
  const bytes = group.fromObject([...point, inG2 ? [1n, 0n] : 1n]);
  if (!group.isValid(bytes) || !group.isZero(group.timesScalar(bytes, r))) {
    throw new ProofError(
      path,
      inG2 ? "must be a point of G2, on the twist and in the subgroup of order r" : "must be a point of G1",
    );
  }
}

function readProof({ pi_a: a, pi_b: b, pi_c: c }: SnarkjsProof): Groth16Proof {
  const pair = (list: readonly unknown[] | undefined) =>
    [BigInt(String(list?.[0])), BigInt(String(list?.[1]))] as const;
  return { a: pair(a), b: [pair(b[0]), pair(b[1])], c: pair(c) };
}

/** How far a proof is when snarkjs says that it begins a step; shares measured at 2^16 constraints. */
const MILESTONES: Readonly<Record<string, number>> = {
  "Building ABC": 0.01,
  "Reading A Points": 0.3,
  "Reading B1 Points": 0.39,
  "Reading B2 Points": 0.48,
  "Reading C Points": 0.76,
  "Reading H Points": 0.86,
};

function milestone(text: string): void {
  const fraction = MILESTONES[text];
  if (fraction !== undefined) mark("prove", fraction);
}

function mark(at: Stage, fraction: number): void {
  stage = at;
  if (process.memoryUsage.rss() > maxBytes) throw memoryError();
  void reply({ kind: "progress", stage, fraction });
}

const memoryError = (): ProofError =>
  new ProofError(
    "memory",
    `must stay below ${maxBytes / 2 ** 20} MiB, got ${Math.ceil(process.memoryUsage.rss() / 2 ** 20)} MiB`,
  );

function file(path: string): Promise<Uint8Array> {
  const known = files.get(path);
  if (known !== undefined) return known;
  const reading = readFile(path);
  files.set(path, reading);
  reading.catch(() => files.delete(path));
  return reading;
}

const refusal = ({ path, rule }: ProofError): SnarkjsReply => ({ kind: "refused", path, rule });

const reply = (message: SnarkjsReply): Promise<void> =>
  new Promise((resolve) => process.send!(message, undefined, undefined, () => resolve()));
