/**
 * H's scalars: (A·w)(B·w) − C·w on the odd coset of the doubled domain. The key's points carry the division by the
 * vanishing polynomial. Conventions: snarkjs 0.7.6, src/groth16_prove.js.
 *
 * @module
 */
import { pow } from "@noble/curves/abstract/modular.js";
import { ArtifactError } from "../../base/errors.ts";
import { FIELD } from "../../protocol/constants.ts";
import { INTEGER, type Pointer } from "../../base/wasm.ts";
import { ELEMENT, type Kernel } from "../../kernel/kernel.ts";
import { COEFFICIENT_BYTES, type KeyLayout, type KeySource } from "../../groth16/zkey.ts";

/** Coefficients read from a key at once. */
const CHUNK = 1 << 16;
const TERM_BYTES = 12;
/** r − 1 = 2^28 · odd, and 5 is no square modulo r (Fr of ffjavascript starts from it too). */
const TWO_ADICITY = 28;
const NON_RESIDUE = 5n;

/** The root of order 2^k that keys are made with. */
const rootOfUnity = (k: number): bigint => {
  const root = pow(NON_RESIDUE, (FIELD - 1n) >> BigInt(TWO_ADICITY), FIELD);
  return pow(root, 1n << BigInt(TWO_ADICITY - k), FIELD);
};

export class Quotient {
  private constructor(
    private readonly kernel: Kernel,
    private readonly layout: KeyLayout,
    private readonly terms: Pointer,
    private readonly values: Pointer,
    private readonly roots: Pointer,
    private readonly inverseRoots: Pointer,
    private readonly factors: Pointer,
  ) {}

  static load(kernel: Kernel, layout: KeyLayout, source: KeySource): Quotient {
    const { domain, log } = layout;
    const { terms, values } = loadTerms(kernel, layout, source);
    const element = (value: bigint): Pointer => {
      const [r, plain] = [kernel.alloc(ELEMENT), kernel.putInteger(value)];
      kernel.call["fr_fromInteger"]!(r, plain);
      return r;
    };
    const root = rootOfUnity(log);
    const [roots, inverseRoots] = [kernel.alloc((domain / 2) * ELEMENT), kernel.alloc((domain / 2) * ELEMENT)];
    kernel.call["ntt_powers"]!(roots, element(root), domain / 2);
    kernel.call["ntt_powers"]!(inverseRoots, element(pow(root, FIELD - 2n, FIELD)), domain / 2);
    const factors = kernel.alloc(domain * ELEMENT);
    kernel.call["ntt_cosetFactors"]!(
      factors,
      element(pow(BigInt(domain), FIELD - 2n, FIELD)),
      element(rootOfUnity(log + 1)),
      domain,
    );
    return new Quotient(kernel, layout, terms, values, roots, inverseRoots, factors);
  }

  /** H's scalars, 32 bytes each, at `out`, from the witness, 32 bytes each. */
  run(witness: Pointer, out: Pointer): void {
    const {
      kernel,
      layout: { domain, log, wires, coefficients },
      roots,
      inverseRoots,
      factors,
    } = this;
    const { call } = kernel;
    kernel.scoped(() => {
      const size = domain * ELEMENT;
      // Four polynomials, one spare: b lies right after a.
      const base = kernel.alloc(4 * size);
      const [a, b, c, spare] = [base, base + size, base + 2 * size, base + 3 * size] as const;
      kernel.scoped(() => {
        const limbs = kernel.alloc(wires * ELEMENT);
        call["qap_unpackAll"]!(limbs, witness, wires);
        call["qap_buildAbc"]!(a, c, log, this.terms, coefficients, this.values, limbs);
      });
      // Each lands where the one before it was.
      let [free, c2, b2, a2] = [spare, c, b, a];
      const toCoset = (from: Pointer): Pointer => {
        call["ntt_ntt"]!(from, log, inverseRoots);
        call["ntt_scatter"]!(free, from, factors, log);
        call["ntt_ntt"]!(free, log, roots);
        const to = free;
        free = from;
        return to;
      };
      [c2, b2, a2] = [toCoset(c), toCoset(b), toCoset(a)];
      call["qap_joinAbc"]!(out, a2, b2, c2, domain);
    });
  }

  /** Bytes of the scalars. */
  get bytes(): number {
    return this.layout.domain * INTEGER;
  }
}

/** The key's coefficients as terms over a dictionary of values. @throws ArtifactError when one is out of place */
function loadTerms(
  kernel: Kernel,
  { coefficients, log, wires, at }: KeyLayout,
  source: KeySource,
): { terms: Pointer; values: Pointer } {
  const terms = kernel.alloc(coefficients * TERM_BYTES);
  // Most keys have few different values; room for the dictionary is only known at the end, so it is made above and moved.
  const dictionary = kernel.scoped(() => {
    const slotCount = kernel.call["qap_slotsFor"]!(coefficients);
    const slots = kernel.alloc(4 * slotCount);
    kernel.bytes(slots, 4 * slotCount).fill(0);
    const raw = kernel.alloc(INTEGER * coefficients);
    const bytes = kernel.alloc(CHUNK * COEFFICIENT_BYTES);
    let known = 0;
    for (let from = 0; from < coefficients; from += CHUNK) {
      const length = Math.min(CHUNK, coefficients - from);
      source.read(kernel.bytes(bytes, length * COEFFICIENT_BYTES), at.coefficients + from * COEFFICIENT_BYTES);
      known = kernel.call["qap_index"]!(
        bytes,
        length,
        log,
        wires,
        terms + from * TERM_BYTES,
        raw,
        known,
        slots,
        slotCount,
      );
      if (known < 0) throw new ArtifactError(source.name, "has a coefficient outside its matrices");
    }
    return kernel.bytes(raw, known * INTEGER).slice();
  });
  const count = dictionary.byteLength / INTEGER;
  const values = kernel.alloc(count * ELEMENT);
  kernel.scoped(() => kernel.call["qap_decodeValues"]!(values, kernel.put(dictionary), count));
  return { terms, values };
}
