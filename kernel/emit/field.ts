/**
 * Writes the kernel's field arithmetic as AssemblyScript: straight-line code, one function per fused formula.
 *
 * An element is nine 29-bit limbs, least significant first, each in an i32 (36 bytes), value Σ limb_i · 2^29i; the form
 * is Montgomery's with R = 2^261. It is **redundant and signed**: limbs 0 to 7 lie in [0, 2^29), the top one carries the
 * sign, and a stored value lies in (−2p, 2p), in an NTT in (−64p, 64p). R / p > 2^7 pays for that: no step ever compares
 * with p.
 *
 * Bounds. A column of a product is Σ of at most nine a_i·b_j, and the reduction adds at most 9·2^58 to it. Intermediate
 * sums may wrap, i64 being a ring modulo 2^64; the column itself must stay below 2^63, so |a_i|·|b_j| ≤ 2^59.3: an
 * operand may be one uncarried sum or difference of stored elements and the other a stored one, or both differences.
 * In the extension two products meet in a column, so |a_i|·|b_j| ≤ 2^58.3: there only a difference, whose limbs stay
 * below 2^29, may be uncarried.
 * |a·b| / R adds 0.0065·(|a|/p)·(|b|/p)·p to the result's range, at most 0.11p wherever a value below 4p meets another.
 * In an NTT a value grows by p and 0.0065 of its own range a stage: from 2p to 32p after 27, the most that keys have.
 *
 * @module
 */
export const LIMBS = 9;
export const LIMB_BITS = 29;
export const ELEMENT_BYTES = 4 * LIMBS;
const RADIX = 1n << BigInt(LIMB_BITS);
const MASK = RADIX - 1n;
/** R of Montgomery's form. */
export const MONTGOMERY = 1n << BigInt(LIMBS * LIMB_BITS);
/** Precision of the quotient estimate from the top limb. */
const QUOTIENT_BITS = 40n;

/** Part of an operand: an element behind a pointer, negated where `minus` says so. */
export interface Term {
  readonly ptr: string;
  readonly minus?: boolean;
}

/** r = x · y − Σ minus, or r = x² − Σ minus where `y` is left out. */
export interface ProductSpec {
  readonly name: string;
  readonly params: string;
  readonly x: readonly Term[];
  readonly y?: readonly Term[];
  readonly minus?: readonly Term[];
}

/** Limbs of a whole number in [0, R), as decimal literals. */
export const limbs = (value: bigint): bigint[] =>
  Array.from({ length: LIMBS }, (_, i) => (value >> BigInt(LIMB_BITS * i)) & MASK);

function inverseModulo(a: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, ((a % m) + m) % m, 0n, 1n];
  while (r1 !== 0n) [r0, r1, s0, s1] = [r1, r0 % r1, s1, s0 - (r0 / r1) * s1];
  return ((s0 % m) + m) % m;
}

/** Emits functions over a prime field; sums also over its extension by u² = −1, component by component. */
export class FieldEmitter {
  private readonly p: bigint[];
  /** −1/p modulo 2^29. */
  private readonly factor: bigint;
  /** 2^−29 modulo p, less p: one limb times this, a limb higher, is what reduction puts in the limb's place. */
  private readonly fold: bigint[];
  /** round(2^40 / (p / 2^232)). */
  private readonly quotient: bigint;

  constructor(modulus: bigint) {
    this.p = limbs(modulus);
    this.factor = RADIX - inverseModulo(modulus & MASK, RADIX);
    const fold = limbs(inverseModulo(RADIX, modulus));
    this.fold = fold.map((limb, i) => limb - this.p[i]!);
    const top = 1n << BigInt(LIMB_BITS * (LIMBS - 1));
    this.quotient = ((1n << QUOTIENT_BITS) * top + modulus / 2n) / modulus;
  }

  /** A product in the prime field. */
  product({ name, params, x, y, minus = [] }: ProductSpec): string {
    const body = [this.load("a", x)];
    if (y !== undefined) body.push(this.load("b", y));
    body.push(this.subtrahend("e", minus));
    const columns = y === undefined ? this.square("a", body) : this.karatsuba("a", "b", "u", body);
    body.push(this.reduce(columns, minus.length > 0 ? "e" : undefined, y === undefined));
    return wrap(name, params, body);
  }

  /** x = the 17 columns of a·b, i64 each: half a product, for sums of products that share a reduction. */
  wide(name: string): string {
    const body = [this.load("a", [{ ptr: "a" }]), this.load("b", [{ ptr: "b" }])];
    this.karatsuba("a", "b", "u", body).forEach((sum, k) => body.push(`  store<i64>(r, ${sum}, ${8 * k});`));
    return wrap(name, "a: usize, b: usize", body);
  }

  /** r = (columns at x − columns at y) / R, less the element at e where `minus`. */
  wideReduce(name: string, minus: boolean): string {
    const columns = Array.from({ length: 2 * LIMBS - 1 }, (_, k) => `load<i64>(x, ${8 * k}) - load<i64>(y, ${8 * k})`);
    const body = minus ? [this.subtrahend("e", [{ ptr: "e" }])] : [];
    body.push(this.reduce(columns, minus ? "e" : undefined));
    return wrap(name, `x: usize, y: usize${minus ? ", e: usize" : ""}`, body);
  }

  /** r = Σ terms, brought into (−0.51p, 0.51p): up to 64 multiples of p are taken off. */
  sum(name: string, params: string, terms: readonly Term[], components: 1 | 2 = 1): string {
    const body: string[] = [];
    for (let c = 0; c < components; c++) {
      const [v, at] = [`v${c}_`, c * ELEMENT_BYTES];
      body.push(this.load(v, terms, at), `  const q${c}: i64 = ${this.estimate(`${v}8`)};`, `  let t${c}: i64 = 0;`);
      body.push(each((i) => `t${c} += ${v}${i} - q${c} * ${this.p[i]}; ${store(`t${c}`, i, at)}`));
    }
    return wrap(name, params, body);
  }

  /**
   * The butterfly of a decimation-in-time NTT: (u, v) becomes (u + v·w, u − v·w). Grows u's range by that of a product
   * and takes nothing off.
   */
  butterfly(name: string): string {
    const body = [this.load("a", [{ ptr: "v" }]), this.load("b", [{ ptr: "w" }]), this.load("e", [{ ptr: "u" }])];
    const columns = this.karatsuba("a", "b", "z", body);
    const emit = (limb: string, i: number): string =>
      `  plus += e${i} + ${limb}; ${store("plus", i, 0, "u")}\n  less += e${i} - ${limb}; ${store("less", i, 0, "v")}`;
    body.push("  let plus: i64 = 0, less: i64 = 0;", this.reduce(columns, undefined, false, emit));
    return `export function ${name}(u: usize, v: usize, w: usize): void {\n${body.join("\n")}\n}\n`;
  }

  /** Whether a − b may be a multiple of p: never wrong when it is, rarely true when it isn't. */
  maybeEqual(name: string, components: 1 | 2 = 1): string {
    const test = (at: number): string =>
      `((((load<i32>(a, ${at}) - load<i32>(b, ${at})) * ${Number(this.factor)} + 8) & ${MASK}) <= 16)`;
    const tests = Array.from({ length: components }, (_, c) => test(c * ELEMENT_BYTES)).join(" && ");
    return `export function ${name}(a: usize, b: usize): bool { return ${tests}; }\n`;
  }

  private load(to: string, terms: readonly Term[], at = 0): string {
    const part = ({ ptr, minus = false }: Term, i: number): string =>
      `${minus ? "- " : "+ "}<i64>load<i32>(${ptr}, ${4 * i + at})`;
    return each(
      (i) =>
        `const ${to}${i}: i64 = ${terms
          .map((term) => part(term, i))
          .join(" ")
          .replace(/^\+ /, "")};`,
    );
  }

  /** Loads what a product takes off, and how many times p to put back for it to lie within (−0.51p, 0.51p). */
  private subtrahend(to: string, terms: readonly Term[]): string {
    if (terms.length === 0) return "";
    return `${this.load(to, terms)}\n  const ${to}q: i64 = ${this.estimate(`${to}8`)};`;
  }

  private estimate(top: string): string {
    return `(${top} * ${this.quotient} + ${1n << (QUOTIENT_BITS - 1n)}) >> ${QUOTIENT_BITS}`;
  }

  /**
   * Columns of x·y by Karatsuba's identity on every pair of limbs, x_i·y_j + x_j·y_i = (x_i − x_j)(y_j − y_i) + x_i·y_i +
   * x_j·y_j: 45 multiplications instead of 81 (Weimerskirch and Paar, "Generalizations of the Karatsuba Algorithm").
   * Faster than 81 because a processor adds four times for each time it multiplies.
   */
  private karatsuba(x: string, y: string, diagonal: string, body: string[]): string[] {
    body.push(each((i) => `const ${diagonal}${i}: i64 = ${i > 0 ? `${diagonal}${i - 1} + ` : ""}${x}${i} * ${y}${i};`));
    return Array.from({ length: 2 * LIMBS - 1 }, (_, k) => {
      const [low, high] = [Math.max(0, k - LIMBS + 1), Math.min(k, LIMBS - 1)];
      const terms = [low === 0 ? `${diagonal}${high}` : `(${diagonal}${high} - ${diagonal}${low - 1})`];
      for (let i = low; i < k - i; i++) terms.push(`(${x}${i} - ${x}${k - i}) * (${y}${k - i} - ${y}${i})`);
      return terms.join(" + ");
    });
  }

  private square(x: string, body: string[]): string[] {
    body.push(each((i) => `const d${i}: i64 = ${x}${i} << 1;`));
    return Array.from({ length: 2 * LIMBS - 1 }, (_, k) => {
      const terms: string[] = [];
      for (let i = Math.max(0, k - LIMBS + 1); i <= k - i; i++)
        terms.push(i < k - i ? `${x}${i} * d${k - i}` : `${x}${i} * ${x}${i}`);
      return terms.join(" + ");
    });
  }

  /**
   * Divides columns by R and stores nine limbs. Each of the lowest eight limbs m is replaced by m · (2^−29 mod p) one
   * column up, which needs no quotient digit; the ninth goes Montgomery's way. The result is columns / R plus less than
   * p, and more than −p. `pairs` applies Karatsuba's identity to m · fold too, which pays in squares.
   */
  private reduce(
    columns: readonly string[],
    minus: string | undefined,
    pairs = false,
    emit: (limb: string, i: number) => string = (limb, i) => `  store<i32>(r, <i32>(${limb}), ${4 * i});`,
  ): string {
    const [t, m, d] = ["t", "m", "d_"];
    const last = LIMBS - 1;
    const lines = [`  let ${t}: i64 = 0;`];
    for (let k = 0; k < 2 * LIMBS; k++) {
      const terms = k < columns.length ? [columns[k]!] : [];
      for (let i = Math.max(0, k - 1 - last); i <= k - 1 && i < last; i++) {
        const j = k - 1 - i;
        if (!pairs || j === last) terms.push(`${m}${i} * ${this.fold[j]}`);
        else if (j > i) terms.push(`(${m}${i} - ${m}${j}) * ${this.fold[j]! - this.fold[i]!}`);
      }
      if (pairs && k > 0 && k - 1 <= 2 * (last - 1)) {
        const [low, high] = [Math.max(0, k - last), Math.min(k - 1, last - 1)];
        terms.push(low === 0 ? `${d}${high}` : `${d}${high} - ${d}${low - 1}`);
      }
      if (k > last && k - last < LIMBS) terms.push(`${m}${last} * ${this.p[k - last]}`);
      if (k >= LIMBS && minus !== undefined) terms.push(`${minus}q * ${this.p[k - LIMBS]} - ${minus}${k - LIMBS}`);
      if (terms.length > 0) lines.push(`  ${t} += ${terms.join(" + ")};`);
      if (k < last) {
        lines.push(`  const ${m}${k}: i64 = ${t} & ${MASK};`, `  ${t} >>= ${LIMB_BITS};`);
        if (pairs) lines.push(`  const ${d}${k}: i64 = ${k > 0 ? `${d}${k - 1} + ` : ""}${m}${k} * ${this.fold[k]};`);
      } else if (k === last) {
        lines.push(`  const ${m}${k}: i64 = (${t} * ${this.factor}) & ${MASK};`);
        lines.push(`  ${t} = (${t} + ${m}${k} * ${this.p[0]}) >> ${LIMB_BITS};`);
      } else if (k < 2 * LIMBS - 1) lines.push(emit(`(${t} & ${MASK})`, k - LIMBS), `  ${t} >>= ${LIMB_BITS};`);
      else lines.push(emit(t, last));
    }
    return lines.join("\n");
  }
}

const each = (line: (i: number) => string): string =>
  Array.from({ length: LIMBS }, (_, i) => `  ${line(i)}`).join("\n");

/** Stores the low 29 bits of `t` as limb i and carries the rest; the top limb takes all. */
const store = (t: string, i: number, at: number, ptr = "r"): string =>
  i < LIMBS - 1
    ? `store<i32>(${ptr}, <i32>(${t} & ${MASK}), ${4 * i + at}); ${t} >>= ${LIMB_BITS};`
    : `store<i32>(${ptr}, <i32>${t}, ${4 * i + at});`;

const wrap = (name: string, params: string, body: readonly string[]): string =>
  `export function ${name}(r: usize, ${params}): void {\n${body.filter((part) => part !== "").join("\n")}\n}\n`;
