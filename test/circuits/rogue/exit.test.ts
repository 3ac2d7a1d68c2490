/**
 * Forgeries that only the circuit can refuse, each by its own guard: take the guard away and the forgery is accepted.
 * What a refusal says is the constraint that failed and the templates around it, innermost first.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { hash } from "../../../src/protocol/hash.ts";
import { FIELD } from "../../../src/protocol/constants.ts";
import { Circuit } from "../../support/circuit.ts";
import { honestExit, inputsOf } from "../../support/honest.ts";

describe("exit", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await Circuit.load("exit", "T");
  });

  it("reads lots + r as the same element: a contract must refuse the second spelling, and does", async () => {
    const inputs = inputsOf(honestExit().statement);
    const witness = await circuit.witness({ ...inputs, lots: (inputs["lots"] as bigint) + FIELD });
    expect(witness[circuit.wires.get("lots")!]).toBe(inputs["lots"]);
  });

  it("refuses another salt, which would be a second nullifier of one leaf", async () => {
    const { statement, exit } = honestExit();
    const inputs = inputsOf(statement);
    expect(
      await circuit.verdict({ ...inputs, salt: exit.salt + 1n, spent: hash("EXIT_SPENT", exit.leaf, exit.salt + 1n) }),
    ).toBe("Exit: root === exitsRoot;");
  });
});
