/**
 * Poseidon in the kernel: the hashes of hash.ts in a fraction of their time.
 *
 * @module
 */
import { poseidonConstants } from "./poseidonConstants.ts";
import { numberToBytesLE } from "@noble/curves/utils.js";
import { INTEGER, type Pointer } from "../base/wasm.ts";
import { ELEMENT, type Kernel } from "./kernel.ts";

const MOST_INPUTS = 16;
/** 64-bit words of a whole number. */
const WORDS = INTEGER / 8;

interface Width {
  readonly partialRounds: number;
  readonly constants: Pointer;
  /** The result, and behind it the inputs. */
  readonly words: BigUint64Array;
}

/** Hashes in one instance of the kernel. What a number of inputs takes is made with its first hash, in 10 to 100 ms. */
export class KernelPoseidon {
  private readonly widths = new Map<number, Width>();
  private readonly numbers: Pointer;

  constructor(private readonly kernel: Kernel) {
    // One more than there are: reading a number takes a few bytes behind it.
    this.numbers = kernel.alloc(INTEGER * (1 + MOST_INPUTS + 1));
  }

  /** P(inputs) of 1 to 16 whole numbers below 2^256, which count modulo the field's order. @throws RangeError for another number of inputs */
  hash(inputs: readonly bigint[]): bigint {
    const { partialRounds, constants, words } = this.width(inputs.length);
    for (let i = 0, at = WORDS; i < inputs.length; i++) {
      const value = inputs[i]!;
      words[at++] = value;
      words[at++] = value >> 64n;
      words[at++] = value >> 128n;
      words[at++] = value >> 192n;
    }
    this.kernel.call["poseidon_hash"]!(this.numbers, this.numbers + INTEGER, inputs.length, partialRounds, constants);
    return words[0]! | (words[1]! << 64n) | (words[2]! << 128n) | (words[3]! << 192n);
  }

  private width(inputs: number): Width {
    const known = this.widths.get(inputs);
    // Its memory is another one once the instance has grown.
    if (known !== undefined && known.words.byteLength > 0) return known;
    const made = { ...(known ?? this.place(inputs)), words: this.view() };
    this.widths.set(inputs, made);
    return made;
  }

  private place(inputs: number): Omit<Width, "words"> {
    const { first, matrix, into, full, partial } = poseidonConstants(inputs);
    const half = full.length >> 1;
    const values = [
      ...matrix.flat(),
      ...into.flat(),
      ...first,
      ...full.slice(0, half + 1).flat(),
      ...partial.flatMap(({ added, row, column }) => [added, ...row, ...column]),
      ...full.slice(half + 1).flat(),
    ];
    const constants = this.kernel.alloc(values.length * ELEMENT);
    values.forEach((value, i) => {
      this.kernel.bytes(this.numbers, INTEGER).set(numberToBytesLE(value, INTEGER));
      this.kernel.call["fr_fromInteger"]!(constants + i * ELEMENT, this.numbers);
    });
    return { partialRounds: partial.length, constants };
  }

  private view(): BigUint64Array {
    const { buffer, byteOffset } = this.kernel.bytes(this.numbers, INTEGER * (1 + MOST_INPUTS));
    return new BigUint64Array(buffer, byteOffset, (1 + MOST_INPUTS) * WORDS);
  }
}
