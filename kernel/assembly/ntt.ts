/**
 * Number-theoretic transform over Fr, in place, decimation in time: input in bit-reversed order, output in natural
 * order. Values grow from stage to stage and are brought back by the product that follows (emit/field.ts).
 */
import * as F from "./fr";

/** roots[k] = root^k for k < half, Montgomery form. */
export function powers(roots: usize, root: usize, half: usize): void {
  F.one(roots);
  for (let k: usize = 1; k < half; k++) F.mul(roots + k * F.SIZE, roots + (k - 1) * F.SIZE, root);
}

/** table[j] = first·step^j: with first = 1/n, what takes an inverse transform's results to the coset of `step`. */
export function cosetFactors(table: usize, first: usize, step: usize, n: usize): void {
  F.copy(table, first);
  for (let k: usize = 1; k < n; k++) F.mul(table + k * F.SIZE, table + (k - 1) * F.SIZE, step);
}

/** Transforms n = 2^log elements; `roots` has n / 2. */
export function ntt(data: usize, log: usize, roots: usize): void {
  const n: usize = 1 << log;
  const end = data + n * F.SIZE;
  for (let stage: usize = 0; stage < log; stage++) {
    const half: usize = F.SIZE << stage;
    const stride: usize = F.SIZE << (log - 1 - stage);
    for (let block = data; block < end; block += 2 * half) {
      let root = roots;
      for (let u = block; u < block + half; u += F.SIZE, root += stride) F.butterfly(u, u + half, root);
    }
  }
}

/** to[reverse(j)] = from[j] · factors[j]. */
export function scatter(to: usize, from: usize, factors: usize, log: usize): void {
  const n: u32 = 1 << <u32>log;
  for (let j: u32 = 0; j < n; j++) {
    F.mul(to + <usize>reversed(j, <u32>log) * F.SIZE, from + <usize>j * F.SIZE, factors + <usize>j * F.SIZE);
  }
}

/** The lowest `log` bits of j in reverse. */
export function reversed(j: u32, log: u32): u32 {
  let r = ((j >> 1) & 0x55555555) | ((j & 0x55555555) << 1);
  r = ((r >> 2) & 0x33333333) | ((r & 0x33333333) << 2);
  r = ((r >> 4) & 0x0f0f0f0f) | ((r & 0x0f0f0f0f) << 4);
  r = ((r >> 8) & 0x00ff00ff) | ((r & 0x00ff00ff) << 8);
  return log == 0 ? 0 : ((r >> 16) | (r << 16)) >> (32 - log);
}
