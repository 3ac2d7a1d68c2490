import { beforeAll, describe, expect, it } from "vitest";
import { Circuit } from "../support/circuit.ts";
import { honestExit, inputsOf } from "../support/honest.ts";

let circuit: Circuit;
beforeAll(async () => {
  circuit = await Circuit.load("exit", "T");
});

describe("exit", () => {
  it("pays what the leaf says", async () => {
    expect(await circuit.verdict(inputsOf(honestExit().statement))).toBe("accepted");
  });

  it.each(["instrument", "lots", "recipient"])("pays no other %s", async (name) => {
    const inputs = inputsOf(honestExit().statement);
    inputs[name] = (inputs[name] as bigint) + 1n;
    expect(await circuit.verdict(inputs)).toContain("root === exitsRoot");
  });

  it("is spent by one nullifier", async () => {
    const inputs = inputsOf(honestExit().statement);
    inputs["spent"] = (inputs["spent"] as bigint) + 1n;
    expect(await circuit.verdict(inputs)).toContain("nullifier === spent");
  });

  it("is not in an empty tree, however deep", async () => {
    const inputs = { ...inputsOf(honestExit().statement), exitsRoot: 0n, depth: 5n };
    expect(await circuit.verdict(inputs)).toContain("isZero === 0");
  });
});
