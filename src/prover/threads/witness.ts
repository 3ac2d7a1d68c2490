/**
 * circom's witness calculator, driven directly: compiled once, a fresh instance for each witness, results read as bytes.
 * What circom_runtime adds, a compilation and a bigint per wire each time, took longer than the calculation.
 *
 * Interface: circom 2.2, code_producers/src/wasm_elements.
 *
 * @module
 */
import { mod } from "@noble/curves/abstract/modular.js";
import { FIELD } from "../../protocol/constants.ts";
import type { CircuitInput, CircuitInputs } from "../../statements/request.ts";
import { INTEGER } from "../../base/wasm.ts";

const WORDS = INTEGER / 4;

interface Calculator {
  readonly memory: WebAssembly.Memory;
  getMessageChar(): number;
  getRawPrime(): void;
  getFieldNumLen32(): number;
  getWitnessSize(): number;
  getInputSize(): number;
  getSharedRWMemoryStart(): number;
  getInputSignalSize(high: number, low: number): number;
  init(sanityCheck: number): void;
  writeSharedRWMemory(word: number, value: number): void;
  setInputSignal(high: number, low: number, place: number): void;
  getWitness(wire: number): void;
}

/** circom's codes for what stops a calculation. */
const EXCEPTIONS = [
  "",
  "Signal not found",
  "Too many signals set",
  "Signal already set",
  "Assert Failed",
  "Not enough memory",
  "Input signal array access exceeds the size",
];

/**
 * The witness: 32 little-endian bytes per wire, reduced.
 *
 * @throws Error in the words of circom_runtime, which `explain` in snarkjsErrors.ts understands
 */
export async function calculateWitness(
  code: WebAssembly.Module,
  inputs: CircuitInputs,
): Promise<Uint8Array<ArrayBuffer>> {
  let trace = "";
  const message = (): string => {
    let text = "";
    for (let c = calculator.getMessageChar(); c !== 0; c = calculator.getMessageChar()) text += String.fromCharCode(c);
    return text;
  };
  const { exports } = await WebAssembly.instantiate(code, {
    runtime: {
      exceptionHandler: (n: number) => {
        throw new Error(`${EXCEPTIONS[n] ?? "Unknown error"}. ${trace}`);
      },
      printErrorMessage: () => void (trace += `${message()}\n`),
      // What a circuit logs may be secret: it goes nowhere.
      writeBufferMessage: () => void message(),
      showSharedRWMemory: () => undefined,
    },
  });
  const calculator = exports as unknown as Calculator;
  try {
    setInputs(calculator, inputs);
    const wires = calculator.getWitnessSize();
    const words = new Uint32Array(wires * WORDS);
    const shared = new Uint32Array(calculator.memory.buffer, calculator.getSharedRWMemoryStart(), WORDS);
    for (let i = 0; i < wires; i++) {
      calculator.getWitness(i);
      for (let j = 0; j < WORDS; j++) words[i * WORDS + j] = shared[j]!;
    }
    return new Uint8Array(words.buffer);
  } finally {
    new Uint8Array(calculator.memory.buffer).fill(0);
  }
}

function setInputs(calculator: Calculator, inputs: CircuitInputs): void {
  if (calculator.getFieldNumLen32() !== WORDS) throw new Error("the circuit is not over bn254");
  // No second check of every assignment: the proof is verified in the end.
  calculator.init(0);
  let given = 0;
  for (const [name, value] of Object.entries(inputs)) {
    const hash = fnv1a(name);
    const [high, low] = [Number(hash >> 32n), Number(hash & 0xffffffffn)];
    const values = flatten(value);
    const size = calculator.getInputSignalSize(high, low);
    if (size < 0) throw new Error(`Signal ${name} not found`);
    if (values.length < size) throw new Error(`Not enough values for input signal ${name}`);
    if (values.length > size) throw new Error(`Too many values for input signal ${name}`);
    values.forEach((each, place) => {
      const reduced = mod(each, FIELD);
      for (let j = 0; j < WORDS; j++)
        calculator.writeSharedRWMemory(j, Number((reduced >> BigInt(32 * j)) & 0xffffffffn));
      calculator.setInputSignal(high, low, place);
      given++;
    });
  }
  const size = calculator.getInputSize();
  if (given < size) throw new Error(`Not all inputs have been set. Only ${given} out of ${size}`);
}

const flatten = (value: CircuitInput): bigint[] => (typeof value === "bigint" ? [value] : value.flatMap(flatten));

/** FNV-1a, 64 bits, of a name in ASCII. */
function fnv1a(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const c of name) hash = BigInt.asUintN(64, (hash ^ BigInt(c.charCodeAt(0))) * 0x100000001b3n);
  return hash;
}
