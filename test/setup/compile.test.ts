import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { INSTANCES, TIERS, publicSignals } from "../../src/protocol/constants.ts";
import { ROOT } from "../../src/setup/build.ts";
import { parseDiagnostics, runCircom } from "../../src/setup/circom.ts";
import { compileInputs } from "../../src/setup/compile.ts";
import { compareCosts, costsTable, type Costs } from "../../src/setup/costs.ts";
import { instanceName, mainComponent } from "../../src/setup/mainComponent.ts";
import { checkPublicSignals, publicNames, signalNames } from "../../src/setup/symbols.ts";
import { compiledMixer } from "../support/mixer.ts";

const SCRATCH = `build/test/compile-${process.pid}`;
beforeAll(() => mkdir(join(ROOT, SCRATCH), { recursive: true }));
afterAll(() => rm(join(ROOT, SCRATCH), { recursive: true }));

async function source(name: string, text: string): Promise<string> {
  const path = `${SCRATCH}/${name}.circom`;
  await writeFile(join(ROOT, path), text);
  return path;
}

describe("main component", () => {
  test("takes names and numbers from protocol.ts", () => {
    expect(mainComponent({ circuit: "solvency", tier: "M" })).toContain(
      `component main {public [accountsRoot, tableRoot, alias, claim, committee, ciphertext, context]} = Solvency(16, 8, 2, 64, ${TIERS.M.depth}, 4);`,
    );
    expect(mainComponent({ circuit: "exit", tier: "T" })).toContain("= Exit(4);");
  });

  test("inputs differ between instances and stay the same between calls", async () => {
    const hashes = await Promise.all(INSTANCES.map((instance) => compileInputs(ROOT, instance)));
    expect(new Set(hashes).size).toBe(INSTANCES.length);
    expect(await compileInputs(ROOT, INSTANCES[0]!)).toBe(hashes[0]);
    expect(INSTANCES.map(instanceName)).toContain("solvency.L");
  });
});

describe("compiler", () => {
  test("a warning fails the build, unless it is allowed by code and text", async () => {
    const path = await source(
      "loose",
      "pragma circom 2.2.0;\ntemplate Loose() { signal input a; signal output c; c <-- a + 1; }\ncomponent main = Loose();\n",
    );
    await expect(runCircom(ROOT, path, SCRATCH)).rejects.toThrow(
      /must compile without warnings:[\s\S]*warning\[T3002\][\s\S]*warning\[CA01\]/,
    );
    const reason = "a test";
    await expect(runCircom(ROOT, path, SCRATCH, [{ code: "T3002", message: "", reason }])).rejects.toThrow(
      /warning\[CA01\]/,
    );
    const both = [
      { code: "T3002", message: "<--", reason },
      { code: "CA01", message: "Loose.*signal", reason },
    ];
    await expect(runCircom(ROOT, path, SCRATCH, both)).resolves.toBeUndefined();
  });

  test("an error can't be allowed", async () => {
    const path = await source(
      "cubic",
      "pragma circom 2.2.0;\ntemplate Cubic() { signal input a; signal output c; c <== a*a*a; }\ncomponent main = Cubic();\n",
    );
    await expect(runCircom(ROOT, path, SCRATCH, [{ code: "T3001", message: "", reason: "a test" }])).rejects.toThrow(
      /error\[T3001\]: Non quadratic/,
    );
  });

  test("tells findings apart", () => {
    const output =
      'warning[CA01]: In template "Y": one\n = For example\n\nwarning[CA02]: two\n\nprevious errors were found\n';
    expect(parseDiagnostics(output).map(({ code }) => code)).toEqual(["CA01", "CA02"]);
    expect(parseDiagnostics("template instances: 2\nEverything went okay\n")).toEqual([]);
  });
});

describe("public signals", () => {
  test("are compared by name, place and number", async () => {
    const { sym } = await compiledMixer();
    const text = await readFile(sym, "utf8");
    expect(publicNames(text, 4)).toEqual(["main.out", "main.a", "main.b[0]", "main.b[1]"]);
    expect(() =>
      checkPublicSignals("mixer", text, 4, [
        ["out", 1],
        ["a", 1],
        ["b", 2],
      ]),
    ).not.toThrow();
    expect(() =>
      checkPublicSignals("mixer", text, 4, [
        ["out", 1],
        ["b", 2],
        ["a", 1],
      ]),
    ).toThrow("mixer: public signal 1 must be main.b[0], the circuit has main.a");
    expect(() =>
      checkPublicSignals("mixer", text, 4, [
        ["out", 1],
        ["a", 1],
        ["b", 1],
      ]),
    ).toThrow(/signal 2 must be main\.b,/);
    expect(() =>
      checkPublicSignals("mixer", text, 4, [
        ["out", 1],
        ["a", 1],
        ["b", 2],
        ["k", 1],
      ]),
    ).toThrow(/signal 4 must be main\.k, the circuit has none/);
  });

  test("number what protocol.ts says", () => {
    expect(signalNames(publicSignals("solvency", TIERS.M))).toHaveLength(12);
    expect(
      signalNames([
        ["x", 1],
        ["y", 2],
      ]),
    ).toEqual(["main.x", "main.y[0]", "main.y[1]"]);
  });
});

test("costs: a difference is named, an instance that was not built is not missed", () => {
  const counts = { constraints: 10, wires: 11, publicSignals: 2, domain: 16 };
  const recorded: Costs = { circuits: { exit: { T: counts, M: counts } } };
  expect(compareCosts({ circuits: { exit: { T: counts } } }, recorded)).toEqual([]);
  expect(compareCosts({ circuits: { exit: { M: { ...counts, constraints: 12 } } } }, recorded)).toEqual([
    "exit.M: constraints 10 → 12",
  ]);
  expect(compareCosts({ circuits: { receive: { T: counts } } }, recorded)).toEqual(["receive.T: not in the snapshot"]);
  expect(costsTable(recorded)).toContain("exit.T");
});
