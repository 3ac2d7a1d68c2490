/**
 * Poseidon of two inputs in Solidity, for the trees: circomlib's permutation in the form with sparse matrices in its
 * partial rounds, whose constants circomlibjs ships. It does 5 products where the dense form does 9 and costs about two
 * thirds of poseidon-solidity's gas; a tree of a million leaves pays that twenty times for each change.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { FIELD } from "../protocol/constants.ts";

const T = 3;
const FULL_ROUNDS = 8;
const PARTIAL_ROUNDS = 57;

/** Constants of one width: additions C, the full matrix M, the one before the partial rounds P, the sparse ones S. */
interface Constants {
  readonly C: readonly bigint[];
  readonly M: readonly (readonly bigint[])[];
  readonly P: readonly (readonly bigint[])[];
  readonly S: readonly bigint[];
}

async function readConstants(): Promise<Constants> {
  const main = createRequire(import.meta.url).resolve("circomlibjs");
  const file = join(dirname(main), "../src/poseidon_constants_opt.json");
  const all = JSON.parse(await readFile(file, "utf8"), (_, value: unknown) =>
    typeof value === "string" ? BigInt(value) : value) as Record<keyof Constants, unknown[]>;
  const pick = <K extends keyof Constants>(name: K): Constants[K] => all[name][T - 2] as Constants[K];
  return { C: pick("C"), M: pick("M"), P: pick("P"), S: pick("S") };
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** Text of contracts/generated/Poseidon2.sol. */
export async function poseidonSolidity(): Promise<string> {
  const { C, M, P, S } = await readConstants();
  const lines: string[] = [];
  const out = (line: string): void => void lines.push(`            ${line}`);
  const half = FULL_ROUNDS / 2;
  let round = 0;
  const fullRound = (matrix: readonly (readonly bigint[])[], constants: readonly bigint[]): void => {
    out(`// full round ${++round}`);
    for (let i = 0; i < T; i++) fifth(`s${i}`, "n", constants[i]!);
    mix(matrix);
  };
  // A sum of three products is below 3·r, which fits a word and is reduced by the product it goes into.
  const mix = (matrix: readonly (readonly bigint[])[]): void => {
    for (let i = 0; i < T; i++) {
      const [a, b, c] = [0, 1, 2].map((j) => `mulmod(s${j}, ${hex(matrix[j]![i]!)}, r)`);
      out(`let n${round}_${i} := add(add(${a}, ${b}), ${c})`);
    }
    for (let i = 0; i < T; i++) out(`s${i} := n${round}_${i}`);
  };

  // Written out: the compiler would not inline a function, and its jumps cost a tenth of the hash.
  const fifth = (x: string, free: string, constant: bigint): void => {
    out(`${free} := mulmod(${x}, ${x}, r)`);
    const power = `mulmod(mulmod(${free}, ${free}, r), ${x}, r)`;
    out(`${x} := ${constant === 0n ? power : `add(${power}, ${hex(constant)})`}`);
  };

  for (let k = 0; k < half; k++) {
    out("{");
    fullRound(k < half - 1 ? M : P, C.slice((k + 1) * T, (k + 2) * T));
    out("}");
  }
  // The first element moves between s0 and n, so that nothing is copied.
  let [first, free] = ["s0", "n"];
  for (let k = 0; k < PARTIAL_ROUNDS; k++) {
    const row = S.slice(k * (2 * T - 1), (k + 1) * (2 * T - 1)) as [bigint, bigint, bigint, bigint, bigint];
    fifth(first, free, C[(half + 1) * T + k]!);
    const [a, b, c] = [first, "s1", "s2"].map((x, i) => `mulmod(${x}, ${hex(row[i]!)}, r)`);
    out(`${free} := add(add(${a}, ${b}), ${c})`);
    // Before the rounds s1 and s2 are below 3·r, and a word holds 5·r. Each sum adds less than r, and
    // every second one is reduced.
    for (const [i, x] of ["s1", "s2"].entries()) out(`${x} := ${k % 2 === 0 ? "addmod" : "add"}(${x}, mulmod(${first}, ${hex(row[T + i]!)}, r)${k % 2 === 0 ? ", r" : ""})`);
    [first, free] = [free, first];
  }
  if (first !== "s0") out(`s0 := ${first}`);
  const after = (half + 1) * T + PARTIAL_ROUNDS;
  for (let k = 0; k < half - 1; k++) {
    out("{");
    fullRound(M, C.slice(after + k * T, after + (k + 1) * T));
    out("}");
  }
  out("// full round 8, of which only the first output is needed");
  for (let i = 0; i < T; i++) fifth(`s${i}`, "n", 0n);
  const [a, b, c] = [0, 1, 2].map((j) => `mulmod(s${j}, ${hex(M[j]![0]!)}, r)`);
  out(`mstore(0x00, mod(add(add(${a}, ${b}), ${c}), r))`);
  out("return(0x00, 0x20)");

  return `// SPDX-License-Identifier: GPL-3.0-or-later
// Generated from circomlibjs's constants by \`npm run generate\`; do not edit.
pragma solidity ^0.8.30;

/// @title  Poseidon2
/// @notice P(left, right), the node of every tree: circomlib's Poseidon of two inputs, reduced modulo the field's order.
/// @dev    Tested against poseidon-solidity and TypeScript. A library of its own, since it is too large to repeat.
library Poseidon2 {
    function hash(uint256 left, uint256 right) external pure returns (uint256) {
        assembly {
            let r := ${FIELD}
            let n
            let s0 := ${hex(C[0]!)}
            let s1 := addmod(left, ${hex(C[1]!)}, r)
            let s2 := addmod(right, ${hex(C[2]!)}, r)
${lines.join("\n")}
        }
    }
}
`;
}
