import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { buildBn128 } from "ffjavascript";
import { beforeAll, describe, expect, it } from "vitest";
import { compileKernel } from "../../kernel/emit/compile.ts";
import { KERNEL_SHA256 } from "../../src/kernel/codeHash.ts";
import { ELEMENT, type Kernel } from "../../src/kernel/kernel.ts";
import { INTEGER, integerBytes, readInteger, type Pointer } from "../../src/wasmInstance.ts";
import { fileSource } from "../../src/kernel/fileSource.ts";
import { plan } from "../../src/kernel/plan.ts";
import { Quotient } from "../../src/kernel/quotient.ts";
import { calculateWitness } from "../../src/kernel/witness.ts";
import { readLayout, type KeyLayout } from "../../src/kernel/zkey.ts";
import { FIELD } from "../../src/protocol.ts";
import { TOY_INPUTS, toyArtifacts } from "../fixtures/toy.ts";
import { numbers, testKernel } from "./support.ts";

let kernel: Kernel;
beforeAll(async () => void (kernel = await testKernel()));

const mod = (x: bigint): bigint => ((x % FIELD) + FIELD) % FIELD;
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}
/** The root of order 2^k that keys are made with, from ffjavascript's tables. */
async function root(k: number): Promise<bigint> {
  const { Fr } = await buildBn128(true);
  const montgomery = power(power(2n, 256n), FIELD - 2n);
  return mod(readInteger(Fr.w[k]!) * montgomery);
}

function put(values: readonly bigint[]): Pointer {
  const [at, plain] = [kernel.alloc(values.length * ELEMENT), kernel.alloc(INTEGER)];
  values.forEach((value, i) => {
    kernel.bytes(plain, INTEGER).set(integerBytes(value));
    kernel.call["fr_fromInteger"]!(at + i * ELEMENT, plain);
  });
  return at;
}
function get(at: Pointer, count: number): bigint[] {
  const plain = kernel.alloc(INTEGER);
  return Array.from({ length: count }, (_, i) => {
    kernel.call["fr_toInteger"]!(plain, at + i * ELEMENT);
    return kernel.integer(plain);
  });
}
const reversed = (j: number, log: number): number => Number.parseInt([...j.toString(2).padStart(log, "0")].reverse().join(""), 2);

describe("transform", () => {
  it.each([1, 2, 3, 4, 7])("of 2^%i random values and of extremes is the sum that defines it", async (log) => {
    const n = 2 ** log;
    const w = await root(log);
    const next = numbers(BigInt(log));
    const inputs = [Array.from({ length: n }, () => next() % FIELD), Array.from({ length: n }, () => FIELD - 1n), Array.from({ length: n }, (_, i) => (i === 0 ? 1n : 0n))];
    for (const values of inputs) {
      const data = put(values.map((_, j) => values[reversed(j, log)]!));
      const roots = kernel.alloc((n / 2) * ELEMENT);
      kernel.call["ntt_powers"]!(roots, put([w]), n / 2);
      kernel.call["ntt_ntt"]!(data, log, roots);
      expect(get(data, n)).toEqual(values.map((_, k) => values.reduce((sum, value, j) => mod(sum + value * power(w, BigInt(j * k))), 0n)));
    }
  });

  it("keeps 2^16 equal extremes exact through every stage", async () => {
    const log = 16, n = 2 ** log;
    const data = kernel.alloc(n * ELEMENT), roots = kernel.alloc((n / 2) * ELEMENT);
    const largest = put([FIELD - 1n]);
    const element = kernel.bytes(largest, ELEMENT).slice();
    for (let i = 0; i < n; i++) kernel.bytes(data + i * ELEMENT, ELEMENT).set(element);
    kernel.call["ntt_powers"]!(roots, put([await root(log)]), n / 2);
    kernel.call["ntt_ntt"]!(data, log, roots);
    expect(get(data, 3)).toEqual([mod(-BigInt(n)), 0n, 0n]);
  });
});

describe("quotient", () => {
  it("gives (A·w)(B·w) − C·w on the odd coset, by interpolation in whole numbers", async () => {
    const { zkeyPath, wasmPath } = await toyArtifacts();
    const source = fileSource(zkeyPath);
    const layout = readLayout(source);
    const witness = await calculateWitness(await WebAssembly.compile(await readFile(wasmPath)), TOY_INPUTS);
    const quotient = Quotient.load(kernel, layout, source);
    const out = kernel.alloc(quotient.bytes);
    quotient.run(kernel.put(witness), out);
    const got = Array.from({ length: layout.domain }, (_, i) => kernel.integer(out + i * INTEGER));
    expect(got).toEqual(await reference(layout, await readFile(zkeyPath), witness));
  });
});

/** By definition: rows, Lagrange interpolation through an inverse sum, evaluation. */
async function reference(layout: KeyLayout, zkey: Uint8Array, witness: Uint8Array): Promise<bigint[]> {
  const { domain: n, log } = layout;
  const view = new DataView(zkey.buffer, zkey.byteOffset);
  const unscale = power(power(2n, 512n), FIELD - 2n);
  const rows = [Array.from({ length: n }, () => 0n), Array.from({ length: n }, () => 0n)];
  for (let i = 0, at = layout.at.coefficients; i < layout.coefficients; i++, at += 44) {
    const [matrix, row, wire] = [0, 4, 8].map((offset) => view.getUint32(at + offset, true)) as [number, number, number];
    const value = mod(readInteger(zkey.subarray(at + 12, at + 44)) * unscale);
    rows[matrix]![row] = mod(rows[matrix]![row]! + value * readInteger(witness.subarray(32 * wire, 32 * wire + 32)));
  }
  const product = rows[0]!.map((a, i) => mod(a * rows[1]![i]!));
  const [w, shift] = [await root(log), await root(log + 1)];
  const inverse = power(BigInt(n), FIELD - 2n);
  const onCoset = (values: readonly bigint[]): bigint[] => {
    const coefficients = values.map((_, j) => mod(inverse * values.reduce((sum, v, i) => mod(sum + v * power(w, BigInt(((n - i) * j) % n))), 0n)));
    return values.map((_, k) => coefficients.reduce((sum, c, j) => mod(sum + c * power(mod(shift * power(w, BigInt(k))), BigInt(j))), 0n));
  };
  const [a, b, c] = [onCoset(rows[0]!), onCoset(rows[1]!), onCoset(product)];
  return a!.map((value, i) => mod(value * b![i]! - c![i]!));
}

describe("plan", () => {
  const layout = { wires: 60_000, publicSignals: 13, domain: 65_536 } as KeyLayout;
  it.each([1, 2, 3, 4, 8, 64])("covers every point exactly once with %i threads", (threads) => {
    for (const size of [layout, { ...layout, wires: 9, publicSignals: 6, domain: 8 }]) {
      const pieces = plan(size, threads);
      expect(pieces).toHaveLength(threads);
      const counts = { a: size.wires, b1: size.wires, b2: size.wires, c: size.wires - size.publicSignals - 1, h: size.domain };
      for (const [sum, count] of Object.entries(counts)) {
        const mine = pieces.flat().filter((piece) => piece.sum === sum).sort((x, y) => x.from - y.from);
        expect(mine[0]!.from).toBe(0);
        expect(mine.at(-1)!.to).toBe(count);
        mine.slice(1).forEach((piece, i) => expect(piece.from).toBe(mine[i]!.to));
      }
    }
  });
});

describe("build", () => {
  it("gives the pinned code, every time", async () => {
    const hash = async (): Promise<string> => createHash("sha256").update(await compileKernel()).digest("hex");
    expect([await hash(), await hash()]).toEqual([KERNEL_SHA256, KERNEL_SHA256]);
  });
});
