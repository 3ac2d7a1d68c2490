/**
 * Two sweeps over every circuit: each input plus one must be rejected, and each wire of a valid witness must be
 * determined by the inputs. What a rule leaves to the prover on purpose is listed with its reason, and the list must
 * not go stale.
 */
import { describe, expect, it } from "vitest";
import type { CircuitName } from "../../src/protocol/constants.ts";
import { Circuit } from "../support/circuit.ts";
import { ZERO_INVERSE, acceptedPlusOne, undetermined } from "../support/forge.ts";
import { honestExit, honestReceive, honestSpend, honestSolvency, inputsOf, type Inputs } from "../support/honest.ts";
import { Random } from "../support/random.ts";
import { KEYS, tableTree } from "../support/world.ts";

const PUBLIC = "public: the proof itself binds it";
const PATH = "below the path's depth only; bits and siblings above it name no node";
const ONE_SIDED = "bounded on the side that would help; more costs the prover";

interface Sweep {
  readonly inputs: () => Promise<Inputs>;
  /** Inputs that may be one more. */
  readonly free: Readonly<Record<string, string>>;
}

const SWEEPS: Readonly<Record<CircuitName, Sweep>> = {
  solvency: {
    inputs: async () =>
      inputsOf(
        honestSolvency(await tableTree("T"), {
          keys: { proveKey: KEYS.proveKey, spendLock: KEYS.spendLock },
          coverage: 8_000,
        }),
      ),
    free: {
      context: PUBLIC,
      spendKey: "not claimed: withSpendKey is 0",
      "accountSiblings[*]": PATH,
      joint: ONE_SIDED,
    },
  },
  spend: {
    inputs: async () => inputsOf(honestSpend(await tableTree("T"), { coverage: 8_000 }).statement),
    free: { context: PUBLIC, "spares[*]": "a spare instrument takes only sums of 0", joint: ONE_SIDED },
  },
  receive: {
    inputs: async () => inputsOf(honestReceive().statement),
    free: { context: PUBLIC, "noteSiblings[*][*]": PATH, "spares[*]": "a spare instrument takes only sums of 0" },
  },
  exit: {
    inputs: async () => inputsOf(honestExit().statement),
    free: { context: PUBLIC, "siblings[*]": PATH },
  },
};

describe.each(Object.entries(SWEEPS) as [CircuitName, Sweep][])("%s", (name, { inputs, free }) => {
  it("rejects every input plus one", async () => {
    const circuit = await Circuit.load(name, "T");
    expect(await acceptedPlusOne(circuit, await inputs())).toEqual(Object.keys(free).sort());
  });

  it("determines every wire", async () => {
    const circuit = await Circuit.load(name, "T");
    const witness = await circuit.witness(await inputs());
    expect(circuit.broken(witness)).toEqual([]);
    const loose = undetermined(circuit, witness, Random.named(`${name} wires`)).filter(
      (wire) => !ZERO_INVERSE.test(wire),
    );
    const unused = Object.keys(free);
    expect(loose.filter((wire) => !unused.includes(wire))).toEqual([]);
  });
});
