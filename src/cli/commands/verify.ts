/**
 * plimsoll verify: both verifiers, on nothing but the proof and a verification key.
 *
 * @module
 */
import type { Command } from "commander";
import { examples, lazily } from "./declare.ts";

export function verifyCommands(program: Command): void {
  examples(
    program.command("verify <proof>").description("verify a proof with two independent verifiers")
      .option("--key <file>", "verification key in snarkjs's JSON (default: the build's)")
      .option("--table <file>", "also check that the proof is on this risk table"),
    "plimsoll verify build/demo/solvency-proof.json", "plimsoll verify proof.json --key vkey.json --table epoch-1.json --json",
  ).action(lazily(() => import("../verify.ts"), "verifyProof"));
}
