/**
 * The quadratic arithmetic program of a constraint system, evaluated at a known τ: the scalars that a Groth16 key holds
 * in the exponent. Groth, "On the Size of Pairing-based Non-interactive Arguments" (2016), section 3.2, with snarkjs's
 * conventions: one more row per public signal, so that the public polynomials are independent, and h given on the odd
 * coset of the doubled domain.
 *
 * @module
 */
import { FIELD } from "../protocol/constants.ts";
import type { Pointer } from "../base/wasm.ts";
import { Bn254, FIELD_BYTES } from "./bn254.ts";
import type { Bn254Source } from "./bn254Code.ts";
import type { R1cs } from "./r1cs.ts";
import type { ToxicWaste } from "./toxicWaste.ts";

/** Coefficient of matrix A or B in a zkey: matrix, constraint and wire as u32, then value·2^512 mod FIELD. */
const COEFFICIENT_BYTES = 12 + FIELD_BYTES;
/** A linear combination's term in an r1cs: wire as u32, then the coefficient. */
const TERM_BYTES = 4 + FIELD_BYTES;

/** Scalars in plain form, FIELD_BYTES each. Shared memory, so that worker threads read them; the caller wipes them. */
export interface QapScalars {
  /** A_i(τ) and B_i(τ) of every wire i. */
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  /** (β·A_i(τ) + α·B_i(τ) + C_i(τ)) over γ for the constant and the public wires, over δ for the others. */
  readonly k: Uint8Array;
  /** L_{2j+1}(τ) / δ over the doubled domain, for every j below the domain's size. */
  readonly h: Uint8Array;
}

/** Evaluates the program. */
export async function evaluateQap(
  source: Bn254Source,
  r1cs: R1cs,
  waste: ToxicWaste,
): Promise<{ readonly scalars: QapScalars; readonly coefficients: Uint8Array }> {
  const bn = await Bn254.create(source);
  const { mul, add, toMontgomery, inverse } = field(bn);
  const secret = (name: keyof ToxicWaste): Pointer => {
    const pointer = bn.put(waste[name]);
    toMontgomery(pointer, pointer);
    return pointer;
  };
  const [alpha, beta, gammaInverse, deltaInverse] = [
    secret("alpha"),
    secret("beta"),
    secret("gamma"),
    secret("delta"),
  ] as const;
  inverse(gammaInverse, gammaInverse);
  inverse(deltaInverse, deltaInverse);

  const root = source.rootsOfUnity[Math.log2(2 * r1cs.domain)];
  if (root === undefined) throw new RangeError(`bn254 has no domain of ${2 * r1cs.domain} points`);
  const basis = lagrangeBasis(bn, secret("tau"), bn.put(root), r1cs.domain, deltaInverse);
  const { sums, coefficients } = sumMatrices(bn, r1cs, basis.even);
  const [a, b, k] = sums;
  const product = bn.alloc(FIELD_BYTES);
  for (let wire = 0; wire < r1cs.wires; wire++) {
    const at = wire * FIELD_BYTES;
    mul(a + at, beta, product);
    add(k + at, product, k + at);
    mul(b + at, alpha, product);
    add(k + at, product, k + at);
    mul(k + at, wire <= r1cs.publicSignals ? gammaInverse : deltaInverse, k + at);
  }
  const share = (pointer: Pointer, count: number): Uint8Array => {
    const shared = new Uint8Array(new SharedArrayBuffer(count * FIELD_BYTES));
    shared.set(bn.bytes(pointer, count * FIELD_BYTES));
    return shared;
  };
  const scalars = {
    a: share(a, r1cs.wires),
    b: share(b, r1cs.wires),
    k: share(k, r1cs.wires),
    h: share(basis.odd, r1cs.domain),
  };
  bn.wipe();
  return { scalars, coefficients };
}

/**
 * L_j(τ) = (τ^n − 1)/n · w^j / (τ − w^j). Even powers of the doubled domain's root give the basis over the domain (in
 * Montgomery form: it multiplies plain coefficients), odd ones that of h, over δ and in plain form.
 */
function lagrangeBasis(
  bn: Bn254,
  tau: Pointer,
  root: Pointer,
  domain: number,
  deltaInverse: Pointer,
): { readonly even: Pointer; readonly odd: Pointer } {
  const { mul, add, sub, copy, one, inverse, toMontgomery } = field(bn);
  const power = Math.log2(domain);
  const [even, odd] = [bn.alloc(domain * FIELD_BYTES), bn.alloc(domain * FIELD_BYTES)];
  const powers = bn.alloc(2 * domain * FIELD_BYTES);
  const inverses = bn.alloc(2 * domain * FIELD_BYTES);

  one(powers);
  for (let j = 0; j < 2 * domain; j++) {
    const at = j * FIELD_BYTES;
    if (j > 0) mul(powers + at - FIELD_BYTES, root, powers + at);
    sub(tau, powers + at, inverses + at);
  }
  bn.reserve(2 * (2 * domain + 1) * FIELD_BYTES);
  bn.call["frm_batchInverse"]!(inverses, FIELD_BYTES, 2 * domain, inverses, FIELD_BYTES);

  const [unit, vanishing, factor] = [bn.alloc(FIELD_BYTES), bn.alloc(FIELD_BYTES), bn.alloc(FIELD_BYTES)];
  one(unit);
  copy(tau, vanishing);
  const size = bn.putInteger(BigInt(domain));
  toMontgomery(size, size);
  for (const [basis, start] of [
    [even, 0],
    [odd, 1],
  ] as const) {
    // vanishing = τ^n the first time, τ^2n the second; size = n, then 2n.
    for (let i = 0; i < (start === 0 ? power : 1); i++) mul(vanishing, vanishing, vanishing);
    if (start === 1) add(size, size, size);
    inverse(size, factor);
    const z = bn.alloc(FIELD_BYTES);
    sub(vanishing, unit, z);
    mul(factor, z, factor);
    if (start === 1) mul(factor, deltaInverse, factor);
    for (let j = 0; j < domain; j++) {
      const [from, to] = [(2 * j + start) * FIELD_BYTES, basis + j * FIELD_BYTES];
      mul(powers + from, inverses + from, to);
      mul(to, factor, to);
    }
  }
  bn.call["frm_batchFromMontgomery"]!(odd, domain, odd);
  return { even, odd };
}

/** A_i(τ), B_i(τ), C_i(τ) of every wire in plain form, and the coefficients of A and B as a zkey stores them. */
function sumMatrices(
  bn: Bn254,
  r1cs: R1cs,
  basis: Pointer,
): { readonly sums: readonly [Pointer, Pointer, Pointer]; readonly coefficients: Uint8Array } {
  const { mul, add } = field(bn);
  const table = (): Pointer => bn.alloc(r1cs.wires * FIELD_BYTES);
  const sums = [table(), table(), table()] as const;
  const source = bn.put(r1cs.bytes);
  const target = bn.alloc(coefficientCount(r1cs) * COEFFICIENT_BYTES);
  // A Montgomery product divides by 2^256, so this one turns a plain value into value·2^512.
  const scale = bn.putInteger(2n ** 768n % FIELD);
  const one = bn.putInteger(1n);
  const product = bn.alloc(FIELD_BYTES);
  const words = bn.words();

  let [read, write] = [source, target];
  const emit = (matrix: number, constraint: number, wire: number, value: Pointer): void => {
    words.setUint32(write, matrix, true);
    words.setUint32(write + 4, constraint, true);
    words.setUint32(write + 8, wire, true);
    mul(value, scale, write + 12);
    write += COEFFICIENT_BYTES;
  };
  const take = (matrix: 0 | 1 | 2, constraint: number, wire: number, value: Pointer): void => {
    const sum = sums[matrix] + wire * FIELD_BYTES;
    mul(value, basis + constraint * FIELD_BYTES, product);
    add(sum, product, sum);
    if (matrix < 2) emit(matrix, constraint, wire, value);
  };
  for (let constraint = 0; constraint < r1cs.constraints; constraint++) {
    for (const matrix of [0, 1, 2] as const) {
      const end = read + 4 + words.getUint32(read, true) * TERM_BYTES;
      for (read += 4; read < end; read += TERM_BYTES) take(matrix, constraint, words.getUint32(read, true), read + 4);
    }
  }
  for (let wire = 0; wire <= r1cs.publicSignals; wire++) take(0, r1cs.constraints + wire, wire, one);
  return { sums, coefficients: bn.bytes(target, write - target).slice() };
}

/** Terms of A and B, the rows of the public signals among them. */
function coefficientCount(r1cs: R1cs): number {
  const words = new DataView(r1cs.bytes.buffer, r1cs.bytes.byteOffset, r1cs.bytes.byteLength);
  let count = r1cs.publicSignals + 1;
  for (let i = 0, at = 0; i < 3 * r1cs.constraints; i++) {
    const terms = words.getUint32(at, true);
    if (i % 3 < 2) count += terms;
    at += 4 + terms * TERM_BYTES;
  }
  return count;
}

/** The field's operations; each writes its result through its last pointer. */
function field(bn: Bn254) {
  const { call } = bn;
  return {
    mul: call["frm_mul"]!,
    add: call["frm_add"]!,
    sub: call["frm_sub"]!,
    copy: call["frm_copy"]!,
    one: call["frm_one"]!,
    inverse: call["frm_inverse"]!,
    toMontgomery: call["frm_toMontgomery"]!,
  };
}
