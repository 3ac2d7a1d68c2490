import * as cephes from "cephes";
import { beforeAll, expect, it } from "vitest";
import { exp, log, ndtr, pow } from "../../src/risk/cephes.ts";
import { Random } from "../support/random.ts";

const BUFFER = new DataView(new ArrayBuffer(8));
const bits = (x: number): bigint => (BUFFER.setFloat64(0, x), BUFFER.getBigUint64(0));
/** A result's bits, or that there is none. WebAssembly leaves it to the machine which of NaN's bits it gives. */
function told(f: () => number): bigint | "NaN" | "refused" {
  try {
    const result = f();
    return Number.isNaN(result) ? "NaN" : bits(result);
  } catch {
    return "refused";
  }
}

beforeAll(() => cephes.compiled);

it("gives the package's bits or refuses as it does, at the edges and at random", () => {
  const random = Random.named("cephes");
  const anyDouble = (): number => (BUFFER.setBigUint64(0, random.field() & (2n ** 64n - 1n)), BUFFER.getFloat64(0));
  const edges = [
    0,
    -0,
    1,
    -1,
    0.5,
    2,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
    709.78,
    709.79,
    -745.1,
    -745.2,
    1e-300,
    Infinity,
    -Infinity,
    NaN,
  ];
  const usual = (): number => anyDouble() % 40 || 0;
  const inputs = [...edges, ...Array.from({ length: 20_000 }, anyDouble), ...Array.from({ length: 20_000 }, usual)];
  for (const [i, x] of inputs.entries()) {
    const y = inputs[(i * 7 + 3) % inputs.length]!;
    const ours = [exp, log, ndtr].map((f) => told(() => f(x)));
    const theirs = [cephes.exp, cephes.log, cephes.ndtr].map((f) => told(() => f(x)));
    expect([...ours, told(() => pow(x, y))], `${x}, ${y}`).toEqual([...theirs, told(() => cephes.pow(x, y))]);
  }
});
