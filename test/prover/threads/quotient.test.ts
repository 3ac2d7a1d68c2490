import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { readFile } from "node:fs/promises";
import { buildBn128 } from "ffjavascript";
import { beforeAll, describe, expect, it } from "vitest";
import { fileSource } from "../../../src/prover/threads/fileSource.ts";
import type { Kernel } from "../../../src/kernel/kernel.ts";
import { Quotient } from "../../../src/prover/threads/quotient.ts";
import { calculateWitness } from "../../../src/prover/threads/witness.ts";
import { COEFFICIENT_BYTES, readLayout, type KeyLayout, type KeySource } from "../../../src/groth16/zkey.ts";
import { FIELD } from "../../../src/protocol/constants.ts";
import { loadArtifacts } from "../../../src/prover/artifacts.ts";
import { INTEGER } from "../../../src/base/wasm.ts";
import { TOY_INPUTS, toyArtifacts } from "../../fixtures/toy.ts";
import { mod, numbers, power, root, testKernel } from "../../kernel/support.ts";

let kernel: Kernel;
beforeAll(async () => void (kernel = await testKernel()));

describe("quotient", () => {
  it("gives (A·w)(B·w) − C·w on the odd coset, by interpolation in whole numbers", async () => {
    const { zkeyPath, wasmPath } = await toyArtifacts();
    const witness = await calculateWitness(await WebAssembly.compile(await readFile(wasmPath)), TOY_INPUTS);
    await expectQuotient(zkeyPath, witness, byDefinition);
  });

  it.each([
    ["exit", "T"],
    ["receive", "T"],
    ["spend", "T"],
    ["solvency", "T"],
    ["solvency", "M"],
  ] as const)("is ffjavascript's for %s at tier %s, over random wires and the largest", async (circuit, tier) => {
    const {
      paths: { zkey },
    } = await loadArtifacts(circuit, tier, ["zkey"]);
    const { wires } = readLayout(fileSource(zkey));
    const next = numbers(BigInt(wires));
    const random = new Uint8Array(wires * INTEGER);
    for (let i = 0; i < wires; i++) random.set(numberToBytesLE(next() % FIELD, 32), i * INTEGER);
    const largest = new Uint8Array(wires * INTEGER);
    for (let i = 0; i < wires; i++) largest.set(numberToBytesLE(FIELD - 1n, 32), i * INTEGER);
    for (const witness of [random, largest]) await expectQuotient(zkey, witness, byFfjavascript);
  });

  it("refuses a key with a coefficient outside its matrices", async () => {
    const { zkeyPath } = await toyArtifacts();
    const bytes = await readFile(zkeyPath);
    const layout = readLayout(fileSource(zkeyPath));
    for (const [offset, value] of [
      [0, 2],
      [4, layout.domain],
      [8, layout.wires],
    ] as const) {
      const broken = Uint8Array.from(bytes);
      new DataView(broken.buffer).setUint32(layout.at.coefficients + COEFFICIENT_BYTES + offset, value, true);
      const source: KeySource = {
        name: "broken.zkey",
        read: (target, position) => target.set(broken.subarray(position, position + target.byteLength)),
      };
      expect(() => Quotient.load(kernel, layout, source)).toThrow(
        /broken\.zkey: has a coefficient outside its matrices/,
      );
    }
  });
});

/** Values on the domain to values on its odd coset. */
type OnCoset = (values: readonly bigint[], layout: KeyLayout) => Promise<bigint[]>;

async function expectQuotient(zkeyPath: string, witness: Uint8Array, onCoset: OnCoset): Promise<void> {
  const source = fileSource(zkeyPath);
  const layout = readLayout(source);
  const expected = await reference(layout, await readFile(zkeyPath), witness, onCoset);
  const wrong = kernel.scoped(() => {
    const quotient = Quotient.load(kernel, layout, source);
    const out = kernel.alloc(quotient.bytes);
    quotient.run(kernel.put(witness), out);
    return expected.flatMap((value, i) => (kernel.integer(out + i * INTEGER) === value ? [] : [i]));
  });
  expect(wrong).toEqual([]);
}

async function reference(
  layout: KeyLayout,
  zkey: Uint8Array,
  witness: Uint8Array,
  onCoset: OnCoset,
): Promise<bigint[]> {
  const { domain: n } = layout;
  const view = new DataView(zkey.buffer, zkey.byteOffset);
  const unscale = power(power(2n, 512n), FIELD - 2n);
  const wires = Array.from({ length: layout.wires }, (_, i) =>
    bytesToNumberLE(witness.subarray(INTEGER * i, INTEGER * (i + 1))),
  );
  const rows = [Array.from({ length: n }, () => 0n), Array.from({ length: n }, () => 0n)];
  for (let i = 0, at = layout.at.coefficients; i < layout.coefficients; i++, at += COEFFICIENT_BYTES) {
    const [matrix, row, wire] = [0, 4, 8].map((offset) => view.getUint32(at + offset, true)) as [
      number,
      number,
      number,
    ];
    rows[matrix]![row] = mod(
      rows[matrix]![row]! + bytesToNumberLE(zkey.subarray(at + 12, at + COEFFICIENT_BYTES)) * wires[wire]!,
    );
  }
  const [left, right] = rows.map((row) => row.map((value) => mod(value * unscale))) as [bigint[], bigint[]];
  const [a, b, c] = [
    await onCoset(left, layout),
    await onCoset(right, layout),
    await onCoset(
      left.map((value, i) => mod(value * right[i]!)),
      layout,
    ),
  ];
  return a.map((value, i) => mod(value * b[i]! - c[i]!));
}

/** Lagrange interpolation through an inverse sum, then evaluation. */
async function byDefinition(values: readonly bigint[], { domain: n, log }: KeyLayout): Promise<bigint[]> {
  const [w, shift] = [await root(log), await root(log + 1)];
  const inverse = power(BigInt(n), FIELD - 2n);
  const coefficients = values.map((_, j) =>
    mod(inverse * values.reduce((sum, v, i) => mod(sum + v * power(w, BigInt(((n - i) * j) % n))), 0n)),
  );
  return values.map((_, k) =>
    coefficients.reduce((sum, c, j) => mod(sum + c * power(mod(shift * power(w, BigInt(k))), BigInt(j))), 0n),
  );
}

/** As snarkjs goes about it, src/groth16_prove.js. */
async function byFfjavascript(values: readonly bigint[], { log }: KeyLayout): Promise<bigint[]> {
  const { Fr } = await buildBn128(true);
  const bytes = new Uint8Array(values.length * INTEGER);
  values.forEach((value, i) => bytes.set(numberToBytesLE(value, 32), i * INTEGER));
  const result = await Fr.fft(await Fr.batchApplyKey(await Fr.ifft(bytes), Fr.e(1), Fr.w[log + 1]!));
  return values.map((_, i) => bytesToNumberLE(result.subarray(i * INTEGER, (i + 1) * INTEGER)));
}
