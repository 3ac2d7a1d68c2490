/**
 * One thread of fixedBase.ts. Windowed multiplication: a table holds j·2^(w·i)·G for every window i and digit j, so a
 * product is one mixed addition per window. Brickell, Gordon, McCurley and Wilson, "Fast exponentiation with
 * precomputation" (1992).
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Pointer } from "../base/wasm.ts";
import { AFFINE_BYTES, Bn254, FIELD_BYTES, JACOBIAN_BYTES, type Group } from "./bn254.ts";
import type { FixedBaseData, FixedBaseTask } from "./fixedBaseTask.ts";

const SCALAR_BITS = 254;
const { code, scalars, points, windowBits, batch } = workerData as FixedBaseData;
const windows = Math.ceil(SCALAR_BITS / windowBits);
const digits = 2 ** windowBits - 1;

const bn = await Bn254.create(code);
const tables = new Map<Group, Pointer>();
const products = bn.alloc(batch * JACOBIAN_BYTES.g2);
const affine = bn.alloc(batch * AFFINE_BYTES.g2);

parentPort!.on("message", (task: FixedBaseTask | "stop") => {
  if (task === "stop") {
    bn.wipe();
    parentPort!.close();
    return;
  }
  multiply(task);
  parentPort!.postMessage(task);
});

/** points[from..from+count] = scalars[from..from+count] · G, affine. */
function multiply({ group, from, count }: FixedBaseTask): void {
  const table = tables.get(group) ?? buildTable(group);
  const [addMixed, zero] = [bn.call[`${group}m_addMixed`]!, bn.call[`${group}m_zero`]!];
  const source = new DataView(scalars[group].buffer, from * FIELD_BYTES);
  for (let i = 0; i < count; i++) {
    const product = products + i * JACOBIAN_BYTES[group];
    zero(product);
    for (let window = 0; window < windows; window++) {
      const digit = readDigit(source, i * FIELD_BYTES, window * windowBits);
      if (digit !== 0) addMixed(product, table + (window * digits + digit - 1) * AFFINE_BYTES[group], product);
    }
  }
  toAffine(group, products, count, affine);
  const bytes = count * AFFINE_BYTES[group];
  new Uint8Array(points[group].buffer, from * AFFINE_BYTES[group], bytes).set(bn.bytes(affine, bytes));
}

/** Bits [bit, bit + windowBits) of the little-endian scalar at `offset`. */
function readDigit(source: DataView, offset: number, bit: number): number {
  const byte = Math.min(bit >> 3, FIELD_BYTES - 4);
  return (source.getUint32(offset + byte, true) >>> (bit - 8 * byte)) & digits;
}

function buildTable(group: Group): Pointer {
  const jacobian = bn.alloc(digits * JACOBIAN_BYTES[group]);
  const base = bn.alloc(AFFINE_BYTES[group]);
  const table = bn.alloc(windows * digits * AFFINE_BYTES[group]);
  const [addMixed, copy] = [bn.call[`${group}m_addMixed`]!, bn.call[`${group}m_copy`]!];
  const next = bn.alloc(JACOBIAN_BYTES[group]);
  copy(bn.generators[group], next);
  for (let window = 0; window < windows; window++) {
    toAffine(group, next, 1, base);
    copy(next, jacobian);
    for (let j = 1; j < digits; j++) {
      addMixed(jacobian + (j - 1) * JACOBIAN_BYTES[group], base, jacobian + j * JACOBIAN_BYTES[group]);
    }
    addMixed(jacobian + (digits - 1) * JACOBIAN_BYTES[group], base, next);
    toAffine(group, jacobian, digits, table + window * digits * AFFINE_BYTES[group]);
  }
  tables.set(group, table);
  return table;
}

function toAffine(group: Group, from: Pointer, count: number, to: Pointer): void {
  bn.reserve((2 * count + 2) * JACOBIAN_BYTES[group]);
  bn.call[`${group}m_batchToAffine`]!(from, count, to);
}
