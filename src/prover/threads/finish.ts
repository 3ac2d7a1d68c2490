/**
 * The proof from its sums. Groth, "On the Size of Pairing-based Non-interactive Arguments" (2016), section 3.2:
 *
 *   A = α + Σ a + r·δ,   B = β + Σ b + s·δ,   C = Σ c + s·A + r·B − r·s·δ
 *
 * where Σ c has H's points in it.
 *
 * @module
 */
import { numberToBytesLE, bytesToNumberBE } from "@noble/curves/utils.js";
import { mod } from "@noble/curves/abstract/modular.js";
import { FIELD } from "../../protocol/constants.ts";
import type { Groth16Proof } from "../../groth16/groth16.ts";
import { INTEGER } from "../../base/wasm.ts";
import { affineBytes, type GroupName, type Kernel } from "../../kernel/kernel.ts";
import type { SumName } from "./plan.ts";
import { coordinates, multiSum, type PartialSum } from "./sums.ts";
import { KEY_POINT, type KeyLayout } from "../../groth16/zkey.ts";

/** A uniform number below the field's order from the platform's generator: 128 bits more than needed make bias negligible. */
function randomScalar(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(48));
  const value = bytesToNumberBE(bytes);
  bytes.fill(0);
  return mod(value, FIELD);
}

/** `parts` are left as they are; of r and s no bytes stay behind, only the numbers themselves, until they are collected. */
export function finish(
  kernel: Kernel,
  layout: KeyLayout,
  parts: readonly PartialSum[],
  r = randomScalar(),
  s = randomScalar(),
): Groth16Proof {
  const of = (name: SumName): Term[] => parts.filter(({ sum }) => sum === name).map(({ point }) => [point, 1n]);
  const key = (group: GroupName, bytes: Uint8Array): Uint8Array => decodePoint(kernel, group, bytes);
  const delta1 = key("g1", layout.delta1);
  const a = combine(kernel, "g1", [...of("a"), [key("g1", layout.alpha1), 1n], [delta1, r]]);
  const b1 = combine(kernel, "g1", [...of("b1"), [key("g1", layout.beta1), 1n], [delta1, s]]);
  const b = combine(kernel, "g2", [...of("b2"), [key("g2", layout.beta2), 1n], [key("g2", layout.delta2), s]]);
  const c = combine(kernel, "g1", [...of("c"), [a, s], [b1, r], [delta1, mod(-r * s, FIELD)]]);
  const [ax, ay] = coordinates(kernel, "g1", a);
  const [bx0, bx1, by0, by1] = coordinates(kernel, "g2", b);
  const [cx, cy] = coordinates(kernel, "g1", c);
  b1.fill(0);
  return {
    a: [ax!, ay!],
    b: [
      [bx0!, bx1!],
      [by0!, by1!],
    ],
    c: [cx!, cy!],
  };
}

type Term = readonly [point: Uint8Array, scalar: bigint];

/** Σ scalar·point over few points; infinity among them is left out. */
function combine(kernel: Kernel, group: GroupName, terms: readonly Term[]): Uint8Array {
  return kernel.scoped(() => {
    const size = affineBytes(group);
    const finite = terms.filter(([point]) => point.some((byte) => byte !== 0));
    const points = kernel.alloc(size * finite.length);
    const scalars = kernel.alloc(INTEGER * finite.length);
    finite.forEach(([point, scalar], i) => {
      kernel.bytes(points + i * size, size).set(point);
      const bytes = numberToBytesLE(scalar, 32);
      kernel.bytes(scalars + INTEGER * i, INTEGER).set(bytes);
      bytes.fill(0);
    });
    const index = kernel.put(new Uint8Array(Uint32Array.from(finite, (_, i) => i).buffer));
    return multiSum(kernel, group, points, index, scalars, finite.length);
  });
}

function decodePoint(kernel: Kernel, group: GroupName, bytes: Uint8Array): Uint8Array {
  return kernel.scoped(() => {
    const [point, index, source] = [kernel.alloc(affineBytes(group)), kernel.alloc(8), kernel.put(bytes)];
    kernel.bytes(point, affineBytes(group)).fill(0);
    kernel.call[`${group}_curve_decode`]!(point, index, source, bytes.byteLength / KEY_POINT[group], 0);
    return kernel.bytes(point, affineBytes(group)).slice();
  });
}
